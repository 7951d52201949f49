// How long a test waits for its emulator: from `createEmulator()` to a port that answers, in memory, in a process that has just
// begun and in one that has started some before. A test suite pays the first once, the second in each file that wants its own.

import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const MAX_MS = 50
const RUNS = 5

if (process.argv[2] === 'once') {
  console.log(JSON.stringify(await measure()))
} else {
  const runs = Array.from({ length: RUNS }, () => {
    const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), 'once'], { encoding: 'utf8' })
    if (child.status !== 0) throw new Error(child.stderr)
    return JSON.parse(child.stdout)
  })
  console.log(`Node ${process.version}, ${cpus()[0]?.model}, medians of ${RUNS} processes`)
  const rows = ['import', 'first', 'later', 'answer'].map((name) => [
    name,
    median(runs.map((run) => run[name])),
  ])
  const [imported, first, later, answer] = rows.map(([, ms]) => ms)
  console.log(`import of the package       ${imported.toFixed(1).padStart(7)} ms`)
  console.log(`createEmulator() and listen ${first.toFixed(1).padStart(7)} ms for the first`)
  console.log(`                            ${later.toFixed(1).padStart(7)} ms for a later one`)
  console.log(`first answer after that     ${answer.toFixed(1).padStart(7)} ms`)
  const isMet = first < MAX_MS
  console.log(`${isMet ? '✓' : '✗'} the first starts in under ${MAX_MS} ms`)
  if (!isMet) process.exitCode = 1
}

async function measure() {
  const started = performance.now()
  const { createEmulator } = await import('@cos-presign/emulator')
  const imported = performance.now() - started
  const options = {
    credentials: [{ secretId: 'AKIDbench', secretKey: 'bench' }],
    buckets: ['bench-1250000000'],
  }
  const start = async () => {
    const at = performance.now()
    const emulator = createEmulator(options)
    const { url } = await emulator.listen()
    return { emulator, url, ms: performance.now() - at }
  }
  const first = await start()
  const at = performance.now()
  await (await fetch(first.url)).text()
  const answer = performance.now() - at
  const later = []
  for (let run = 0; run < 10; run++) {
    const one = await start()
    later.push(one.ms)
    await one.emulator.close()
  }
  await first.emulator.close()
  return { import: imported, first: first.ms, later: median(later), answer }
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}
