import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CosClient,
  type CosClientOptions,
  createCredential,
  parseAuthorization,
  parsePresignedUrl,
  presignUrl,
  redact,
  SignatureError,
  type SignParams,
} from '../src/index.ts'

const now = (): number => 1_700_000_000_999
const keys = { SecretId: 'AKIDtestidentifier01', SecretKey: 'test-SECRET-key-0123456789' }
const token = 'test-TOKEN-abc/def+ghi='
const object = { Bucket: 'examplebucket-1250000000', Key: 'a/b.txt' } as const
const get = { ...object, Method: 'GET' } as const

const clientOf = (options: Partial<CosClientOptions> = {}): CosClient =>
  new CosClient({ Region: 'ap-guangzhou', ...keys, Now: now, ...options })
const hostOf = (url: string): string => new URL(url).host
const listOf = (url: string): string[] => [...parsePresignedUrl(url).headerList]

describe('the host of a URL', () => {
  it.each([
    ['a region', { Region: 'ap-beijing' }, 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com'],
    [
      'an old name of a region',
      { Region: 'cosgz' },
      'examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com',
    ],
    ['cossgp', { Region: 'cossgp' }, 'examplebucket-1250000000.cos.ap-singapore.myqcloud.com'],
    ['cosca', { Region: 'cosca' }, 'examplebucket-1250000000.cos.na-toronto.myqcloud.com'],
    [
      'a region whose hosts have no cos label',
      { Region: 'cn-south' },
      'examplebucket-1250000000.cn-south.myqcloud.com',
    ],
    ['cn-southwest', { Region: 'cn-southwest' }, 'examplebucket-1250000000.cn-southwest.myqcloud.com'],
    [
      'a region with its label',
      { Region: 'cos.ap-beijing' },
      'examplebucket-1250000000.cos.ap-beijing.myqcloud.com',
    ],
    [
      'a region named like a member of every object',
      { Region: 'constructor' },
      'examplebucket-1250000000.cos.constructor.myqcloud.com',
    ],
    [
      'an endpoint, before the region',
      { Endpoint: 'cos.accelerate.myqcloud.com' },
      'examplebucket-1250000000.cos.accelerate.myqcloud.com',
    ],
    ['a domain, before both', { Endpoint: 'e.example', Domain: 'files.example.com' }, 'files.example.com'],
    [
      'a domain with placeholders',
      { Domain: '{Bucket}.{Region}.example.com:8443' },
      'examplebucket-1250000000.ap-guangzhou.example.com:8443',
    ],
  ])('%s', (_, options, host) => {
    expect(hostOf(clientOf(options).getPresignedUrl(get))).toBe(host)
    expect(hostOf(clientOf(options).getObjectUrl(object))).toBe(host)
  })

  it('has the port it is sent with, and the default port dropped', () => {
    const http = clientOf({ Scheme: 'http', Domain: 'LOCALHOST:9000' })
    expect(http.getPresignedUrl(get)).toMatch(/^http:\/\/localhost:9000\/a\/b\.txt\?/)
    expect(http.getAuth(get)).toBe(clientOf({ Scheme: 'http', Domain: 'localhost:9000' }).getAuth(get))
    expect(http.getAuth(get)).not.toBe(clientOf({ Scheme: 'http', Domain: 'localhost' }).getAuth(get))
    expect(hostOf(clientOf({ Domain: 'localhost:443' }).getPresignedUrl(get))).toBe('localhost')
  })
})

describe('without Compat', () => {
  it('every given header is signed, where the Python SDK leaves some out', () => {
    const call = { ...get, Headers: { 'User-Agent': 'x' } }
    expect(listOf(clientOf().getPresignedUrl(call))).toEqual(['host', 'user-agent'])
    expect(listOf(clientOf({ Compat: 'python' }).getPresignedUrl(call))).toEqual(['host'])
  })

  it('Authorization and white space at the edge of a header are a TypeError', () => {
    for (const Headers of [{ Authorization: 'x' }, { authorization: 'x' }, { a: ' x' }, { a: 'x\t' }]) {
      expect(() => clientOf().getAuth({ ...get, Headers })).toThrow(TypeError)
    }
  })

  it('a Host that is not the URL’s is a TypeError for a URL and signed as given by getAuth', () => {
    const call = { ...get, Headers: { Host: 'cdn.example.com' } }
    expect(() => clientOf().getPresignedUrl(call)).toThrow(/Host/)
    expect(clientOf().getAuth(call)).not.toBe(clientOf().getAuth(get))
    const same = { ...get, Headers: { host: 'Examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com' } }
    expect(parsePresignedUrl(clientOf().getPresignedUrl(same)).headerList).toEqual(['host'])
  })

  it('a presigned URL carries the token, signed, once', () => {
    const client = clientOf({ Token: token })
    const url = client.getPresignedUrl(get)
    expect(new URL(url).searchParams.getAll('x-cos-security-token')).toEqual([token])
    expect(parsePresignedUrl(url).urlParamList).toEqual(['x-cos-security-token'])
    expect(
      client
        .getPresignedUrl({ ...get, Params: { 'X-Cos-Security-Token': token } })
        .match(/security-token=/gi),
    ).toHaveLength(1)
    expect(client.getPresignedUrl({ ...get, Headers: { 'X-COS-Security-Token': token } })).not.toContain(
      'security-token=',
    )
    expect(() => client.getPresignedUrl({ ...get, Params: { 'x-cos-security-token': 'other' } })).toThrow(
      TypeError,
    )
    expect(clientOf({ Token: token, Compat: 'python' }).getPresignedUrl(get)).not.toContain('token')
  })

  it('on a data-processing host the token is x-ci-security-token', () => {
    const url = clientOf({ Token: token, Endpoint: 'ci.ap-guangzhou.myqcloud.com' }).getPresignedUrl(get)
    expect(new URL(url).searchParams.get('x-ci-security-token')).toBe(token)
  })

  it('getAuth neither adds nor signs the token; authorize returns it', () => {
    const client = clientOf({ Token: token })
    expect(client.getAuth(get)).toBe(clientOf().getAuth(get))
    const { authorization, headers } = client.authorize({ ...get, Headers: { Range: 'bytes=0-9' } })
    expect(headers).toEqual({
      Range: 'bytes=0-9',
      Authorization: authorization,
      'x-cos-security-token': token,
    })
  })

  it('the window ends with the key, and a dead key throws', () => {
    const client = clientOf({ Token: token, TokenExpiresAt: 1_700_000_100 })
    expect(client.presign(get)).toMatchObject({
      startsAt: 1_699_999_940,
      expiresAt: 1_700_000_100,
      effectiveExpiresAt: 1_700_000_100,
    })
    expect(parsePresignedUrl(client.getPresignedUrl(get)).keyTime).toEqual({
      startsAt: 1_699_999_940,
      expiresAt: 1_700_000_100,
    })
    const dead = clientOf({ Token: token, TokenExpiresAt: 1_700_000_000 })
    expect(() => dead.getPresignedUrl(get)).toThrow(SignatureError)
    expect(() => dead.getAuth(get)).toThrow(
      expect.objectContaining({ code: 'ERR_CREDENTIAL_EXPIRED', retryable: false }),
    )
  })

  it('a key that no URL can carry is a RangeError, any other arrives as itself', () => {
    for (const Key of ['a/.', 'a/..', '..', '.', 'x'.repeat(851), '值'.repeat(284), '\ud800']) {
      expect(() => clientOf().getPresignedUrl({ ...get, Key }), Key.slice(0, 9)).toThrow(RangeError)
    }
    for (const Key of [
      'a/../b',
      'a//b',
      'a%2Fb',
      'a+b',
      '🦊',
      'trailing ',
      './x',
      'x'.repeat(850),
      '//x',
      'a?b#c',
    ]) {
      const { pathname } = new URL(clientOf().getPresignedUrl({ ...get, Key }))
      expect(decodeURIComponent(pathname)).toBe(Key.startsWith('/') ? Key : `/${Key}`)
    }
  })

  it('params and headers may be lists, with numbers and booleans, in the caller’s order', () => {
    const Params = [
      ['b', 1],
      ['a', true],
      ['b', 'x'],
    ] as const
    expect(clientOf().getPresignedUrl({ ...get, Params })).toMatch(
      /&q-signature=[0-9a-f]{40}&b=1&a=true&b=x$/,
    )
    expect(clientOf().presign({ ...get, Headers: new Map([['x-cos-acl', 'private']]) }).headers).toEqual({
      'x-cos-acl': 'private',
    })
  })

  it('undefined values, colliding names and names of the signature are TypeErrors', () => {
    for (const Params of [
      { a: undefined },
      { a: '1', A: '2' },
      { 'Q-AK': 'x' },
      { sign: 'x' },
      [['a']],
      'a=b',
    ]) {
      expect(() => clientOf().getAuth({ ...get, Params: Params as never }), JSON.stringify(Params)).toThrow(
        TypeError,
      )
    }
  })

  it('a scheme inside Endpoint or Domain is a TypeError that names Scheme', () => {
    for (const options of [{ Endpoint: 'https://x.example' }, { Domain: 'http://x.example' }]) {
      expect(() => clientOf(options)).toThrow(TypeError)
      expect(() => clientOf(options)).toThrow(/"Scheme"/)
    }
  })
})

describe('an option', () => {
  it('SignHost leaves the host out, of all calls or of one', () => {
    expect(listOf(clientOf({ SignHost: false }).getPresignedUrl(get))).toEqual([])
    expect(listOf(clientOf({ SignHost: false }).getPresignedUrl({ ...get, SignHost: true }))).toEqual([
      'host',
    ])
    expect(parseAuthorization(clientOf().getAuth({ ...get, SignHost: false })).headerList).toEqual([])
  })

  it('Expired and Now set the window', () => {
    const { keyTime } = parsePresignedUrl(
      clientOf({ Now: () => 5_000_000 }).getPresignedDownloadUrl({ ...object, Expired: 10 }),
    )
    expect(keyTime).toEqual({ startsAt: 4940, expiresAt: 5010 })
  })

  it('Key "/" is the bucket, and one leading slash is optional', () => {
    expect(clientOf().getObjectUrl({ ...object, Key: '/' })).toBe(
      'https://examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com/',
    )
    expect(clientOf().getAuth({ ...get, Key: '/a' })).toBe(clientOf().getAuth({ ...get, Key: 'a' }))
  })
})

const secrets = [keys.SecretKey, token]
/** Every usual way a value gets into a log. */
const printed = (value: unknown): string[] => [
  inspect(value, { depth: 9, showHidden: true }),
  JSON.stringify(value) ?? '',
  `${value}`,
  inspect({ nested: [value] }, { depth: 9 }),
]

describe('secrets', () => {
  it('of a client and a credential appear in no form of printing', () => {
    const credential = createCredential({
      secretId: keys.SecretId,
      secretKey: keys.SecretKey,
      securityToken: token,
    })
    for (const value of [clientOf({ Token: token }), credential]) {
      for (const text of [...printed(value), inspect(Object.entries(value)), inspect({ ...value })]) {
        for (const secret of secrets) expect(text).not.toContain(secret)
      }
    }
    expect(`${credential}`).toBe('Credential(AKI***r01)')
    expect(credential.secretKey).toBe(keys.SecretKey)
  })

  it('of a result are hidden by console.log and kept in its members and JSON', () => {
    const client = clientOf({ Token: token })
    const presigned = client.presign(get)
    const authorized = client.authorize(get)
    for (const result of [presigned, authorized]) {
      const text = inspect(result)
      expect(text).not.toContain(token)
      expect(text).not.toContain(encodeURIComponent(token))
      expect(text).not.toMatch(/signature=[0-9a-f]/)
    }
    expect(JSON.parse(JSON.stringify(presigned)).url).toBe(presigned.url)
    expect(JSON.stringify(authorized)).toContain(token)
  })

  it('are taken out of any text by redact', () => {
    const { url, ...rest } = clientOf({ Token: token }).presign(get)
    const { headers } = clientOf({ Token: token }).authorize(get)
    const texts = [
      url,
      `https://proxy.example/?to=${encodeURIComponent(url)}`,
      JSON.stringify({ url, rest, headers }),
      Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}`)
        .join('\n'),
      `curl -H 'x-cos-security-token: ${token}' '${url}'`,
    ]
    for (const text of texts) {
      const clean = redact(text)
      expect(clean).not.toContain(token)
      expect(clean).not.toContain(encodeURIComponent(token))
      expect(clean).not.toMatch(/q-signature(?:=|%3D)[0-9a-f]/i)
      expect(clean).not.toContain(keys.SecretId)
    }
    expect(redact(url)).toContain('q-ak=AKI***r01&q-sign-time=')
  })
})

describe('bad input', () => {
  const CONSTRUCTION: readonly (readonly [string, object, 'TypeError' | 'RangeError'])[] = [
    ['SecretId', { SecretId: '' }, 'RangeError'],
    ['SecretId', { SecretId: undefined }, 'TypeError'],
    ['SecretId', { SecretId: 'a b' }, 'RangeError'],
    ['SecretKey', { SecretKey: '' }, 'RangeError'],
    ['SecretKey', { SecretKey: 7 }, 'TypeError'],
    ['SecretKey', { SecretKey: 'test-SECRET-key\n' }, 'RangeError'],
    ['Token', { Token: ' x' }, 'RangeError'],
    ['TokenExpiresAt', { TokenExpiresAt: '1' }, 'TypeError'],
    ['TokenExpiresAt', { TokenExpiresAt: 1_700_000_000_000 }, 'RangeError'],
    ['Scheme', { Scheme: 'ftp' }, 'RangeError'],
    ['SignHost', { SignHost: 1 }, 'TypeError'],
    ['Compat', { Compat: 'java' }, 'RangeError'],
    ['Now', { Now: 5 }, 'TypeError'],
    ['Region', { Region: undefined }, 'TypeError'],
    ['Region', { Region: 'AP_x' }, 'RangeError'],
    ['Endpoint', { Endpoint: 'a/b' }, 'RangeError'],
    ['Endpoint', { Endpoint: 5 }, 'TypeError'],
    ['Domain', { Domain: '' }, 'RangeError'],
    ['Regoin', { Regoin: 'x' }, 'TypeError'],
  ]
  it.each(CONSTRUCTION)('of the constructor: %s %j is a %s', (name, options, type) => {
    expect(() => clientOf(options as object)).toThrow(
      expect.objectContaining({ name: type, message: expect.stringContaining(`"${name}"`) }),
    )
  })

  const CALLS: readonly (readonly [string, object, 'TypeError' | 'RangeError'])[] = [
    ['Method', { Method: 'PATCH' }, 'RangeError'],
    ['Method', { Method: 'get' }, 'RangeError'],
    ['Method', { Method: undefined }, 'TypeError'],
    ['Bucket', { Bucket: 'examplebucket' }, 'RangeError'],
    ['Bucket', { Bucket: undefined }, 'TypeError'],
    ['Key', { Key: '' }, 'RangeError'],
    ['Key', { Key: null }, 'TypeError'],
    ['Expired', { Expired: 0 }, 'RangeError'],
    ['Expired', { Expired: 1.5 }, 'RangeError'],
    ['Expired', { Expired: '300' }, 'TypeError'],
    ['Headers.a', { Headers: { a: 'x\r\ny' } }, 'RangeError'],
    ['Headers', { Headers: { 'a b': 'x' } }, 'TypeError'],
    ['Params', { Params: 5 }, 'TypeError'],
    ['key', { key: 'x' }, 'TypeError'],
  ]
  it.each(CALLS)('of a call: %s %j is a %s', (name, params, type) => {
    expect(() => clientOf().getPresignedUrl({ ...get, ...params } as SignParams)).toThrow(
      expect.objectContaining({ name: type, message: expect.stringContaining(`"${name}`) }),
    )
  })

  it('of any kind throws a TypeError, RangeError or SignatureError, and never says a secret', () => {
    const names = [
      'Region',
      'Endpoint',
      'Domain',
      'Token',
      'TokenExpiresAt',
      'Scheme',
      'SignHost',
      'Compat',
      'Now',
      'SecretId',
    ]
    const calls = ['Method', 'Bucket', 'Key', 'Expired', 'Params', 'Headers', 'SignHost']
    const option = fc.dictionary(fc.constantFrom(...names), fc.anything(), { maxKeys: 2 })
    const call = fc.dictionary(fc.constantFrom(...calls), fc.anything(), { maxKeys: 3 })
    fc.assert(
      fc.property(option, call, (options, params) => {
        try {
          const url = clientOf({ Token: token, ...options }).getPresignedUrl({
            ...get,
            ...params,
          } as SignParams)
          expect(url).toMatch(/^https?:\/\//)
        } catch (error) {
          expect(
            [TypeError, RangeError, SignatureError].some((type) => error instanceof type),
            String(error),
          ).toBe(true)
          for (const secret of secrets) expect(String((error as Error).message)).not.toContain(secret)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

it('presignUrl signs as the client does', () => {
  const request = {
    method: 'GET',
    host: 'examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com',
    path: '/a/b.txt',
  }
  const credential = { secretId: keys.SecretId, secretKey: keys.SecretKey, securityToken: token }
  expect(presignUrl(request, credential, { now })).toBe(clientOf({ Token: token }).getPresignedUrl(get))
})
