import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CosClient,
  type CosClientOptions,
  type Credential,
  createCredential,
  type KeyRecord,
  parseAuthorization,
  parsePresignedUrl,
  parseRequestTarget,
  presignUrl,
  type ReceivedRequest,
  SignatureError,
  type SignParams,
  signPostPolicy,
  signRequest,
  traceSignature,
  type VerifyOptions,
  verifyPostPolicy,
  verifyRequest,
} from '../src/index.ts'
import { bucket, clientOf, get, host, keys, now, object, token } from './fixtures.ts'

/** A parameter's name, what is given, and what is thrown. */
type Row = readonly [name: string, given: object, type: 'TypeError' | 'RangeError']

const secrets = [keys.SecretKey, token]

/** Expects an error of the type that names the parameter and holds no secret. */
function expectRefusal(call: () => unknown, name: string, type: string): void {
  const error = thrownBy(call)
  expect(error?.name).toBe(type)
  expect(error?.message).toContain(`"${name}`)
  for (const secret of secrets) expect(error?.message).not.toContain(secret)
}

function thrownBy(call: () => unknown): Error | undefined {
  try {
    call()
    return undefined
  } catch (error) {
    return error as Error
  }
}

describe('bad input to the constructor', () => {
  const ROWS: readonly Row[] = [
    ['SecretId', { SecretId: '' }, 'RangeError'],
    ['SecretId', { SecretId: undefined }, 'TypeError'],
    ['SecretId', { SecretId: null }, 'TypeError'],
    ['SecretId', { SecretId: 7 }, 'TypeError'],
    ['SecretId', { SecretId: 'AKID x' }, 'RangeError'],
    ['SecretId', { SecretId: 'AKIDx\n' }, 'RangeError'],
    ['SecretId', { SecretId: 'AKID&q-sign-time=1' }, 'RangeError'],
    ['SecretKey', { SecretKey: '' }, 'RangeError'],
    ['SecretKey', { SecretKey: undefined }, 'TypeError'],
    ['SecretKey', { SecretKey: { key: keys.SecretKey } }, 'TypeError'],
    ['SecretKey', { SecretKey: `${keys.SecretKey}\n` }, 'RangeError'],
    ['SecretKey', { SecretKey: ` ${keys.SecretKey}` }, 'RangeError'],
    ['SecretKey', { SecretKey: `${keys.SecretKey}\u00a0` }, 'RangeError'],
    ['SecretKey', { SecretKey: `\ufeff${keys.SecretKey}` }, 'RangeError'],
    ['SecretKey', { SecretKey: '\ud800' }, 'RangeError'],
    ['Token', { Token: '' }, 'RangeError'],
    ['Token', { Token: null }, 'TypeError'],
    ['Token', { Token: ` ${token}` }, 'RangeError'],
    ['Token', { Token: `${token}\r\nx: y` }, 'RangeError'],
    ['TokenExpiresAt', { TokenExpiresAt: '1700000000' }, 'TypeError'],
    ['TokenExpiresAt', { TokenExpiresAt: new Date(0) }, 'TypeError'],
    ['TokenExpiresAt', { TokenExpiresAt: 1.5 }, 'RangeError'],
    ['TokenExpiresAt', { TokenExpiresAt: -1 }, 'RangeError'],
    ['TokenExpiresAt', { TokenExpiresAt: Number.NaN }, 'RangeError'],
    ['TokenExpiresAt', { TokenExpiresAt: 1_700_000_000_000 }, 'RangeError'],
    ['Scheme', { Scheme: 'ftp' }, 'RangeError'],
    ['Scheme', { Scheme: 'https:' }, 'RangeError'],
    ['Scheme', { Scheme: true }, 'TypeError'],
    ['SignHost', { SignHost: 1 }, 'TypeError'],
    ['SignHost', { SignHost: null }, 'TypeError'],
    ['Compat', { Compat: 'java' }, 'RangeError'],
    ['Compat', { Compat: true }, 'TypeError'],
    ['Now', { Now: 5 }, 'TypeError'],
    ['Now', { Now: null }, 'TypeError'],
    ['Region', { Region: undefined }, 'TypeError'],
    ['Region', { Region: '' }, 'RangeError'],
    ['Region', { Region: 'AP_x' }, 'RangeError'],
    ['Region', { Region: 'ap-x.evil.example/' }, 'RangeError'],
    ['Region', { Region: 5 }, 'TypeError'],
    ['Endpoint', { Endpoint: 'a/b' }, 'RangeError'],
    ['Endpoint', { Endpoint: '' }, 'RangeError'],
    ['Endpoint', { Endpoint: 'user@e.example' }, 'RangeError'],
    ['Endpoint', { Endpoint: 5 }, 'TypeError'],
    ['Domain', { Domain: '' }, 'RangeError'],
    ['Domain', { Domain: 'd.example/path' }, 'RangeError'],
    ['Domain', { Domain: 'd.example?x' }, 'RangeError'],
    ['Domain', { Domain: 'd.example:port' }, 'RangeError'],
    ['Domain', { Domain: ' d.example' }, 'RangeError'],
    ['Domain', { Domain: '{Buckets}.d.example' }, 'RangeError'],
    ['Region', { Domain: '{Region}.d.example', Region: undefined }, 'TypeError'],
    ['Regoin', { Regoin: 'x' }, 'TypeError'],
    ['secretKey', { secretKey: 'x' }, 'TypeError'],
  ]

  it.each(ROWS)('%s is a refusal that names it (row %#)', (name, options, type) => {
    expectRefusal(() => clientOf(options as object), name, type)
  })

  it('that is no object is a TypeError', () => {
    for (const options of [undefined, null, 'x', 5, keys.SecretKey]) {
      expectRefusal(() => new CosClient(options as never), 'options', 'TypeError')
    }
  })
})

