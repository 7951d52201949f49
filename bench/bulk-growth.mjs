// How the time and the memory of `cos-presign bulk` grow with its input: ten thousand to ten million keys, file to file on /dev/shm.
// Time must be linear (the fit is printed), and anonymous memory (RssAnon) from a million keys on within 20 MiB of that for a hundred
// thousand. Usage: node bench/bulk-growth.mjs [--most 10000000]

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeKeys } from './lib/keys.mjs'
import { CREDENTIAL_ENV, RAM_DIRECTORY } from './lib/processes.mjs'

const LIMIT_MIB = 20
const { values } = parseArgs({ options: { most: { type: 'string', default: '10000000' } } })
const counts = [10_000, 100_000, 1_000_000, 10_000_000].filter((count) => count <= Number(values.most))
const COMMAND = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url))
const directory = mkdtempSync(join(RAM_DIRECTORY ?? tmpdir(), 'cos-presign-growth-'))
const runs = []
try {
  console.log('      keys   seconds   user+system   output MB   peak RssAnon MiB')
  for (const count of counts) {
    writeKeys(join(directory, 'keys'), count)
    const run = { count, ...(await measure()) }
    runs.push(run)
    console.log(
      `${count.toLocaleString('en').padStart(10)} ${run.seconds.toFixed(2).padStart(9)} ${run.cpuSeconds.toFixed(2).padStart(13)} ${(run.bytes / 1e6).toFixed(0).padStart(11)} ${run.peakMib.toFixed(1).padStart(18)}`,
    )
  }
} finally {
  rmSync(directory, { recursive: true })
}
judge()

async function measure() {
  const output = join(directory, 'urls')
  const at = performance.now()
  const child = spawn(
    process.execPath,
    [COMMAND, 'bulk', 'cos://examplebucket-1250000000', join(directory, 'keys'), '-o', output],
    { env: { ...process.env, ...CREDENTIAL_ENV }, stdio: 'ignore' },
  )
  let peakMib = 0
  let cpuSeconds = 0
  const look = () => {
    try {
      const kib = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]
      peakMib = Math.max(peakMib, Number(kib ?? 0) / 1024)
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ')
      cpuSeconds = Math.max(cpuSeconds, (Number(fields[11]) + Number(fields[12])) / 100)
    } catch {
      // It has ended.
    }
  }
  const watch = setInterval(look, 5)
  const [status] = await once(child, 'exit')
  clearInterval(watch)
  if (status !== 0) throw new Error(`It ended with ${status}`)
  const { size } = statSync(output)
  rmSync(output)
  return { seconds: (performance.now() - at) / 1000, cpuSeconds, peakMib, bytes: size }
}

/** A line through processor time over keys, by least squares on the runs of 100,000 and more; and the memory's growth. */
function judge() {
  const points = runs.filter(({ count }) => count >= 100_000)
  const mean = (of) => points.reduce((sum, run) => sum + of(run), 0) / points.length
  const x = mean(({ count }) => count)
  const y = mean(({ cpuSeconds }) => cpuSeconds)
  const slope = mean((run) => (run.count - x) * (run.cpuSeconds - y)) / mean((run) => (run.count - x) ** 2)
  const start = y - slope * x
  const residual = mean((run) => (run.cpuSeconds - start - slope * run.count) ** 2)
  const fit = 1 - residual / mean((run) => (run.cpuSeconds - y) ** 2)
  console.log(
    `\nProcessor time is ${start.toFixed(2)} s + ${(slope * 1e6).toFixed(2)} µs a key (R² ${fit.toFixed(4)}).`,
  )
  const [base, ...larger] = points
  const growth = Math.max(0, ...larger.map(({ peakMib }) => peakMib - base.peakMib))
  console.log(
    `Peak memory of a million keys and more is ${growth.toFixed(1)} MiB over that of ${base.count.toLocaleString('en')} (limit ${LIMIT_MIB}).`,
  )
  if (!(fit > 0.99) || growth > LIMIT_MIB) process.exitCode = 1
}
