import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { CosClient, createCredential, type Method } from 'cos-presign'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AccessLogEntry, createEmulator, type Emulator, type InjectResponse } from '../src/index.ts'

const bucket = 'examplebucket-1250000000'
const other = 'otherbucket-1250000000'
const permanent = createCredential({ secretId: 'AKIDpermanent00001', secretKey: 'test-secret-permanent' })
const temporary = createCredential({
  secretId: 'AKIDtemporary00001',
  secretKey: 'test-secret-temporary',
  securityToken: 'test-token',
  expiresAt: 1_700_003_600,
})
const startMs = 1_700_000_000_000

let emulator: Emulator
const log: AccessLogEntry[] = []

beforeAll(() => {
  emulator = createEmulator({
    credentials: [permanent, temporary],
    buckets: [bucket, other],
    domains: { 'files.example.com': other },
    maxMemoryBytes: 1_000_000,
    now: () => startMs,
    onRequest: (entry) => log.push(entry),
  })
})
afterAll(() => emulator.close())
beforeEach(() => {
  emulator.clock.reset()
  log.length = 0
})

interface Sent {
  readonly method?: Method
  readonly key?: string
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  readonly params?: Readonly<Record<string, string>>
  readonly bucket?: string
  readonly host?: string
  readonly credential?: typeof permanent
}

const clientOf = (host: string, { secretId, secretKey, securityToken }: typeof permanent): CosClient =>
  new CosClient({
    Domain: host,
    Scheme: 'http',
    SecretId: secretId,
    SecretKey: secretKey,
    Token: securityToken,
    Now: () => emulator.clock.now(),
  })

function sign(sent: Sent): { target: string; host: string; headers: Record<string, string> } {
  const { method = 'GET', key = 'o', headers = {}, params = {}, credential = permanent } = sent
  const name = sent.bucket ?? bucket
  const host = sent.host ?? `${name}.cos.ap-guangzhou.myqcloud.com`
  const client = clientOf(host, credential)
  const { url } = client.presign({
    Method: method,
    Bucket: name,
    Key: key === '/' ? '/' : `/${key}`,
    Headers: headers,
    Params: params,
  })
  return { target: url.slice(`http://${host}`.length), host, headers }
}

async function send(sent: Sent): Promise<InjectResponse> {
  const { target, host, headers } = sign(sent)
  return await emulator.inject({
    method: sent.method ?? 'GET',
    target,
    headers: { host, ...headers },
    body: sent.body,
  })
}

/** The elements of COS's error document. */
function errorOf({ body }: InjectResponse): Record<string, string> {
  return Object.fromEntries(
    [...body.toString().matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, name = '', text = '']) => [name, text]),
  )
}

describe('objects', () => {
  it('are stored with headers and metadata and come back with ETag, CRC64 and Last-Modified', async () => {
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      'x-cos-meta-a': '1',
      'cache-control': 'no-store',
    }
    const put = await send({ method: 'PUT', body: '123456789', headers })
    expect(put).toMatchObject({
      statusCode: 200,
      headers: { etag: '"25f9e794323b453885f5181f1b624d0b"', 'x-cos-hash-crc64ecma': '11051210869376104954' },
    })
    const get = await send({})
    expect(get.body.toString()).toBe('123456789')
    expect(get.headers).toMatchObject({
      ...headers,
      'content-length': '9',
      'last-modified': 'Tue, 14 Nov 2023 22:13:20 GMT',
      'x-cos-request-id': expect.any(String),
    })
    const head = await send({ method: 'HEAD' })
    expect(head).toMatchObject({ statusCode: 200, headers: { 'content-length': '9' } })
    expect(head.body).toHaveLength(0)
    expect((await send({ method: 'DELETE' })).statusCode).toBe(204)
    expect((await send({ method: 'DELETE' })).statusCode).toBe(204)
    expect(errorOf(await send({}))).toMatchObject({ Code: 'NoSuchKey' })
  })

  it.each([
    ['bytes=0-0', 206, '1', 'bytes 0-0/9'],
    ['bytes=3-', 206, '456789', 'bytes 3-8/9'],
    ['bytes=-2', 206, '89', 'bytes 7-8/9'],
    ['bytes=5-100', 206, '6789', 'bytes 5-8/9'],
    ['bytes=9-', 416, undefined, 'bytes */9'],
    ['lines=1-2', 200, '123456789', undefined],
  ])('Range: %s gives %i', async (range, status, body, contentRange) => {
    await send({ method: 'PUT', key: 'r', body: '123456789' })
    const answer = await send({ key: 'r', headers: { range } })
    expect(answer.statusCode).toBe(status)
    if (body !== undefined) expect(answer.body.toString()).toBe(body)
    expect(answer.headers['content-range']).toBe(contentRange)
  })

  it('with a wrong Content-MD5 are not stored', async () => {
    const md5 = createHash('md5').update('other').digest('base64')
    const answer = await send({ method: 'PUT', key: 'md5', body: 'text', headers: { 'content-md5': md5 } })
    expect([answer.statusCode, errorOf(answer).Code]).toEqual([400, 'BadDigest'])
    expect((await send({ method: 'HEAD', key: 'md5' })).statusCode).toBe(404)
  })

  it('beyond the memory limit are refused, and those that were there stay', async () => {
    await send({ method: 'PUT', key: 'small', body: 'kept' })
    const answer = await send({ method: 'PUT', key: 'big', body: Buffer.alloc(2_000_000) })
    expect([answer.statusCode, errorOf(answer).Code]).toEqual([400, 'EntityTooLarge'])
    expect((await send({ key: 'small' })).body.toString()).toBe('kept')
    expect((await send({ method: 'HEAD', key: 'big' })).statusCode).toBe(404)
  })

  it('written to one key at once leave one of them whole', async () => {
    const bodies = Array.from({ length: 20 }, (_, at) => String.fromCharCode(97 + at).repeat(10_000))
    await Promise.all(bodies.map((body) => send({ method: 'PUT', key: 'same', body })))
    expect(bodies).toContain((await send({ key: 'same' })).body.toString())
  })
})

