import COS from 'cos-nodejs-sdk-v5'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createHmacKey, hmacSha1Hex, sha1Hex } from '../src/hash/kernel.ts'
import {
  CosClient,
  parseAuthorization,
  parsePresignedUrl,
  presignUrl,
  signRequest,
  traceSignature,
  type Verification,
  verifyRequest,
} from '../src/index.ts'

/*
 * The vendor's Node.js SDK as an oracle that is not us. Signer and verifier of ours share their steps, so only an outsider can
 * tell when both are wrong together. Where the two disagree there is a row in DISAGREEMENTS, and nowhere else.
 */

const secretId = 'AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q'
const secretKey = 'BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz'
const credential = { secretId, secretKey }
const token = 'tok/en+=%2B'
const bucket = 'examplebucket-1250000000'
const region = 'ap-guangzhou'
const host = `${bucket}.cos.${region}.myqcloud.com`

const startsAt = 1557989753
const expiresAt = 1557996953
const window = { startsAt, expiresAt, now: () => startsAt * 1000 }

interface Sample {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD'
  readonly key: string
  readonly params: Record<string, string>
  readonly headers: Record<string, string>
}

/** The SDK's `COS.getAuthorization`, which takes a key time. */
function theirs({ method, key, params, headers }: Sample, more: object = {}): string {
  return COS.getAuthorization({
    SecretId: secretId,
    SecretKey: secretKey,
    KeyTime: `${startsAt};${expiresAt}`,
    Method: method,
    Key: key,
    Query: params,
    Headers: headers,
    ...more,
  } as COS.StaticGetAuthorizationOptions)
}

function ours({ method, key, params, headers }: Sample): string {
  return signRequest({ method, path: `/${key}`, params, headers }, credential, window)
}

/** The SDK's `getObjectUrl` with a permanent key, or a temporary one. */
function theirUrl({ method, key, params, headers }: Sample, options: COS.COSOptions = {}): string {
  const cos = new COS({ SecretId: secretId, SecretKey: secretKey, ...options })
  const call = {
    Bucket: bucket,
    Region: region,
    Key: key,
    Method: method,
    Query: params,
    Headers: headers,
    Expires: 600,
    Sign: true,
  }
  return cos.getObjectUrl(call as COS.GetObjectUrlParams, undefined as never)
}

// The SDK's window begins a second ago, and its length is counted from there.
const urlWindow = { startsAt: startsAt - 1, expiresAt: startsAt - 1 + 600, now: () => startsAt * 1000 }

function ourUrl({ method, key, params, headers }: Sample): string {
  return presignUrl({ method, host, path: `/${key}`, params, headers }, credential, urlWindow)
}

/** What a URL says, but for the order of its own parameters, which the SDK sorts. */
function contentsOf(url: string): object {
  const { params, ...rest } = parsePresignedUrl(url)
  return { ...rest, params: params.map((pair) => pair.join('=')).sort() }
}

/** Sends a URL to our verifier. */
function verifyUrl(url: string, { method, headers }: Sample, securityToken?: string): Verification {
  const [, authority = '', target = ''] = /^https:\/\/([^/]+)(.*)$/.exec(url) ?? []
  const wire = Object.entries({ ...headers, Host: authority }).map(
    ([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')] as const,
  )
  return verifyRequest({ method, target, headers: wire }, () => ({ secretKey, securityToken }), {
    now: () => startsAt * 1000,
  })
}

const ASCII = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at))
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ unit: fc.constantFrom(...ASCII), maxLength: 40 }),
    fc.constant(''),
  )
  .filter((value) => value.isWellFormed())
// The SDK takes a leading slash for the path's own, see below.
const key = text.filter((value) => value !== '' && !value.startsWith('/'))
// Names of the characters that stay themselves: for others the SDK sorts in two ways, see below.
const name = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.~'), minLength: 1, maxLength: 12 })
const records = (
  names: fc.Arbitrary<string>,
  values: fc.Arbitrary<string>,
): fc.Arbitrary<Record<string, string>> =>
  fc
    .uniqueArray(fc.tuple(names, values), { maxLength: 6, selector: ([given]) => given.toLowerCase() })
    .map((pairs) => Object.fromEntries(pairs))