describe('bad input to a call', () => {
  const ROWS: readonly Row[] = [
    ['Method', { Method: 'PATCH' }, 'RangeError'],
    ['Method', { Method: 'get' }, 'RangeError'],
    ['Method', { Method: '' }, 'RangeError'],
    ['Method', { Method: undefined }, 'TypeError'],
    ['Method', { Method: 5 }, 'TypeError'],
    ['Bucket', { Bucket: 'examplebucket' }, 'RangeError'],
    ['Bucket', { Bucket: 'examplebucket-' }, 'RangeError'],
    ['Bucket', { Bucket: '-1250000000' }, 'RangeError'],
    ['Bucket', { Bucket: '' }, 'RangeError'],
    ['Bucket', { Bucket: 'a.b-1250000000' }, 'RangeError'],
    ['Bucket', { Bucket: 'a-1250000000/../x' }, 'RangeError'],
    ['Bucket', { Bucket: undefined }, 'TypeError'],
    ['Key', { Key: '' }, 'RangeError'],
    ['Key', { Key: null }, 'TypeError'],
    ['Key', { Key: undefined }, 'TypeError'],
    ['Key', { Key: ['a'] }, 'TypeError'],
    ['Expired', { Expired: 0 }, 'RangeError'],
    ['Expired', { Expired: -300 }, 'RangeError'],
    ['Expired', { Expired: 1.5 }, 'RangeError'],
    ['Expired', { Expired: Number.POSITIVE_INFINITY }, 'RangeError'],
    ['Expired', { Expired: Number.NaN }, 'RangeError'],
    ['Expired', { Expired: '300' }, 'TypeError'],
    ['Expired', { Expired: 300n }, 'TypeError'],
    ['Expired', { Expired: null }, 'TypeError'],
    ['SignHost', { SignHost: 'yes' }, 'TypeError'],
    ['Headers.a', { Headers: { a: 'x\r\ny' } }, 'RangeError'],
    ['Headers.a', { Headers: { a: 'x\ny' } }, 'RangeError'],
    ['Headers.a', { Headers: { a: 'x\ry' } }, 'RangeError'],
    ['Headers.a', { Headers: { a: 'x\0y' } }, 'RangeError'],
    ['Headers.a', { Headers: { a: '\ud800' } }, 'RangeError'],
    ['Headers', { Headers: { 'a b': 'x' } }, 'TypeError'],
    ['Headers', { Headers: { 'a:': 'x' } }, 'TypeError'],
    ['Headers', { Headers: { 'a\r\nb': 'x' } }, 'TypeError'],
    ['Headers', { Headers: { ü: 'x' } }, 'TypeError'],
    ['Headers', { Headers: { '': 'x' } }, 'RangeError'],
    ['Headers', { Headers: 'a: b' }, 'TypeError'],
    ['Headers', { Headers: null }, 'TypeError'],
    ['Headers', { Headers: [['a']] }, 'TypeError'],
    ['Headers', { Headers: ['ab'] }, 'TypeError'],
    ['Params', { Params: 5 }, 'TypeError'],
    ['Params', { Params: 'a=b' }, 'TypeError'],
    ['Params', { Params: [['a', 'b', 'c']] }, 'TypeError'],
    ['Params', { Params: { '': 'x' } }, 'RangeError'],
    ['Params', { Params: { '\ud800': 'x' } }, 'RangeError'],
    ['Params.a', { Params: { a: '\ud800' } }, 'RangeError'],
    ['Params.a', { Params: { a: Symbol('x') } }, 'TypeError'],
    ['Params.a', { Params: { a: Number.POSITIVE_INFINITY } }, 'TypeError'],
    ['key', { key: 'x' }, 'TypeError'],
    ['Prefix', { Prefix: 'x' }, 'TypeError'],
  ]

  it.each(ROWS)('%s is a refusal that names it (row %#)', (name, params, type) => {
    const call = { ...get, ...params } as SignParams
    for (const method of ['getAuth', 'getPresignedUrl', 'presign', 'authorize'] as const) {
      expectRefusal(() => clientOf({ Token: token })[method](call), name, type)
    }
    const compatible = clientOf({ Compat: 'python' })
    expectRefusal(() => compatible.getPresignedUrl(call), name, type)
  })

  it('of a download or an address refuses a Method, and anything else it does not know', () => {
    expectRefusal(() => clientOf().getPresignedDownloadUrl(get as never), 'params', 'TypeError')
    expectRefusal(() => clientOf().getObjectUrl(get as never), 'params', 'TypeError')
    expectRefusal(() => clientOf().getObjectUrl({ ...object, Bucket: 'x' }), 'Bucket', 'RangeError')
    expectRefusal(() => clientOf().getObjectUrl({ ...object, Key: '' }), 'Key', 'RangeError')
  })

  it('a clock that tells no time is named', () => {
    for (const time of [Number.NaN, -1, Number.POSITIVE_INFINITY, 1e15, '5', undefined, new Date()]) {
      expectRefusal(() => clientOf({ Now: () => time as number }).getAuth(get), 'Now', 'RangeError')
    }
  })
})

