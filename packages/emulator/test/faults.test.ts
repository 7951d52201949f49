import { request as sendRequest } from 'node:http'
import COS from 'cos-nodejs-sdk-v5'
import { CosClient, createCredential, type Method } from 'cos-presign'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAccessLogDraft } from '../src/access-log.ts'
import { createFaultPlan } from '../src/faults/fault-plan.ts'
import { withFaults } from '../src/faults/with-faults.ts'
import { type AccessLogEntry, createEmulator, type Emulator, type FaultRule } from '../src/index.ts'
import { callV1 } from './sts/call-sts.ts'

const Bucket = 'examplebucket-1250000000'
const credential = createCredential({ secretId: 'AKIDpermanent00001', secretKey: 'test-secret-permanent' })
const log: AccessLogEntry[] = []
/** What `random` answers next; 0 when there is nothing left. */
const chances: number[] = []
let emulator: Emulator
let port: number

beforeAll(async () => {
  emulator = createEmulator({
    credentials: [credential],
    defaultBucket: Bucket,
    random: () => chances.shift() ?? 0,
    onRequest: (entry) => log.push(entry),
  })
  port = (await emulator.listen()).port
})
afterAll(() => emulator.close())
beforeEach(() => {
  emulator.faults.clear()
  log.length = 0
  chances.length = 0
})

interface Answer {
  readonly status: number
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Why the answer ended before it was whole. */
  readonly error?: string
}

/** One request on a connection of its own; a lost connection is an answer too. */
function send(method: Method, Key: string, body?: Uint8Array): Promise<Answer> {
  const client = new CosClient({
    Domain: `127.0.0.1:${port}`,
    Scheme: 'http',
    SecretId: credential.secretId,
    SecretKey: credential.secretKey,
  })
  const url = client.getPresignedUrl({ Method: method, Bucket, Key })
  return new Promise((resolve) => {
    const lost = (error: Error) =>
      resolve({ status: 0, body: Buffer.alloc(0), headers: {}, error: error.message })
    const request = sendRequest(url, { method, agent: false }, (response) => {
      const chunks: Buffer[] = []
      const { statusCode: status = 0, headers } = response
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve({ status, headers, body: Buffer.concat(chunks) }))
      response.on('error', ({ message: error }) =>
        resolve({ status, headers, body: Buffer.concat(chunks), error }),
      )
    })
    request.on('error', lost)
    request.end(body)
  })
}

const statusOf = async (method: Method, key: string, body?: Uint8Array): Promise<number> =>
  (await send(method, key, body)).status

describe('slow-down', () => {
  it('answers 503 as often as it was asked to, and nothing is done', async () => {
    emulator.faults.add({ fault: 'slow-down', operation: 'PutObject', keyPrefix: 'a/', skip: 1, count: 2 })
    const put = (key: string) => send('PUT', key, Buffer.from('x'))
    expect((await put('a/1')).status).toBe(200)
    const slow = await put('a/2')
    expect([slow.status, slow.body.toString()]).toEqual([
      503,
      expect.stringContaining('<Code>SlowDown</Code>'),
    ])
    expect(await statusOf('HEAD', 'a/2')).toBe(404)
    expect((await put('b/2')).status).toBe(200)
    expect((await put('a/2')).status).toBe(503)
    expect((await put('a/2')).status).toBe(200)
    expect(emulator.faults.list()).toMatchObject([{ fault: 'slow-down', struckCount: 2 }])
    expect(log[1]).toMatchObject({ code: 'SlowDown', status: 503, faults: 'slow-down' })
    expect(log[0]).not.toHaveProperty('faults')
  })

  it('strikes by chance at a rate', async () => {
    emulator.faults.add({ fault: 'slow-down', rate: 0.25 })
    chances.push(0.24, 0.25, 0.9, 0.1)
    const seen: number[] = []
    for (let at = 0; at < 4; at++) seen.push(await statusOf('HEAD', 'none'))
    expect(seen).toEqual([503, 404, 404, 503])
  })

  it('is got over by the official client, which tries again', async () => {
    emulator.faults.add({ fault: 'slow-down', operation: 'PutObject', count: 2 })
    const { secretId: SecretId, secretKey: SecretKey } = credential
    const cos = new COS({ SecretId, SecretKey, Domain: `127.0.0.1:${port}`, Protocol: 'http:' })
    await cos.putObject({ Bucket, Region: 'ap-guangzhou', Key: 'tried', Body: 'again' })
    expect((await send('GET', 'tried')).body.toString()).toBe('again')
    expect(log.map(({ status }) => status)).toEqual([503, 503, 200, 200])
  })

  it('spares requests that are refused anyway', async () => {
    emulator.faults.add({ fault: 'slow-down', count: 1 })
    const refused = await fetch(`http://127.0.0.1:${port}/o`)
    expect(refused.status).toBe(403)
    expect(emulator.faults.list()[0]?.struckCount).toBe(0)
  })
})