const params = records(
  fc.oneof(
    name.filter((given) => !/^(?:q-|sign$|__proto__$)/i.test(given)),
    fc.constantFrom('versionId', 'response-content-type', 'uploadId', 'partNumber', 'acl', 'max-keys'),
  ),
  text,
)
const headerName = fc.oneof(
  fc.constantFrom('content-type', 'Content-MD5', 'Range', 'If-Match', 'ORIGIN', 'Pic-Operations', 'Expires'),
  name.map((given) => `x-cos-meta-${given}`),
  name.map((given) => `X-CI-${given}`),
  name.map((given) => `${given}x-Cos-`),
)
const headerValue = text.filter((value) => !/[\r\n\0]|^[ \t]|[ \t]$/.test(value))
const headers = records(fc.oneof(headerName, fc.constantFrom('Host', 'host')), headerValue)
const sample: fc.Arbitrary<Sample> = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD'),
  key,
  params,
  headers,
})
// In a URL the Host is the URL's own; a key must be one that a URL can carry; an empty header is dropped, see below.
const urlSample: fc.Arbitrary<Sample> = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD'),
  key: key.filter((value) => !/(?:^|\/)\.\.?$/.test(value)),
  params,
  headers: records(
    headerName,
    headerValue.filter((value) => value !== ''),
  ),
})

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: startsAt * 1000 })
})
afterAll(() => {
  vi.useRealTimers()
})

describe('cos-nodejs-sdk-v5 agrees', () => {
  it('on the Authorization of 3,000 generated requests', () => {
    fc.assert(
      fc.property(sample, (request) => {
        expect(ours(request)).toBe(theirs(request))
      }),
      { numRuns: 3000 },
    )
  })

  it('on the Authorization of a key with any number of slashes before it, when told to take it as it is', () => {
    fc.assert(
      fc.property(sample, fc.nat(3), (request, slashes) => {
        const slashed = { ...request, key: '/'.repeat(slashes) + request.key }
        expect(ours(slashed)).toBe(theirs(slashed, { UseRawKey: true }))
      }),
    )
  })

  it.each(ASCII)('on the character %j in key, value and header', (char) => {
    const request = {
      method: 'GET',
      key: `a${char}b${char}`,
      params: { p: char, q: `${char}${char}x` },
      headers: { 'x-cos-meta-a': `a${char}b` },
    } as const
    expect(ours(request)).toBe(theirs(request))
    expect(contentsOf(ourUrl(request))).toEqual(contentsOf(theirUrl(request)))
  })

  it('on the Host that it adds for a bucket and a region', () => {
    fc.assert(
      fc.property(urlSample, (request) => {
        const client = new CosClient({ Region: region, SecretId: secretId, SecretKey: secretKey })
        const { method: Method, key: Key, params: Params, headers: Headers } = request
        const own = parseAuthorization(
          client.getAuth({ Method, Bucket: bucket, Key: `/${Key}`, Params, Headers }),
        )
        const other = parseAuthorization(theirs(request, { Bucket: bucket, Region: region }))
        expect(own.headerList).toEqual(other.headerList)
        expect(ours({ ...request, headers: { ...Headers, Host: host } })).toBe(
          theirs(request, { Bucket: bucket, Region: region }),
        )
      }),
    )
  })

  it('on the URL of 1,000 generated requests, but for how it writes it', () => {
    fc.assert(
      fc.property(urlSample, (request) => {
        expect(contentsOf(ourUrl(request))).toEqual(contentsOf(theirUrl(request)))
      }),
      { numRuns: 1000 },
    )
  })

  it('with our verifier on its URLs, with permanent and temporary keys', () => {
    fc.assert(
      fc.property(urlSample, (request) => {
        expect(verifyUrl(theirUrl(request), request)).toMatchObject({ ok: true, path: `/${request.key}` })
        const temporary = theirUrl(request, { SecurityToken: token })
        expect(verifyUrl(temporary, request, token)).toMatchObject({ ok: true })
        expect(verifyUrl(temporary, request, 'another')).toMatchObject({ code: 'token-wrong' })
        expect(verifyUrl(theirUrl(request), request, token)).toMatchObject({ code: 'token-missing' })
      }),
      { numRuns: 300 },
    )
  })
})

