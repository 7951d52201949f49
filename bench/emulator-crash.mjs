// Kills the emulator (disk store) with SIGKILL at random moments under mixed load over HTTP (uploads whole and in parts, appends,
// copies, deletions, tags) and looks what is left after each restart: what was acknowledged is there, what was under way is there
// whole or not at all. At the end everything is deleted, and no file may be left that belongs to nobody.
// Usage: node bench/emulator-crash.mjs [--kills 200]

import { createHash, randomBytes, randomInt } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BUCKET, startEmulator } from './lib/emulator-process.mjs'

const { values } = parseArgs({ options: { kills: { type: 'string', default: '200' } } })
const kills = Number(values.kills)
const WRITERS = 4
const PART_BYTES = 1024 ** 2
const ABSENT = 'absent'

const directory = await mkdtemp(join(tmpdir(), 'cos-presign-crash-'))
/** What each key holds as far as was acknowledged, and what it may hold besides, since an operation was under way. */
const keys = new Map()
const counts = { acknowledged: 0, interrupted: 0, checked: 0 }
const faults = []

try {
  for (let round = 1; round <= kills; round++) {
    const emulator = await startEmulator(directory)
    await check(emulator.client, `after kill ${round - 1}`)
    const state = { isOver: false }
    const writers = Array.from({ length: WRITERS }, (_, writer) =>
      workUntil(state, emulator.client, writer, round),
    )
    await new Promise((resolve) => setTimeout(resolve, randomInt(5, 400)))
    await emulator.kill()
    state.isOver = true
    await Promise.all(writers)
    if (process.stderr.isTTY)
      process.stderr.write(`\r${round} of ${kills} kills, ${counts.acknowledged} operations acknowledged `)
  }
  const last = await startEmulator(directory)
  await check(last.client, 'at the end')
  await deleteAll(last.client)
  await last.stop()
  const left = (await readdir(join(directory, 'objects'), { recursive: true })).length
  if (left > 0) faults.push(`${left} files are left after everything was deleted`)
} finally {
  await rm(directory, { recursive: true })
}
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')

console.log(
  `${kills} kills: ${counts.acknowledged} operations acknowledged, ${counts.interrupted} interrupted, ${counts.checked} objects checked, ${faults.length} torn, lost or left over`,
)
for (const fault of faults) console.log(`  ${fault}`)
process.exitCode = faults.length === 0 && counts.interrupted > 0 ? 0 : 1

/** One operation after the other on keys of its own, until the server is gone. */
async function workUntil(state, client, writer, round) {
  for (let number = 0; !state.isOver; number++) {
    const operate = [put, putParts, append, copy, remove, tag][randomInt(6)]
    const key = number % 2 === 0 ? `again-${writer}` : `new-${writer}-${round}-${number}`
    try {
      await operate(client, key, writer)
      counts.acknowledged++
    } catch {
      counts.interrupted++
      return
    }
  }
}

async function put(client, key) {
  const body = randomBytes(randomInt(1, 400_000))
  await change(key, digestOf(body), () => send(client, 'PUT', key, {}, body))
}

async function putParts(client, key) {
  const parts = [randomBytes(PART_BYTES), randomBytes(randomInt(1, 1000))]
  const started = await send(client, 'POST', key, { uploads: '' })
  const uploadId = /<UploadId>([^<]+)</.exec(await started.text())[1]
  const listed = []
  for (const [index, part] of parts.entries()) {
    const partNumber = index + 1
    const answer = await send(client, 'PUT', key, { partNumber, uploadId }, part)
    listed.push(
      `<Part><PartNumber>${partNumber}</PartNumber><ETag>${answer.headers.get('etag')}</ETag></Part>`,
    )
  }
  const document = `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`
  await change(key, digestOf(Buffer.concat(parts)), async () => {
    const answer = await send(client, 'POST', key, { uploadId }, document)
    if ((await answer.text()).includes('<Error>')) throw new Error('not completed')
  })
}

/** To an object of its own, since no other can be appended to. */
async function append(client, _key, writer) {
  const key = `appended-${writer}-${randomInt(20)}`
  const known = keys.get(key)
  if (known?.pending !== undefined) return
  const before = known?.bytes ?? Buffer.alloc(0)
  const more = randomBytes(randomInt(1, 20_000))
  const bytes = Buffer.concat([before, more])
  await change(key, digestOf(bytes), () =>
    send(client, 'POST', key, { append: '', position: before.length }, more),
  )
  keys.set(key, { acknowledged: digestOf(bytes), bytes })
}

async function copy(client, key, writer) {
  const source = [...keys].find(
    ([name, { acknowledged, pending }]) =>
      name.startsWith(`new-${writer}-`) && acknowledged !== ABSENT && pending === undefined,
  )
  if (source === undefined || source[0] === key) return
  const headers = { 'x-cos-copy-source': `${BUCKET}.cos.ap-guangzhou.myqcloud.com/${source[0]}` }
  await change(key, source[1].acknowledged, async () => {
    const answer = await send(client, 'PUT', key, {}, undefined, headers)
    if ((await answer.text()).includes('<Error>')) throw new Error('not copied')
  })
}

async function remove(client, key) {
  await change(key, ABSENT, () => send(client, 'DELETE', key))
}

async function tag(client, key) {
  const known = keys.get(key)
  if (known === undefined || known.acknowledged === ABSENT || known.pending !== undefined) return
  const document = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'
  await send(client, 'PUT', key, { tagging: '' }, document)
}

/** Notes what the key may hold while the operation is under way, and what it must hold when that was acknowledged. */
async function change(key, after, operate) {
  const { acknowledged = ABSENT } = keys.get(key) ?? {}
  keys.set(key, { acknowledged, pending: after })
  await operate()
  keys.set(key, { acknowledged: after })
}

async function send(client, Method, Key, Params = {}, body = undefined, headers = {}) {
  const { url } = client.presign({ Method, Bucket: BUCKET, Key, Params, Headers: headers })
  const md5 =
    typeof body === 'string' ? { 'content-md5': createHash('md5').update(body).digest('base64') } : {}
  const response = await fetch(url, { method: Method, body, headers: { ...headers, ...md5 } })
  if (!response.ok) throw new Error(`status ${response.status}`)
  return response
}

async function check(client, when) {
  for (const [key, { acknowledged, pending }] of keys) {
    const response = await fetch(client.getPresignedDownloadUrl({ Bucket: BUCKET, Key: key }))
    const body = Buffer.from(await response.arrayBuffer())
    const found = response.status === 404 ? ABSENT : digestOf(body)
    counts.checked++
    if (found === acknowledged) keys.set(key, { acknowledged, bytes: body })
    else if (found === pending) keys.set(key, { acknowledged: pending, bytes: body })
    else faults.push(`${when}: ${key} is ${found} (${response.status}), neither acknowledged nor under way`)
  }
}

async function deleteAll(client) {
  for (const key of keys.keys()) await send(client, 'DELETE', key)
  const list = await (await send(client, 'GET', '/', { uploads: '' })).text()
  for (const [, upload] of list.matchAll(/<Upload>(.*?)<\/Upload>/gs)) {
    const [key, uploadId] = ['Key', 'UploadId'].map((name) => new RegExp(`<${name}>([^<]*)<`).exec(upload)[1])
    await send(client, 'DELETE', key, { uploadId })
  }
}

function digestOf(bytes) {
  return createHash('md5').update(bytes).digest('hex')
}
