import { CosClient, type Method } from 'cos-presign'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccessLogEntry, createEmulator, type Emulator } from '../src/index.ts'

/* What the access log says of a signature that is not the one of its request: the line of the signed text that differs. */

const Bucket = 'examplebucket-1250000000'
const host = `${Bucket}.localhost:9000`
const log: AccessLogEntry[] = []
let emulator: Emulator
beforeAll(() => {
  emulator = createEmulator({
    credentials: [{ secretId: 'AKIDpermanent00001', secretKey: 'test-secret-permanent' }],
    buckets: [Bucket],
    onRequest: (entry) => log.push(entry),
  })
})
afterAll(() => emulator.close())

interface Signed {
  readonly method?: Method
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly params?: Readonly<Record<string, string>>
  readonly host?: string
  readonly secretKey?: string
}

function sign({ method = 'GET', key = 'o', headers = {}, params = {}, ...signed }: Signed): string {
  const { host: domain = host, secretKey = 'test-secret-permanent' } = signed
  return new CosClient({
    Domain: domain,
    Scheme: 'http',
    SecretId: 'AKIDpermanent00001',
    SecretKey: secretKey,
  }).getAuth({ Method: method, Bucket, Key: key, Headers: headers, Params: params })
}

interface Sent {
  readonly method?: string
  readonly target?: string
  readonly headers?: Readonly<Record<string, string>>
}

async function reasonOf(authorization: string, sent: Sent): Promise<string> {
  const { method = 'GET', target = '/o', headers = {} } = sent
  const answer = await emulator.inject({ method, target, headers: { host, authorization, ...headers } })
  expect(answer.body.toString()).toContain(method === 'HEAD' ? '' : '<Code>SignatureDoesNotMatch</Code>')
  expect(answer.body.toString()).not.toContain('line ')
  return log.at(-1)?.reason ?? ''
}

describe('the log names the line that differs', () => {
  it.each<[string, Signed, Sent, string]>([
    ['another method', { method: 'HEAD' }, {}, 'line 1, method: signed for HEAD, sent as GET'],
    [
      'a path that was encoded twice',
      { key: 'a%20b' },
      { target: '/a%20b' },
      'line 2, path: signed for "/a%2520b"',
    ],
    [
      'a plus for a space',
      { key: 'a b' },
      { target: '/a+b' },
      'line 2, path: signed for "/a%20b", sent as "/a+b"',
    ],
    ['a slash too many', { key: 'a/b' }, { target: '/a//b' }, 'line 2, path: signed for "/a/b"'],
    [
      'a parameter that is not sent',
      { params: { versionId: '1' } },
      {},
      'line 3, parameters: "versionid" is signed',
    ],
    [
      'a header that is not sent',
      { headers: { 'x-cos-meta-a': '1' } },
      {},
      'line 4, headers: "x-cos-meta-a" is signed',
    ],
    ['the production host', { host: 'localhost' }, {}, 'line 4, headers: host is signed as "localhost"'],
    [
      'a Content-Type that the client changed',
      { method: 'PUT', headers: { 'content-type': 'text/plain' } },
      { method: 'PUT', headers: { 'content-type': 'text/plain;charset=UTF-8' } },
      'line 4, headers: content-type is signed as "text/plain"',
    ],
    ['another key', { secretKey: 'test-secret-other' }, {}, 'the SecretKey may be another'],
    ['what no mistake explains', { key: 'p' }, {}, 'compare each line of FormatString'],
  ])('for %s', async (_what, signed, sent, expected) => {
    expect(await reasonOf(sign(signed), sent)).toContain(expected)
  })

  it('also when the signature is in the URL', async () => {
    const client = new CosClient({
      Domain: host,
      Scheme: 'http',
      SecretId: 'AKIDpermanent00001',
      SecretKey: 'test-secret-permanent',
    })
    const { url } = client.presign({ Method: 'PUT', Bucket, Key: 'o', Headers: { 'x-cos-acl': 'private' } })
    await emulator.inject({ method: 'PUT', target: url.slice(`http://${host}`.length), headers: { host } })
    expect(log.at(-1)?.reason).toContain('"x-cos-acl" is signed, and the request has no such header')
    expect(JSON.stringify(log)).not.toContain('test-secret')
  })

  it('and says of everything else why it was refused', async () => {
    const authorization = sign({})
    emulator.clock.advance(3600)
    await emulator.inject({ method: 'GET', target: '/o', headers: { host, authorization } })
    emulator.clock.reset()
    expect(log.at(-1)?.reason).toMatch(/^The signature ended \d+ s ago$/)
  })
})