const plain: Sample = { method: 'GET', key: 'o', params: {}, headers: { Host: 'h' } }
const emptyHeader = { 'x-cos-meta-a': '' }

/** What the SDK makes of a request, and the call of ours that makes the same: the disagreement, exactly. */
type Disagreement = readonly [reason: string, theirs: () => string, ours: () => string, same: () => string]

const DISAGREEMENTS: readonly Disagreement[] = [
  [
    'names that need escapes: it signs them in the order of the raw names but lists them in that of the escaped ones; the documentation has one order for both, of the escaped names',
    () => theirs({ ...plain, params: { 'a-b': '2', 'a[1]': '4' } }),
    () => ours({ ...plain, params: { 'a-b': '2', 'a[1]': '4' } }),
    () => {
      const request = {
        method: 'GET',
        path: '/o',
        params: { 'a-b': '2', 'a[1]': '4' },
        headers: { host: 'h' },
      }
      const trace = traceSignature(request, credential, window)
      const reordered = trace.httpString.replace('a%5b1%5d=4&a-b=2', 'a-b=2&a%5b1%5d=4')
      const signKey = hmacSha1Hex(createHmacKey(secretKey), trace.keyTime)
      const stringToSign = trace.stringToSign.replace(trace.httpStringSha1, sha1Hex(reordered))
      return trace.authorization.replace(trace.signature, hmacSha1Hex(createHmacKey(signKey), stringToSign))
    },
  ],
  [
    'headers outside a fixed list: it leaves them unsigned without a word; ours signs what it is given',
    () => theirs({ ...plain, headers: { Host: 'h', 'User-Agent': 'a', Date: 'b', Accept: 'c' } }),
    () => ours({ ...plain, headers: { Host: 'h', 'User-Agent': 'a', Date: 'b', Accept: 'c' } }),
    () => ours(plain),
  ],
  [
    'a key that begins with a slash: it takes that for the path’s own (unless UseRawKey); ours takes the path as it is',
    () => theirs({ ...plain, key: '/x' }),
    () => ours({ ...plain, key: '/x' }),
    () => ours({ ...plain, key: 'x' }),
  ],
  [
    'an empty header in a URL: it takes it out before it signs; ours signs it empty, as the documentation allows',
    () => parsePresignedUrl(theirUrl({ ...plain, headers: emptyHeader })).signature,
    () => parsePresignedUrl(ourUrl({ ...plain, headers: emptyHeader })).signature,
    () => parsePresignedUrl(ourUrl({ ...plain, headers: {} })).signature,
  ],
  [
    'the token in a URL: it appends it as it is, unsigned; ours escapes and signs it, so that it can be neither lost nor exchanged',
    () => theirUrl({ ...plain, headers: {} }, { SecurityToken: token }),
    () => presignUrl({ method: 'GET', host, path: '/o' }, { ...credential, securityToken: token }, urlWindow),
    () => `${ourUrl({ ...plain, headers: {} }).replaceAll('%3B', ';')}&x-cos-security-token=${token}`,
  ],
  [
    'a semicolon in a URL: it leaves it as it is, which some servers take for a separator; ours escapes it',
    () => theirUrl({ ...plain, headers: {}, params: { a: '1', b: '2' } }),
    () => ourUrl({ ...plain, headers: {}, params: { a: '1', b: '2' } }),
    () => ourUrl({ ...plain, headers: {}, params: { a: '1', b: '2' } }).replaceAll('%3B', ';'),
  ],
  [
    '"./" in a URL: it leaves it as it is, and clients collapse it to another key; ours writes ".%2F"',
    () => theirUrl({ ...plain, headers: {}, key: 'a/../b' }),
    () => ourUrl({ ...plain, headers: {}, key: 'a/../b' }),
    () =>
      ourUrl({ ...plain, headers: {}, key: 'a/../b' })
        .replaceAll('%3B', ';')
        .replace('.%2F', './'),
  ],
  [
    'parameters of a URL: it sorts them; ours keeps the caller’s order',
    () => theirUrl({ ...plain, headers: {}, params: { b: '1', a: '2' } }),
    () => ourUrl({ ...plain, headers: {}, params: { b: '1', a: '2' } }),
    () => ourUrl({ ...plain, headers: {}, params: { a: '2', b: '1' } }).replaceAll('%3B', ';'),
  ],
  [
    'the letter case of a host: it signs it as it was given, while clients send it in lower case; ours lowers it',
    () => theirUrl({ ...plain, headers: {} }, { Domain: 'Files.example.com' }),
    () => presignUrl({ method: 'GET', host: 'Files.example.com', path: '/o' }, credential, urlWindow),
    () => {
      const headers = { host: 'Files.example.com' }
      const signed = signRequest({ method: 'GET', path: '/o', headers }, credential, urlWindow)
      return `https://Files.example.com/o?${signed}`
    },
  ],
]

