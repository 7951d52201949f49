// Presigned uploads a second from `cos-presign serve`, with authentication, grants, limits, log and audit on, beside a bare Hono route that echoes
// the same JSON: processes of their own, asked in turn in one run. Then how long answers take at half of that load, and what 200 000
// requests leave in memory. Fails when the service misses what is promised of it.
// Usage: node bench/service.mjs [--runs 5] [--requests 4000] [--memory-requests 200000]

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createApiKey } from '@cos-presign/service'
import { SignJWT } from 'jose'
import { openConnection } from './lib/raw-client.mjs'

const COMMAND = fileURLToPath(new URL('../packages/cli/dist/main.js', import.meta.url))
const BARE_SERVER = fileURLToPath(new URL('lib/bare-echo-server.mjs', import.meta.url))
const CONNECTIONS = 16
/** No two files are alike, and none of them as the one before. */
const BODIES = Array.from({ length: 64 }, (_, at) =>
  JSON.stringify({
    filename: `holiday-${at}.jpg`,
    contentType: at % 3 === 0 ? 'image/png' : 'image/jpeg',
    sizeBytes: 482_133 + 7919 * at,
  }),
)
/** What a server is asked before it is measured: as long as its code still is compiled, it is not the server that runs for days. */
const WARM_UP = 20_000
const JWT = {
  secret: 'a shared secret of the bench, long enough',
  issuer: 'https://issuer.example',
  audience: 'bench',
}
const GROWTH_LIMIT_MIB = 32
/** In which times of answers are measured. */
const SECONDS = 15
const WARM_UP_SECONDS = 5
const NAP = new Int32Array(new SharedArrayBuffer(4))
const NAP_MS = 0.02
/** A client that was not about for so long stood still: its turns take a tenth of that. */
const STALL_MS = 1
/** Where half of all answers take longer at half of the load, requests pile up: all wait alike then, and p99 is near the median. */
const PILED_UP_MS = 10

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    requests: { type: 'string', default: '4000' },
    'memory-requests': { type: 'string', default: '200000' },
  },
})
const runs = Number(values.runs)
const requests = Number(values.requests)

const directory = await mkdtemp(join(tmpdir(), 'cos-presign-service-bench-'))
const { key, sha256 } = await createApiKey('bench')
const servers = []
try {
  const bare = await startBare()
  const service = await startService('service', 0)
  const remembering = await startService('remembering', 1000)
  const token = await tokenOf()
  const { path: ticketPath } = await (
    await fetch(`http://127.0.0.1:${service.port}/v1/tickets`, {
      method: 'POST',
      headers: { 'x-api-key': key },
    })
  ).json()
  const bearer = { Authorization: `Bearer ${token}` }
  const ways = [
    { name: 'bare echo', port: bare.port, requests: toPosts('/echo') },
    {
      name: 'API key',
      port: service.port,
      requests: toPosts('/v1/uploads', { 'X-Api-Key': key }),
      atLeast: 0.5,
    },
    { name: 'ticket', port: service.port, requests: toPosts(`${ticketPath}/v1/uploads`), atLeast: 0.5 },
    {
      name: 'JWT, verified each time',
      port: service.port,
      requests: toPosts('/v1/uploads', bearer),
      atLeast: 0.25,
    },
    { name: 'JWT, remembered', port: remembering.port, requests: toPosts('/v1/uploads', bearer) },
  ]
  const rates = await compare(ways)
  await measureLatency(ways[0], rates[0] / 2)
  if ((await measureLatency(ways[1], rates[1] / 2)) >= 5) fail('p99 is 5 times the median or more')
  await measureMemory(ways[1], service.pid, Number(values['memory-requests']))
} finally {
  for (const server of servers) {
    server.kill('SIGTERM')
    await once(server, 'exit')
  }
  await rm(directory, { recursive: true })
}

