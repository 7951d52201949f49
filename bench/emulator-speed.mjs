// The emulator (disk store) beside a bare node:http file server, each in a process of its own and asked in turn: a large PUT and GET,
// and small GETs, all of them with presigned URLs. Then a listing by prefix among a million keys, and what these cost in memory.
// Medians. Fails when the emulator misses what is promised of it.
// Usage: node bench/emulator-speed.mjs [put] [get] [small] [list] [--mib 256] [--runs 5] [--keys 1000000]

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { BUCKET, startEmulator } from './lib/emulator-process.mjs'
import { openConnection, toRequest } from './lib/raw-client.mjs'
import { seedKeys, toKey } from './lib/seed-keys.mjs'

const MIB = 1024 * 1024
const BARE_SERVER = fileURLToPath(new URL('lib/bare-file-server.mjs', import.meta.url))
const SMALL_BYTES = 4096
const SMALL_CONNECTIONS = 16
const SMALL_REQUESTS = 4000

const { values, positionals } = parseArgs({
  options: {
    mib: { type: 'string', default: '256' },
    runs: { type: 'string', default: '5' },
    keys: { type: 'string', default: '1000000' },
  },
  allowPositionals: true,
})
const runs = Number(values.runs)
const mib = Number(values.mib)
const keys = Number(values.keys)
const block = Buffer.alloc(MIB, 'the quick brown fox ')
const isWanted = (name) => positionals.length === 0 || positionals.includes(name)

const directory = await mkdtemp(join(tmpdir(), 'cos-presign-speed-'))
try {
  if (['put', 'get', 'small'].some(isWanted)) await compareTransfers()
  if (isWanted('list')) await measureListing()
} finally {
  await rm(directory, { recursive: true })
}

async function compareTransfers() {
  const servers = { bare: await startBare(), emulator: await startSigned(join(directory, 'emulator')) }
  const perSecond = (amount) => (seconds) => amount / seconds
  try {
    if (isWanted('put')) await compare(`PUT ${mib} MiB`, servers, putLarge, perSecond(mib), 'MiB/s', 0.7)
    for (const server of Object.values(servers)) await putLarge(server)
    if (isWanted('get')) await compare(`GET ${mib} MiB`, servers, getLarge, perSecond(mib), 'MiB/s', 0.7)
    for (const server of Object.values(servers)) await putSmall(server)
    if (isWanted('small')) {
      await compare('GET 4 KiB', servers, getSmall, perSecond(SMALL_REQUESTS), 'requests/s', 0.5)
    }
  } finally {
    for (const { stop } of Object.values(servers)) await stop()
  }
}

async function putLarge({ port, request }) {
  const connection = await openConnection(port)
  await connection.send(request('PUT', 'large', mib * MIB), block, mib)
  connection.close()
}

async function getLarge({ port, request }) {
  const connection = await openConnection(port)
  await connection.send(request('GET', 'large'))
  connection.close()
}

async function putSmall({ port, request }) {
  const connection = await openConnection(port)
  await connection.send(request('PUT', 'small', SMALL_BYTES), block.subarray(0, SMALL_BYTES), 1)
  connection.close()
}

async function getSmall({ port, request }) {
  const small = request('GET', 'small')
  await Promise.all(
    Array.from({ length: SMALL_CONNECTIONS }, async () => {
      const connection = await openConnection(port)
      for (let sent = 0; sent < SMALL_REQUESTS / SMALL_CONNECTIONS; sent++) await connection.send(small)
      connection.close()
    }),
  )
}

/** Asks the servers in turn, after a first time that does not count. */
async function compare(what, servers, ask, toRate, unit, limit) {
  const rates = { bare: [], emulator: [] }
  for (let run = 0; run <= runs; run++) {
    for (const [name, server] of Object.entries(servers)) {
      const startedAt = performance.now()
      await ask(server)
      if (run > 0) rates[name].push(toRate((performance.now() - startedAt) / 1000))
    }
  }
  const bare = median(rates.bare)
  const emulator = median(rates.emulator)
  const ratio = emulator / bare
  console.log(
    `${what}: bare ${bare.toFixed(0)} ${unit}, emulator ${emulator.toFixed(0)} ${unit}, ratio ${ratio.toFixed(2)} (at least ${limit}; medians of ${runs})`,
  )
  if (ratio < limit) process.exitCode = 1
}

async function measureListing() {
  const none = await startSigned(join(directory, 'none'))
  const before = await listAndWeigh(none, 0)
  await none.stop()
  const seeded = join(directory, 'seeded')
  let startedAt = performance.now()
  await seedKeys(seeded, BUCKET, keys)
  console.log(`${keys} keys written to the index in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  startedAt = performance.now()
  const many = await startSigned(seeded)
  console.log(`The emulator has them after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  const after = await listAndWeigh(many, keys)
  await many.stop()
  const growth = after.anonymousMib - before.anonymousMib
  console.log(
    `1,000 of ${keys} keys by prefix: ${after.ms.toFixed(1)} ms (below 50; median of ${after.count}, slowest ${after.slowest.toFixed(1)})`,
  )
  console.log(
    `RssAnon ${before.anonymousMib.toFixed(1)} MiB with no key, ${after.anonymousMib.toFixed(1)} MiB with ${keys}: ${growth.toFixed(1)} MiB more (below 64)`,
  )
  if (after.ms >= 50 || growth >= 64) process.exitCode = 1
}

/** The same requests whether there are keys or not. */
async function listAndWeigh({ pid, port, request }, count) {
  const connection = await openConnection(port)
  const times = []
  for (let index = 0; index < 100; index++) {
    const folder = Math.floor(Math.random() * Math.max(1, count / 1000)) * 1000
    const target = request('GET', '/', undefined, {
      prefix: toKey(folder).replace(/[^/]*$/, ''),
      'max-keys': 1000,
    })
    const startedAt = performance.now()
    await connection.send(target)
    times.push(performance.now() - startedAt)
  }
  connection.close()
  const counted = times.slice(10)
  const ms = median(counted)
  return { ms, slowest: Math.max(...counted), count: counted.length, anonymousMib: await anonymousMib(pid) }
}

async function startBare() {
  const files = join(directory, 'bare')
  await mkdir(files)
  const child = spawn(process.execPath, [BARE_SERVER, files], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = await once(child.stdout, 'data').then(([text]) => [Number(text)])
  const request = (method, key, length) => toRequest(method, `http://127.0.0.1:${port}/${key}`, length)
  async function stop() {
    const exited = once(child, 'exit')
    child.kill()
    await exited
  }
  return { port, request, stop }
}

async function startSigned(dataDirectory) {
  const { pid, client, stop } = await startEmulator(dataDirectory)
  const request = (Method, Key, length, Params = {}) => {
    const { url } = client.presign({ Method, Bucket: BUCKET, Key, Params, Expired: 3600 })
    return toRequest(Method, url, length)
  }
  const { port } = new URL(client.getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'x' }))
  return { pid, port: Number(port), request, stop }
}

async function anonymousMib(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
}