describe('cut', () => {
  const bytes = Buffer.alloc(1_000_000, 'abcdefghij')

  it('ends a download in the middle, at the byte that was asked for or half-way', async () => {
    await send('PUT', 'cut', bytes)
    const first = emulator.faults.add({ fault: 'cut', operation: 'GetObject', afterBytes: 12_345 })
    const cut = await send('GET', 'cut')
    expect(cut).toMatchObject({ status: 200, error: 'aborted' })
    expect(cut.headers['content-length']).toBe('1000000')
    expect(cut.body.equals(bytes.subarray(0, 12_345))).toBe(true)
    expect(emulator.faults.remove(first)).toBe(true)
    expect(emulator.faults.remove(first)).toBe(false)
    emulator.faults.add({ fault: 'cut', count: 1 })
    expect((await send('GET', 'cut')).body.length).toBe(500_000)
    expect((await send('GET', 'cut')).body.equals(bytes)).toBe(true)
  })

  it('ends an upload in the middle, of which nothing is kept', async () => {
    emulator.faults.add({ fault: 'cut', operation: 'PutObject', count: 1 })
    const cut = await send('PUT', 'half', bytes)
    expect(cut.status).toBe(0)
    expect(await statusOf('HEAD', 'half')).toBe(404)
    expect(log[0]).toMatchObject({ operation: 'PutObject', status: 0, faults: 'cut' })
    expect(await statusOf('PUT', 'half', bytes)).toBe(200)
  })

  it('beyond the end of an upload, or without any body, loses the answer alone', async () => {
    emulator.faults.add({ fault: 'cut', operation: ['PutObject', 'DeleteObject'], afterBytes: 2_000_000 })
    expect(await statusOf('PUT', 'whole', bytes)).toBe(0)
    expect((await send('GET', 'whole')).body.equals(bytes)).toBe(true)
    expect(await statusOf('DELETE', 'whole')).toBe(0)
    expect(await statusOf('HEAD', 'whole')).toBe(404)
  })

  it('is an error of inject, as of a socket', async () => {
    emulator.faults.add({ fault: 'cut' })
    const client = new CosClient({
      Domain: 'localhost',
      SecretId: credential.secretId,
      SecretKey: credential.secretKey,
    })
    const url = client.getPresignedUrl({ Method: 'DELETE', Bucket, Key: 'o' })
    const target = url.slice('https://localhost'.length)
    await expect(emulator.inject({ method: 'DELETE', target })).rejects.toMatchObject({ code: 'ECONNRESET' })
  })
})

describe('delay', () => {
  it('lets a request wait', async () => {
    emulator.faults.add({ fault: 'delay', delayMs: 200, count: 1 })
    const startedAt = performance.now()
    expect(await statusOf('HEAD', 'none')).toBe(404)
    expect(performance.now() - startedAt).toBeGreaterThan(190)
  })

  it('is over when the emulator closes', async () => {
    const other = createEmulator({
      credentials: [credential],
      defaultBucket: Bucket,
      faults: [{ fault: 'delay', delayMs: 3_600_000 }],
    })
    const { url } = await other.listen()
    const client = new CosClient({
      Domain: url.slice('http://'.length),
      Scheme: 'http',
      SecretId: credential.secretId,
      SecretKey: credential.secretKey,
    })
    const waiting = fetch(client.getPresignedUrl({ Method: 'GET', Bucket, Key: 'none' }))
    await expect.poll(() => other.faults.list()[0]?.struckCount).toBe(1)
    await other.close()
    expect((await waiting).status).toBe(404)
  })
})