/** Requests a second, the median of rounds in which each server is asked once. */
async function compare(ways) {
  for (const way of ways) await askMany(way, WARM_UP)
  const rounds = []
  for (let run = 0; run < runs; run++) {
    const round = []
    for (const way of ways) round.push(requests / (await askMany(way, requests)))
    rounds.push(round)
  }
  const rates = ways.map((_, at) => median(rounds.map((round) => round[at])))
  for (const [at, { name, atLeast }] of ways.entries()) {
    const ratio = median(rounds.map((round) => round[at] / round[0]))
    const wanted = atLeast === undefined ? '' : ` (at least ${atLeast})`
    console.log(
      `${name.padEnd(24)} ${rates[at].toFixed(0).padStart(6)} requests/s  ${ratio.toFixed(2)}${wanted}`,
    )
    if (atLeast !== undefined && ratio < atLeast) fail(`${name} misses ${atLeast} of the bare route`)
  }
  return rates
}

/** Seconds that so many requests take over all connections. */
async function askMany({ port, requests }, count) {
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(port)))
  let left = count
  const began = performance.now()
  await Promise.all(
    connections.map(async ({ send }) => {
      while (left-- > 0) await send(requests[left % requests.length])
    }),
  )
  const seconds = (performance.now() - began) / 1000
  for (const { close } of connections) close()
  return seconds
}

/**
 * Requests come when they come, whether the one before was answered or not; a wait for a connection counts. Each second is looked at by
 * itself, and the median second counts: a shared machine is taken away for milliseconds in some of them. The first ones do not count.
 *
 * Neither does a request that this client, standing still, held up for half of its time or more: it sent it late, or read its answer late.
 * No other is left out: when the server stood still, the client has so many answers to read afterwards that its turn is long too. Both are printed.
 */
async function measureLatency({ name, port, requests }, perSecond) {
  const rate = Math.round(perSecond)
  const free = await Promise.all(Array.from({ length: 64 }, () => openConnection(port)))
  const all = [...free]
  const queue = []
  const count = rate * (WARM_UP_SECONDS + SECONDS)
  const times = new Float64Array(count)
  const began = performance.now()
  const dueAt = (at) => began + (at / rate) * 1000
  const pending = []
  const stalls = []
  for (let sent = 0, wasAt = began; sent < count; ) {
    const now = performance.now()
    if (now - wasAt > STALL_MS) stalls.push({ from: wasAt, to: now })
    wasAt = now
    const due = Math.min(count, Math.floor(((now - began) / 1000) * rate))
    for (; sent < due; sent++) pending.push(ask(sent))
    // A client that never sleeps keeps a core from the kernel and the server's other threads.
    Atomics.wait(NAP, 0, 0, NAP_MS)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(pending)
  for (const { close } of all) close()
  const overlap = (due, done) =>
    stalls.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, done) - Math.max(from, due)), 0)
  const isServers = (time, at) => overlap(dueAt(at), dueAt(at) + time) < time / 2
  const servers = times.map((time, at) => (isServers(time, at) ? time : Number.NaN))
  const [clean, whole] = [servers, times].map(medianSecond)
  const left = servers.subarray(WARM_UP_SECONDS * rate).filter((time) => time >= 0).length / (SECONDS * rate)
  console.log(
    `${name} at ${rate} requests/s: median ${clean.p50.toFixed(2)} ms, p99 ${clean.p99.toFixed(2)} ms, ${clean.ratio.toFixed(1)} times (under 5; ${clean.best.toFixed(1)} in the best second, ${clean.worst.toFixed(1)} in the worst); with the ${(100 - 100 * left).toFixed(1)} % that the client held up, ${whole.ratio.toFixed(1)} times`,
  )
  if (clean.p50 >= PILED_UP_MS) fail(`${name} does not keep up with half of what it was measured at`)
  return clean.ratio

  function medianSecond(taken) {
    const seconds = Array.from({ length: SECONDS }, (_, second) =>
      quantiles(taken.subarray((WARM_UP_SECONDS + second) * rate, (WARM_UP_SECONDS + second + 1) * rate)),
    ).sort((a, b) => a.ratio - b.ratio)
    return { ...seconds[SECONDS >> 1], best: seconds[0].ratio, worst: seconds.at(-1).ratio }
  }

  async function ask(at) {
    // The one that was idle for longest, before the server closes it.
    const connection = free.shift() ?? (await new Promise((resolve) => queue.push(resolve)))
    await connection.send(requests[at % requests.length])
    times[at] = performance.now() - dueAt(at)
    const next = queue.shift()
    if (next === undefined) free.push(connection)
    else next(connection)
  }
}

