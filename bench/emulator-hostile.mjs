// 200 clients at once on one key of the emulator, then thousands of malformed requests over raw sockets: random bytes, bad XML, bad
// forms, oversized headers, half-sent bodies. After each the server must still answer, and its memory must be flat. Seeds are
// printed, so that a run can be had again.
// Usage: node bench/emulator-hostile.mjs [--requests 20000] [--clients 200] [--seed 1]

import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BUCKET, startEmulator } from './lib/emulator-process.mjs'

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    clients: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
})
const [requests, clients] = [Number(values.requests), Number(values.clients)]
const AT_ONCE = 16
const MOST_GROWTH_MIB = 32
const ANSWER_MS = 5000

/** What is sent: the bytes, and whether the sender then goes away without waiting. */
const KINDS = {
  'random bytes': () => ({ bytes: noise(random(2000)) }),
  'bad XML': () => {
    const xml = badXml()
    const md5 = createHash('md5').update(xml).digest('base64')
    return signed('POST', '/', { delete: '' }, xml, { 'content-type': 'application/xml', 'content-md5': md5 })
  },
  'bad form': () => {
    const boundary = `b${random(1e9)}`
    return raw('POST / HTTP/1.1', badForm(boundary), {
      'content-type': `multipart/form-data; boundary=${random(4) === 0 ? text(80) : boundary}`,
    })
  },
  'oversized headers': () => raw('GET / HTTP/1.1', '', { 'x-long': 'x'.repeat(40_000 + random(100_000)) }),
  'many headers': () =>
    raw(
      'GET / HTTP/1.1',
      '',
      Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`x-${index}`, '1'])),
    ),
  'half a body': () => ({
    ...signed('PUT', `half-${random(50)}`, {}, 'x'.repeat(100), { 'content-length': '100000' }),
    leaves: true,
  }),
  'bad chunks': () =>
    raw('PUT /chunks HTTP/1.1', `${text(4)}\r\nabc`, { 'transfer-encoding': 'chunked' }, false),
  'bad target': () => raw(`GET ${text(200)} HTTP/1.1`, ''),
  'bad signature': () => raw(`GET /one?q-signature=${text(60)}&q-ak=${text(20)} HTTP/1.1`, ''),
}

let state = Number(values.seed)
const faults = []
const directory = await mkdtemp(join(tmpdir(), 'cos-presign-hostile-'))
const emulator = await startEmulator(directory)
try {
  await oneKey()
  await malformed()
} finally {
  await emulator.stop()
  await rm(directory, { recursive: true })
}
for (const fault of faults) console.log(`  ${fault}`)
process.exitCode = faults.length === 0 ? 0 : 1

/** Each client writes an object of its own to the same key and reads it: whatever is read is one that somebody wrote, whole. */
async function oneKey() {
  const { client } = emulator
  const bodies = Array.from({ length: clients }, (_, index) => randomBytes(10_000 + index))
  const written = new Set(bodies.map(digestOf))
  let torn = 0
  await Promise.all(
    bodies.map(async (body) => {
      const { url } = client.presign({ Method: 'PUT', Bucket: BUCKET, Key: 'one' })
      const put = await fetch(url, { method: 'PUT', body })
      if (put.status !== 200) faults.push(`a writer got ${put.status}`)
      const got = await fetch(client.getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'one' }))
      if (!written.has(digestOf(Buffer.from(await got.arrayBuffer())))) torn++
    }),
  )
  if (torn > 0) faults.push(`${torn} readers got what nobody wrote`)
  console.log(`${clients} clients at once on one key: each wrote and read, ${torn} torn`)
}