describe('wrong-etag', () => {
  it('changes the ETag of an answer and nothing else', async () => {
    const right = (await send('PUT', 'etag', Buffer.from('0123456789'))).headers
    emulator.faults.add({ fault: 'wrong-etag' })
    for (const method of ['PUT', 'GET', 'HEAD'] as const) {
      const answer = await send(method, 'etag', method === 'PUT' ? Buffer.from('0123456789') : undefined)
      expect(answer.status).toBe(200)
      expect(answer.headers.etag).toMatch(/^"[0-9a-f]{32}"$/)
      expect(answer.headers.etag).not.toBe(right.etag)
      expect(answer.headers['x-cos-hash-crc64ecma']).toBe(right['x-cos-hash-crc64ecma'])
      if (method === 'GET') expect(answer.body.toString()).toBe('0123456789')
    }
    emulator.faults.clear()
    expect((await send('HEAD', 'etag')).headers.etag).toBe(right.etag)
  })

  it('changes it in XML too, where the document keeps its length', async () => {
    const document = '<R><ETag>&quot;0a1b&quot;</ETag><Key>0a1b</Key><ETag>"f00d"</ETag></R>'
    const plan = createFaultPlan(() => 0)
    plan.add({ fault: 'wrong-etag' })
    const request = {
      target: { operation: 'GetBucket' },
      slowDown: () => new Error('not asked for'),
      run: () => Promise.resolve({ status: 200, headers: {}, body: Buffer.from(document) }),
    }
    const entry = createAccessLogDraft({ method: 'GET', target: '/' }, 'id')
    const { body } = await withFaults(plan, request, entry)
    expect(String(body)).toBe('<R><ETag>&quot;1a1b&quot;</ETag><Key>0a1b</Key><ETag>"000d"</ETag></R>')
  })
})

describe('faults of STS', () => {
  const params = {
    Name: 'test',
    Policy: '{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}',
  }

  it('are the limit of requests, a delay and a lost connection', async () => {
    emulator.faults.add({ fault: 'slow-down', operation: 'GetFederationToken', count: 1 })
    const { secretId, secretKey } = credential
    const call = () => callV1(emulator, { secretId, secretKey }, { params })
    expect((await call()).Error?.Code).toBe('RequestLimitExceeded')
    expect((await call()).Credentials).toBeDefined()
    emulator.faults.add({ fault: 'cut', operation: 'GetFederationToken' })
    await expect(call()).rejects.toMatchObject({ code: 'ECONNRESET' })
  })
})

describe('several rules', () => {
  it('strike together', async () => {
    await send('PUT', 'both', Buffer.from('0123456789'))
    emulator.faults.add({ fault: 'delay', delayMs: 50 })
    emulator.faults.add({ fault: 'wrong-etag' })
    emulator.faults.add({ fault: 'cut', afterBytes: 3 })
    expect((await send('GET', 'both')).body.toString()).toBe('012')
    expect(log.at(-1)?.faults).toBe('delay, wrong-etag, cut')
  })
})

describe('a rule', () => {
  it.each<[string, unknown, string]>([
    ['that is none', null, 'object'],
    ['of another fault', { fault: 'explode' }, 'slow-down, cut, delay, wrong-etag'],
    ['with a misspelt member', { fault: 'cut', prefix: 'a' }, '"prefix"'],
    ['with an operation that is no name', { fault: 'cut', operation: [1] }, '"operation"'],
    ['with a bucket that is no name', { fault: 'cut', bucket: 1 }, '"bucket"'],
    ['with a rate above 1', { fault: 'cut', rate: 2 }, '"rate"'],
    ['with a count of 0', { fault: 'cut', count: 0 }, '"count"'],
    ['with half a skip', { fault: 'cut', skip: 0.5 }, '"skip"'],
    ['with a delay of a day', { fault: 'delay', delayMs: 86_400_000 }, '"delayMs"'],
    ['with a negative byte', { fault: 'cut', afterBytes: -1 }, '"afterBytes"'],
  ])('%s is refused by name', (_what, rule, name) => {
    expect(() => emulator.faults.add(rule as FaultRule)).toThrow(name)
    expect(() => createEmulator({ faults: [rule as FaultRule] })).toThrow(name)
  })
})

describe('the clock', () => {
  it('can start beside the machine’s', () => {
    const early = createEmulator({ clockOffsetSeconds: -3600, now: () => 5_000_000 })
    expect(early.clock.now()).toBe(1_400_000)
    expect(early.clock.offsetSeconds).toBe(-3600)
    early.clock.reset()
    expect(early.clock.offsetSeconds).toBe(0)
  })
})