const credential = { secretId: keys.SecretId, secretKey: keys.SecretKey, securityToken: token }
const request = { method: 'GET', host, path: '/o' } as const

describe('bad input below the client', () => {
  const REQUESTS: readonly Row[] = [
    ['method', { method: '' }, 'RangeError'],
    ['method', { method: 'GET /' }, 'RangeError'],
    ['method', { method: 5 }, 'TypeError'],
    ['path', { path: 'o' }, 'RangeError'],
    ['path', { path: '' }, 'RangeError'],
    ['path', { path: undefined }, 'TypeError'],
    ['path', { path: `/${'x'.repeat(851)}` }, 'RangeError'],
    ['path', { path: '/a/..' }, 'RangeError'],
    ['path', { path: '/\ud800' }, 'RangeError'],
    ['params', { params: { 'q-ak': 'x' } }, 'TypeError'],
    ['params.a', { params: { a: undefined } }, 'TypeError'],
    ['headers', { headers: { Authorization: 'x' } }, 'TypeError'],
    ['headers.a', { headers: { a: 'x ' } }, 'TypeError'],
    ['host', { host: undefined }, 'TypeError'],
    ['host', { host: 'a b' }, 'RangeError'],
    ['host', { host: 'https://x.example' }, 'TypeError'],
    ['scheme', { scheme: 'ws' }, 'RangeError'],
    ['query', { query: {} }, 'TypeError'],
  ]

  it.each(REQUESTS)('%s of a request (row %#)', (name, change, type) => {
    expectRefusal(() => presignUrl({ ...request, ...change } as never, credential, { now }), name, type)
  })

  const OPTIONS: readonly Row[] = [
    ['expiresInSeconds', { expiresInSeconds: 0 }, 'RangeError'],
    ['expiresInSeconds', { expiresInSeconds: '5' }, 'TypeError'],
    ['startsAt', { startsAt: 1_700_000_000_000 }, 'RangeError'],
    ['startsAt', { startsAt: 1_800_000_000 }, 'RangeError'],
    ['expiresAt', { expiresAt: '5' }, 'TypeError'],
    ['expiresAt', { expiresAt: 1_800_000_000, expiresInSeconds: 5 }, 'TypeError'],
    ['now', { now: () => Number.NaN }, 'RangeError'],
    ['now', { now: 1_700_000_000_000 }, 'TypeError'],
    ['signHost', { signHost: 1 }, 'TypeError'],
    ['expires', { expires: 5 }, 'TypeError'],
  ]

  it.each(OPTIONS)('%s of the options (row %#)', (name, change, type) => {
    expectRefusal(() => presignUrl(request, credential, { now, ...change } as never), name, type)
  })

  const CREDENTIALS: readonly Row[] = [
    ['secretId', { secretId: undefined }, 'TypeError'],
    ['secretId', { secretId: '' }, 'RangeError'],
    ['secretKey', { secretKey: ` ${keys.SecretKey}` }, 'RangeError'],
    ['securityToken', { securityToken: `${token} ` }, 'RangeError'],
    ['securityToken', { securityToken: null }, 'TypeError'],
    ['expiresAt', { expiresAt: 1_700_000_000_000 }, 'RangeError'],
    ['token', { token: 'x' }, 'TypeError'],
  ]

  it.each(CREDENTIALS)('%s of a credential (row %#)', (name, change, type) => {
    const bad = { ...credential, ...change } as Credential
    expectRefusal(() => createCredential(bad), name, type)
    expectRefusal(() => presignUrl(request, bad, { now }), name, type)
    expectRefusal(() => signRequest({ method: 'GET', path: '/o' }, bad, { now }), name, type)
    expectRefusal(() => traceSignature({ method: 'GET', path: '/o' }, bad, { now }), name, type)
  })

  it('of verifyRequest’s own arguments is a mistake in the program, and thrown', () => {
    const received = { method: 'GET', target: '/o', headers: {} }
    const verify = (lookup: unknown, options?: unknown): unknown =>
      verifyRequest(received, lookup as () => KeyRecord, options as VerifyOptions)
    expectRefusal(() => verify({}), 'lookup', 'TypeError')
    expectRefusal(() => verify(() => undefined, { now: () => Number.NaN }), 'now', 'RangeError')
    expectRefusal(() => verify(() => undefined, { now: 5 }), 'now', 'TypeError')
    const forgiving = { allowHostWithoutPort: 'no' }
    expectRefusal(() => verify(() => undefined, forgiving), 'allowHostWithoutPort', 'TypeError')
    expectRefusal(() => verify(() => undefined, { nwo: 5 }), 'options', 'TypeError')
    expectRefusal(() => verify(() => undefined, null), 'options', 'TypeError')
  })

  const RECORDS: readonly (readonly [what: string, record: unknown, name: string, type: string])[] = [
    ['a promise of a record', Promise.resolve(credential), 'lookup()', 'TypeError'],
    ['a SecretKey alone', keys.SecretKey, 'lookup()', 'TypeError'],
    ['no SecretKey', {}, 'lookup().secretKey', 'TypeError'],
    ['the vendor’s names', { SecretKey: keys.SecretKey }, 'lookup().secretKey', 'TypeError'],
    ['an empty SecretKey', { secretKey: '' }, 'lookup().secretKey', 'RangeError'],
    [
      'null for a token',
      { secretKey: 'undefined', securityToken: null },
      'lookup().securityToken',
      'TypeError',
    ],
    [
      'an end in milliseconds',
      { secretKey: 'undefined', expiresAt: 1.7e12 },
      'lookup().expiresAt',
      'RangeError',
    ],
    [
      'an end as a date',
      { secretKey: 'undefined', expiresAt: '2020-01-01' },
      'lookup().expiresAt',
      'TypeError',
    ],
  ]

  const anybody = { secretId: 'AKIDanybody', secretKey: 'undefined' }

  // A missing SecretKey was once taken for the text "undefined", and whoever signed with that was let in.
  it.each(RECORDS)('of a lookup that returns %s is thrown, and opens nothing', (_, record, name, type) => {
    const authorization = signRequest({ method: 'GET', path: '/o', headers: { host } }, anybody, { now })
    const received = { method: 'GET', target: '/o', headers: { host, authorization } }
    expectRefusal(() => verifyRequest(received, () => record as KeyRecord, { now }), name, type)
    const { fields } = signPostPolicy([{ bucket }, ['starts-with', '$key', '']], anybody, { now })
    const form = { fields: { ...fields, key: 'o' }, bucket }
    expectRefusal(() => verifyPostPolicy(form, () => record as KeyRecord, { now }), name, type)
  })
})

