// Kills the emulator (disk store) with SIGKILL at random moments during uploads over HTTP and looks what is left after each
// restart: every acknowledged object whole, every other one whole or absent, and no file that belongs to nobody.
// Usage: node bench/emulator-crash.mjs [--kills 50]

import { createHash, randomBytes, randomInt } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BUCKET, startEmulator } from './lib/emulator-process.mjs'

const { values } = parseArgs({ options: { kills: { type: 'string', default: '50' } } })
const kills = Number(values.kills)
const WRITERS = 4

const directory = await mkdtemp(join(tmpdir(), 'cos-presign-crash-'))
/** What each key may hold: the digest that was acknowledged last, and the one that was on its way when the process died. */
const keys = new Map()
const counts = { acknowledged: 0, interrupted: 0, checked: 0, replacedAtTheEnd: 0 }
const faults = []

try {
  for (let round = 1; round <= kills; round++) {
    const emulator = await startEmulator(directory)
    await check(emulator.client, round)
    const state = { isOver: false }
    const writers = Array.from({ length: WRITERS }, (_, writer) =>
      uploadUntil(state, emulator.client, writer, round),
    )
    await new Promise((resolve) => setTimeout(resolve, randomInt(5, 400)))
    await emulator.kill()
    state.isOver = true
    await Promise.all(writers)
    if (process.stderr.isTTY)
      process.stderr.write(`\r${round} of ${kills} kills, ${counts.acknowledged} uploads acknowledged `)
  }
  const last = await startEmulator(directory)
  await check(last.client, kills + 1)
  await last.stop()
} finally {
  await rm(directory, { recursive: true })
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')

console.log(
  `${kills} kills: ${counts.acknowledged} uploads acknowledged, ${counts.interrupted} interrupted, ${counts.checked} objects checked, ${faults.length} torn, lost or left over`,
)
for (const fault of faults) console.log(`  ${fault}`)
process.exitCode = faults.length === 0 && counts.interrupted > 0 ? 0 : 1

async function uploadUntil(state, client, writer, round) {
  for (let number = 0; !state.isOver; number++) {
    const Key = number % 2 === 0 ? `again-${writer}` : `new-${writer}-${round}-${number}`
    const body = randomBytes(randomInt(1, 400_000))
    const digest = createHash('md5').update(body).digest('hex')
    const known = keys.get(Key) ?? {}
    keys.set(Key, { ...known, pending: digest })
    try {
      const { url } = client.presign({ Method: 'PUT', Bucket: BUCKET, Key })
      const response = await fetch(url, { method: 'PUT', body })
      if (response.status !== 200) throw new Error(`status ${response.status}`)
      keys.set(Key, { acknowledged: digest })
      counts.acknowledged++
    } catch {
      counts.interrupted++
      return
    }
  }
}

async function check(client, round) {
  let present = 0
  for (const [Key, { acknowledged, pending }] of keys) {
    const response = await fetch(client.getPresignedDownloadUrl({ Bucket: BUCKET, Key }))
    const body = Buffer.from(await response.arrayBuffer())
    const digest = response.status === 200 ? createHash('md5').update(body).digest('hex') : undefined
    counts.checked++
    if (digest !== undefined) {
      present++
      if (response.headers.get('etag') !== `"${digest}"`) faults.push(`round ${round}: ${Key} is torn`)
    }
    if (digest === acknowledged) {
      keys.set(Key, { acknowledged })
    } else if (pending !== undefined && digest === pending) {
      counts.replacedAtTheEnd++
      keys.set(Key, { acknowledged: pending })
    } else {
      faults.push(
        `round ${round}: ${Key} is ${digest ?? `lost (${response.status})`}, neither acknowledged nor under way`,
      )
    }
  }
  const files = (await readdir(join(directory, 'objects'))).length
  if (files !== present) faults.push(`round ${round}: ${files} files for ${present} objects`)
}
