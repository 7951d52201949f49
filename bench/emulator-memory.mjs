// Uploads and downloads one large object (1 GiB unless --mib says otherwise) through presigned URLs against the emulator with
// its disk store, and watches the process's anonymous memory (RssAnon in /proc), which must not grow by 64 MiB.
// Usage: node bench/emulator-memory.mjs [--mib 1024]

import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { BUCKET, startEmulator } from './lib/emulator-process.mjs'

const MIB = 1024 * 1024
const LIMIT_MIB = 64
const { values } = parseArgs({ options: { mib: { type: 'string', default: '1024' } } })
const size = Number(values.mib) * MIB

const directory = await mkdtemp(join(tmpdir(), 'cos-presign-memory-'))
const emulator = await startEmulator(directory)
try {
  await transfer(MIB) // code and buffers that any transfer needs are loaded before the first reading
  const before = await anonymousMib()
  let peak = before
  const watch = setInterval(async () => {
    peak = Math.max(peak, await anonymousMib())
  }, 20)
  const { uploadSeconds, downloadSeconds } = await transfer(size)
  clearInterval(watch)
  peak = Math.max(peak, await anonymousMib())
  const growth = peak - before
  const rate = (seconds) => `${(size / MIB / seconds).toFixed(0)} MiB/s`
  console.log(
    `${values.mib} MiB up (${rate(uploadSeconds)}) and down (${rate(downloadSeconds)}), same SHA-256: RssAnon ${before.toFixed(1)} MiB before, ${peak.toFixed(1)} MiB at its peak, ${growth.toFixed(1)} MiB more (limit ${LIMIT_MIB})`,
  )
  process.exitCode = growth < LIMIT_MIB ? 0 : 1
} finally {
  await emulator.stop()
  await rm(directory, { recursive: true })
}

async function transfer(bytes) {
  const sent = createHash('sha256')
  const block = Buffer.alloc(MIB)
  function* body() {
    for (let at = 0; at < bytes; at += MIB) {
      // A new buffer each time: fetch may still hold the last one.
      const chunk = Buffer.from(block)
      chunk.writeUInt32LE(at / MIB, 0)
      sent.update(chunk)
      yield chunk
    }
  }
  const call = { Bucket: BUCKET, Key: `object-of-${bytes}` }
  let at = performance.now()
  const headers = { 'content-length': String(bytes) }
  const { url } = emulator.client.presign({ ...call, Method: 'PUT', Expired: 3600 })
  const stored = await fetch(url, { method: 'PUT', headers, body: Readable.from(body()), duplex: 'half' })
  if (stored.status !== 200) throw new Error(`Upload: ${stored.status} ${await stored.text()}`)
  const uploadSeconds = (performance.now() - at) / 1000
  at = performance.now()
  const back = await fetch(emulator.client.getPresignedDownloadUrl(call))
  const received = createHash('sha256')
  for await (const chunk of back.body) received.update(chunk)
  const downloadSeconds = (performance.now() - at) / 1000
  if (received.digest('hex') !== sent.digest('hex')) throw new Error('Other bytes came back')
  return { uploadSeconds, downloadSeconds }
}

async function anonymousMib() {
  const status = await readFile(`/proc/${emulator.pid}/status`, 'utf8')
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
}