/** Of the times there are. */
function quantiles(times) {
  const sorted = times.filter((time) => time >= 0).sort()
  const [p50, p99] = [0.5, 0.99].map((part) => sorted[Math.floor(sorted.length * part)])
  return { p50, p99, ratio: p99 / p50 }
}

async function measureMemory(way, pid, count) {
  if (count === 0) return
  await askMany(way, WARM_UP)
  const before = await anonymousMib(pid)
  await askMany(way, count / 2)
  const middle = await anonymousMib(pid)
  await askMany(way, count / 2)
  const after = await anonymousMib(pid)
  console.log(
    `Memory (RssAnon) over ${count} requests: ${[before, middle, after].map((mib) => mib.toFixed(0)).join(', ')} MiB, ${(after - before).toFixed(0)} more (under ${GROWTH_LIMIT_MIB})`,
  )
  if (after - before >= GROWTH_LIMIT_MIB) fail('memory grows')
}

async function anonymousMib(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]) / 1024
}

function toPosts(path, headers = {}) {
  return BODIES.map((body) => {
    const lines = Object.entries({
      Host: 'service',
      'Content-Type': 'application/json',
      'Content-Length': body.length,
      ...headers,
    })
    return Buffer.from(
      `POST ${path} HTTP/1.1\r\n${lines.map((pair) => `${pair.join(': ')}\r\n`).join('')}\r\n${body}`,
    )
  })
}

async function tokenOf() {
  const { secret, issuer, audience } = JWT
  return await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('alice')
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret))
}

async function startBare() {
  const child = spawn(process.execPath, [BARE_SERVER], { stdio: ['ignore', 'pipe', 'inherit'] })
  servers.push(child)
  for await (const line of createInterface({ input: child.stdout })) return { port: Number(line) }
}

/** Its log goes to a file, as it would. */
async function startService(name, rememberedTokens) {
  const file = join(directory, `${name}.yaml`)
  const config = {
    listen: { port: 0 },
    region: 'ap-guangzhou',
    credential: { secretId: 'AKIDbench', secretKey: { env: 'BENCH_SECRET' } },
    authenticate: {
      jwt: { ...JWT, secret: { env: 'BENCH_JWT' }, rememberedTokens },
      apiKeys: [{ id: 'bench', sha256 }],
      tickets: { secret: { env: 'BENCH_JWT' } },
    },
    limits: {
      windows: [
        { name: 'minute', requests: 1e9, seconds: 60 },
        { name: 'day', requests: 1e9, seconds: 86_400 },
      ],
    },
    sts: false,
    grants: [
      {
        name: 'pictures',
        callers: { methods: ['jwt', 'api-key'] },
        bucket: 'examplebucket-1250000000',
        key: 'users/{sub}/{date}/{uuid}-{filename}',
        operations: ['upload', 'download'],
        constraints: { contentType: 'image/*', maxSizeBytes: 5_000_000 },
      },
    ],
  }
  await writeFile(file, JSON.stringify(config))
  const log = openSync(join(directory, `${name}.log`), 'w')
  const child = spawn(process.execPath, [COMMAND, 'serve', '--config', file], {
    stdio: ['ignore', log, 'pipe'],
    env: { PATH: process.env.PATH, BENCH_SECRET: 'secret-key-of-the-bench', BENCH_JWT: JWT.secret },
  })
  servers.push(child)
  for await (const line of createInterface({ input: child.stderr })) {
    const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1]
    if (port !== undefined) return { port: Number(port), pid: child.pid }
  }
  throw new Error('The service did not start')
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
}

function fail(message) {
  console.error(`✗ ${message}`)
  process.exitCode = 1
}