/** What it signs and ours refuses, each with a reason to refuse. */
const REFUSALS: readonly (readonly [reason: string, request: Sample, type: typeof TypeError])[] = [
  ['names that are one after lower-casing', { ...plain, params: { a: '1', A: '2' } }, TypeError],
  ['a parameter that carries the signature', { ...plain, params: { 'q-ak': 'x' } }, TypeError],
  ['a parameter named sign', { ...plain, params: { sign: 'x' } }, TypeError],
  ['an Authorization header', { ...plain, headers: { Authorization: 'x' } }, TypeError],
  ['white space that HTTP drops', { ...plain, headers: { Range: ' x' } }, TypeError],
  ['a line end in a header', { ...plain, headers: { Range: 'x\r\ny' } }, RangeError],
  ['a value that is none', { ...plain, params: { a: undefined as unknown as string } }, TypeError],
  ['half a character in a key', { ...plain, key: '\ud83e' }, RangeError],
  ['a key over 850 bytes', { ...plain, key: 'x'.repeat(851) }, RangeError],
]

describe('cos-nodejs-sdk-v5 disagrees', () => {
  it.each(DISAGREEMENTS)('on %s', (_, other, own, same) => {
    expect(other()).not.toBe(own())
    expect(other()).toBe(same())
  })

  it.each(REFUSALS)('on %s: it signs, ours refuses', (_, request, type) => {
    expect(theirs(request)).toMatch(/&q-signature=[0-9a-f]{40}$/)
    expect(() => ours(request)).toThrow(type)
  })

  it('on the beginning of a window: a second ago in its URLs, a minute ago in ours', () => {
    const client = new CosClient({ Region: region, SecretId: secretId, SecretKey: secretKey })
    const own = client.getPresignedUrl({ Method: 'GET', Bucket: bucket, Key: 'o', Expired: 600 })
    expect(parsePresignedUrl(theirUrl({ ...plain, headers: {} })).keyTime).toEqual({
      startsAt: startsAt - 1,
      expiresAt: startsAt + 599,
    })
    expect(parsePresignedUrl(own).keyTime).toEqual({ startsAt: startsAt - 60, expiresAt: startsAt + 600 })
  })

  it('in ways that our verifier knows: names in two orders, and a token as it is', () => {
    const request = { ...plain, headers: {}, params: { 'a-b': '2', 'a[1]': '4', 'a b': '', 'A~': '1' } }
    expect(verifyUrl(theirUrl(request), request)).toMatchObject({ ok: true })
    expect(verifyUrl(theirUrl(request, { SecurityToken: token }), request, token)).toMatchObject({ ok: true })
  })
})