describe('buckets', () => {
  it('can be made, asked for and deleted when empty', async () => {
    const name = 'newbucket-1250000000'
    const call = { bucket: name, key: '/' } as const
    expect((await send({ ...call, method: 'HEAD' })).statusCode).toBe(404)
    expect((await send({ ...call, method: 'PUT' })).statusCode).toBe(200)
    expect((await send({ ...call, method: 'HEAD' })).statusCode).toBe(200)
    expect(errorOf(await send({ ...call, method: 'PUT' }))).toMatchObject({ Code: 'BucketAlreadyOwnedByYou' })
    await send({ bucket: name, method: 'PUT', body: 'x' })
    expect(errorOf(await send({ ...call, method: 'DELETE' }))).toMatchObject({ Code: 'BucketNotEmpty' })
    await send({ bucket: name, method: 'DELETE' })
    expect((await send({ ...call, method: 'DELETE' })).statusCode).toBe(204)
    expect(errorOf(await send({ bucket: name, method: 'PUT', body: 'x' }))).toMatchObject({
      Code: 'NoSuchBucket',
    })
  })

  it.each([
    ['the usual host', `${other}.cos.ap-beijing.myqcloud.com`],
    ['any other domain', `${other}.cos.ap-beijing.example.org:8080`],
    ['a first label with the form of a bucket', `${other}.localhost:9000`],
    ['a configured domain', 'files.example.com'],
    ['a configured domain with a port', 'files.example.com:9000'],
  ])('are found by %s', async (_, host) => {
    await send({ method: 'PUT', bucket: other, key: 'found', body: 'here' })
    const answer = await send({ bucket: other, key: 'found', host })
    expect([answer.statusCode, answer.body.toString()]).toEqual([200, 'here'])
    expect(log.at(-1)).toMatchObject({ bucket: other, key: 'found', status: 200 })
  })

  it('are found by an absolute-form target, as a proxy gets it', async () => {
    await send({ method: 'PUT', bucket: other, key: 'found', body: 'here' })
    const { target, host } = sign({ bucket: other, key: 'found' })
    const answer = await emulator.inject({
      method: 'GET',
      target: `http://${host}${target}`,
      headers: { host },
    })
    expect(answer.body.toString()).toBe('here')
    const elsewhere = await emulator.inject({
      method: 'GET',
      target: `http://${host}${target}`,
      headers: { host: 'evil.example' },
    })
    expect([elsewhere.statusCode, errorOf(elsewhere).Code]).toEqual([403, 'AccessDenied'])
  })

  it('are not found in an address that names none', async () => {
    const answer = await send({ host: '127.0.0.1:9000' })
    expect(answer.statusCode).toBe(400)
    expect(errorOf(answer).Message).toContain('default bucket')
  })
})