async function malformed() {
  const kinds = Object.entries(KINDS)
  const answers = new Map()
  // The first tenth warms up what any server keeps; from there on memory must be flat.
  let before
  for (let sent = 0; sent < requests; sent += AT_ONCE) {
    if (before === undefined && sent >= requests / 10) before = await settledMib()
    const batch = Array.from({ length: Math.min(AT_ONCE, requests - sent) }, async () => {
      const [kind, make] = kinds[random(kinds.length)]
      const status = await exchange(make())
      const key = `${kind}: ${status}`
      answers.set(key, (answers.get(key) ?? 0) + 1)
      if (/ 5\d\d$/.test(key) && !key.endsWith('501')) faults.push(`${kind} was answered ${status}`)
    })
    await Promise.all(batch)
    if (process.stderr.isTTY) process.stderr.write(`\r${sent} of ${requests} malformed requests `)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const growth = (await settledMib()) - before
  const alive = await fetch(emulator.client.getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'one' }))
  if (alive.status !== 200) faults.push(`after all of it a sound request is answered ${alive.status}`)
  if (growth > MOST_GROWTH_MIB)
    faults.push(`RssAnon grew by ${growth.toFixed(0)} MiB, more than ${MOST_GROWTH_MIB}`)
  console.log(
    `${requests} malformed requests (seed ${values.seed}): the server answers still, RssAnon ${growth >= 0 ? '+' : ''}${growth.toFixed(1)} MiB`,
  )
  for (const [answer, count] of [...answers].sort()) console.log(`  ${String(count).padStart(6)}  ${answer}`)
}

function raw(line, body, headers = {}, hasLength = true) {
  const all = {
    host: `${BUCKET}.cos.ap-guangzhou.localhost`,
    ...(hasLength ? { 'content-length': Buffer.byteLength(body) } : {}),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return { bytes: Buffer.from(`${line}\r\n${lines.join('')}\r\n${body}`, 'latin1') }
}

/** A request whose signature holds, so that it comes as far as its body. */
function signed(Method, Key, Params, body, headers) {
  const url = new URL(emulator.client.presign({ Method, Bucket: BUCKET, Key, Params }).url)
  return raw(`${Method} ${url.pathname}${url.search} HTTP/1.1`, body, { host: url.host, ...headers })
}

function badXml() {
  const texts = [
    '<Delete><Object><Key>a</Key></Delete>',
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><Delete><Object><Key>&a;</Key></Object></Delete>',
    `${'<a>'.repeat(20_000)}`,
    '<Delete>',
    '',
    `<Delete><Object><Key>${text(5000)}</Key></Object></Delete>`,
  ]
  return texts[random(texts.length)]
}

function badForm(boundary) {
  const texts = [
    text(3000),
    `--${boundary}\r\nContent-Disposition: form-data; name="key"\r\n\r\n${text(100)}`,
    `--${boundary}\r\n`.repeat(500),
    `--${boundary}\r\nContent-Disposition: form-data; name="${text(2000)}"\r\n\r\nx\r\n--${boundary}--`,
  ]
  return texts[random(texts.length)]
}

/** Sends and gives the status, or how it ended without one. */
function exchange({ bytes, leaves = false }) {
  const { port } = new URL(emulator.client.getObjectUrl({ Bucket: BUCKET, Key: 'x' }))
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1')
    const end = (outcome) => {
      socket.destroy()
      resolve(outcome)
    }
    let answer = ''
    socket.setTimeout(ANSWER_MS, () => end('no answer'))
    socket.once('error', () => end(statusOf(answer) ?? 'cut off'))
    socket.once('close', () => end(statusOf(answer) ?? 'closed'))
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1').slice(0, 100)
      const status = statusOf(answer)
      if (status !== undefined) end(status)
    })
    socket.write(bytes, () => {
      if (leaves) setTimeout(end, 5, 'left')
      else socket.end()
    })
  })
}

function statusOf(answer) {
  return /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]
}

/** Anonymous memory of the server in MiB, when it has had a moment of peace. */
async function settledMib() {
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const status = readFileSync(`/proc/${emulator.pid}/status`, 'utf8')
  return Number(/RssAnon:\s+(\d+) kB/.exec(status)[1]) / 1024
}

/** A whole number from 0 to below `end`, the same in each run with the same seed. */
function random(end) {
  state = (state * 48_271) % 0x7fff_ffff
  return state % end
}

function noise(length) {
  return Buffer.from(Array.from({ length: length + 1 }, () => random(256)))
}

function text(length) {
  return Array.from({ length: length + 1 }, () => String.fromCharCode(33 + random(94))).join('')
}

function digestOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