describe('texts to parse', () => {
  it.each([
    ['parseAuthorization', parseAuthorization, 'ERR_AUTHORIZATION_MALFORMED'],
    ['parsePresignedUrl', parsePresignedUrl, 'ERR_PRESIGNED_URL_MALFORMED'],
    ['parseRequestTarget', parseRequestTarget, 'ERR_TARGET_MALFORMED'],
  ] as const)('%s throws its own error and no other', (_, parse, code) => {
    const valid = clientOf({ Token: token }).getPresignedUrl(get)
    const damaged = fc
      .tuple(fc.constantFrom(valid, clientOf().getAuth(get)), fc.nat(400), fc.string({ unit: 'binary' }))
      .map(([text, at, noise]) => text.slice(0, at) + noise + text.slice(at + noise.length))
    let thrown = 0
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), damaged, fc.anything()), (text) => {
        const error = thrownBy(() => parse(text as string))
        if (error === undefined) return
        thrown++
        expect(error).toBeInstanceOf(SignatureError)
        expect((error as SignatureError).code).toBe(code)
        expect(error.message).not.toContain(encodeURIComponent(token))
      }),
      { numRuns: 1000 },
    )
    expect(thrown).toBeGreaterThan(100)
  })
})

describe('garbage of any kind', () => {
  const anything = fc.oneof(
    fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withObjectString: true,
      stringUnit: 'binary',
    }),
    fc.constantFrom<unknown>(Symbol('x'), () => 5, keys.SecretKey, token, new Proxy({}, {}), Number.NaN),
    fc.string({ unit: fc.constantFrom(...'a/.:{}-1\0\r\n \ud800é') }),
  )
  const garbled = (names: readonly string[]): fc.Arbitrary<Record<string, unknown>> =>
    fc.dictionary(fc.constantFrom(...names), anything, { minKeys: 1, maxKeys: 2 })

  /** Whether a call throws one of the errors it may throw, and says no secret. */
  function expectOrderly(call: () => unknown): void {
    const error = thrownBy(call)
    if (error === undefined) return
    const orderly = [TypeError, RangeError, SignatureError].some((type) => error instanceof type)
    expect(orderly, `${error.name}: ${error.message}`).toBe(true)
    for (const secret of secrets) expect(error.message).not.toContain(secret)
  }

  it('as an option of the client throws a TypeError or RangeError, and says no secret', () => {
    const names: readonly (keyof CosClientOptions)[] = [
      'Region',
      'Endpoint',
      'Domain',
      'SecretId',
      'SecretKey',
      'Token',
      'TokenExpiresAt',
      'Scheme',
      'SignHost',
      'Compat',
      'Now',
    ]
    fc.assert(
      fc.property(garbled(names), (options) => {
        expectOrderly(() => clientOf({ Token: token, ...options }).getPresignedUrl(get))
      }),
      { numRuns: 2000 },
    )
  })

  it('as a parameter of a call throws a TypeError or RangeError, and says no secret', () => {
    const names: readonly (keyof SignParams)[] = [
      'Method',
      'Bucket',
      'Key',
      'Expired',
      'Params',
      'Headers',
      'SignHost',
    ]
    const clients = [clientOf({ Token: token }), clientOf({ Compat: 'python' })]
    fc.assert(
      fc.property(garbled(names), fc.constantFrom(...clients), (params, client) => {
        const call = { ...get, ...params } as SignParams
        for (const method of ['getAuth', 'getPresignedUrl', 'presign', 'authorize'] as const) {
          expectOrderly(() => client[method](call))
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('below the client throws a TypeError or RangeError, and says no secret', () => {
    const requests = garbled(['method', 'path', 'params', 'headers', 'host', 'scheme'])
    const options = garbled(['expiresInSeconds', 'startsAt', 'expiresAt', 'now', 'signHost'])
    const members = garbled(['secretId', 'secretKey', 'securityToken', 'expiresAt'])
    fc.assert(
      fc.property(requests, options, members, anything, (given, chosen, member, junk) => {
        expectOrderly(() => presignUrl({ ...request, ...given } as never, credential, { now }))
        expectOrderly(() => presignUrl(request, credential, { now, ...chosen } as never))
        expectOrderly(() => presignUrl(request, { ...credential, ...member } as Credential, { now }))
        expectOrderly(() => signRequest(junk as never, junk as Credential, junk as never))
        expectOrderly(() => createCredential(junk as Credential))
        expectOrderly(() => traceSignature({ method: 'GET', path: '/o' }, credential, junk as never))
        expectOrderly(() => verifyRequest(junk as ReceivedRequest, () => undefined, { now }))
      }),
      { numRuns: 1000 },
    )
  })
})