describe('whoever asks', () => {
  it('without a signature is refused', async () => {
    const answer = await emulator.inject({
      method: 'GET',
      target: '/o',
      headers: { host: `${bucket}.localhost` },
    })
    expect([answer.statusCode, errorOf(answer)]).toMatchObject([
      403,
      {
        Code: 'AccessDenied',
        Resource: `${bucket}.localhost/o`,
        RequestId: expect.any(String),
        TraceId: expect.any(String),
      },
    ])
    expect(answer.headers['content-type']).toBe('application/xml')
  })

  it('with a changed path is shown what was computed', async () => {
    const { target, host } = sign({})
    const answer = await emulator.inject({
      method: 'GET',
      target: target.replace('/o?', '/p?'),
      headers: { host },
    })
    expect([answer.statusCode, errorOf(answer)]).toMatchObject([
      403,
      {
        Code: 'SignatureDoesNotMatch',
        FormatString: `get\n/p\n\nhost=${host}\n`,
        StringToSign: expect.stringMatching(/^sha1\n1699999940;1700000300\n[0-9a-f]{40}\n$/),
      },
    ])
  })

  it('after the end of the signature is refused, when the clock is moved, and not before', async () => {
    await send({ method: 'PUT', body: 'x' })
    const { target, host } = sign({})
    const ask = (): Promise<InjectResponse> => emulator.inject({ method: 'GET', target, headers: { host } })
    emulator.clock.advance(300)
    expect((await ask()).statusCode).toBe(200)
    emulator.clock.advance(1)
    const late = await ask()
    expect([late.statusCode, errorOf(late)]).toMatchObject([
      403,
      { Code: 'AccessDenied', Message: 'Request has expired' },
    ])
    emulator.clock.set(startMs - 3_600_000)
    expect((await ask()).statusCode).toBe(403)
    emulator.clock.reset()
    expect((await ask()).statusCode).toBe(200)
  })

  it('with a temporary key needs its token, and a living one', async () => {
    await send({ method: 'PUT', body: 'x' })
    expect((await send({ credential: temporary })).statusCode).toBe(200)
    const { target, host } = sign({ credential: temporary })
    const ask = (changed: string): Promise<InjectResponse> =>
      emulator.inject({ method: 'GET', target: changed, headers: { host } })
    expect(errorOf(await ask(target.replace(/&x-cos-security-token=.*/, ''))).Code).toBe('InvalidAccessKeyId')
    expect(
      errorOf(await ask(target.replace(/security-token=test-token$/, 'security-token=test-tokem'))).Code,
    ).toBe('InvalidAccessKeyId')
    emulator.clock.advance(3601)
    const dead = await ask(target)
    expect([dead.statusCode, errorOf(dead).Code]).toEqual([400, 'ExpiredToken'])
  })

  it('with a key that is registered later is let in, and no longer once it is removed', async () => {
    const later = createCredential({ secretId: 'AKIDlater000000001', secretKey: 'test-secret-later' })
    expect(errorOf(await send({ credential: later })).Code).toBe('InvalidAccessKeyId')
    emulator.addCredential(later)
    expect((await send({ credential: later, method: 'PUT', body: 'x' })).statusCode).toBe(200)
    expect(emulator.removeCredential(later.secretId)).toBe(true)
    expect(errorOf(await send({ credential: later })).Code).toBe('InvalidAccessKeyId')
  })

  it('for what is not implemented is told so, by name, and never 200', async () => {
    for (const [operation, sent] of [
      ['GetBucketObjectVersions', { key: '/', params: { versions: '' } }],
      ['PutBucketVersioning', { method: 'PUT', key: '/', params: { versioning: '' } }],
      ['PUT object ?retention', { method: 'PUT', params: { retention: '' } }],
    ] as const) {
      const answer = await send(sent)
      expect([answer.statusCode, errorOf(answer).Code], operation).toEqual([501, 'NotImplemented'])
      expect(errorOf(answer).Message, operation).toContain(operation)
    }
  })

  it('leaves no secret in the log', async () => {
    await send({ credential: temporary })
    const text = JSON.stringify(log)
    expect(text).toContain('q-signature=***')
    for (const secret of ['test-token', permanent.secretKey, temporary.secretKey])
      expect(text).not.toContain(secret)
  })
})

describe('what Node’s parser refuses', () => {
  let port: number
  beforeAll(async () => {
    port = (await emulator.listen({ port: 0 })).port
  })

  it.each([
    ['a space in the target', 'GET /a b HTTP/1.1\r\nHost: h\r\n\r\n'],
    ['a control character in the target', 'GET /a\x01b HTTP/1.1\r\nHost: h\r\n\r\n'],
    ['no request at all', 'hello\r\n\r\n'],
    ['a broken header', 'GET /a HTTP/1.1\r\nHost h\r\n\r\n'],
  ])('%s gets COS XML with a request id', async (_, lines) => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(lines, 'latin1'))
      let text = ''
      socket.setEncoding('latin1').on('data', (chunk) => {
        text += chunk
      })
      socket.on('end', () => resolve(text)).on('error', reject)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toMatch(/x-cos-request-id: \S+/i)
    expect(answer).toMatch(/<Error>\s*<Code>\w+<\/Code>/)
  })
})

describe('createEmulator', () => {
  it.each([
    [{ buckets: ['nobucket'] }, 'buckets[0]'],
    [{ buckets: 'x' }, 'buckets'],
    [{ defaultBucket: 5 }, 'defaultBucket'],
    [{ credentials: [{ secretId: 'a' }] }, 'secretKey'],
    [{ dataDir: '/tmp/x', maxMemoryBytes: 1 }, 'maxMemoryBytes'],
    [{ port: 1 }, 'port'],
    [{ idleTimeoutSeconds: 0 }, 'idleTimeoutSeconds'],
  ])('refuses %j and names it', (options, name) => {
    expect(() => createEmulator(options as object)).toThrow(`"${name}"`)
  })
})
