import COS from 'cos-nodejs-sdk-v5'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signRequest } from '../src/index.ts'

/*
 * The vendor's Node.js SDK as an oracle that is not us. Signer and verifier of ours share their steps, so only an outsider can
 * tell when both are wrong together.
 */

const secretId = 'AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q'
const secretKey = 'BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz'
const startsAt = 1557989753
const expiresAt = 1557996953

interface Sample {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD'
  readonly key: string
  readonly params: Record<string, string>
  readonly headers: Record<string, string>
}

function theirs({ method, key, params, headers }: Sample): string {
  return COS.getAuthorization({
    SecretId: secretId,
    SecretKey: secretKey,
    KeyTime: `${startsAt};${expiresAt}`,
    Method: method,
    Key: key,
    Query: params,
    Headers: headers,
  } as COS.StaticGetAuthorizationOptions)
}

function ours({ method, key, params, headers }: Sample): string {
  const request = { method, path: `/${key}`, params, headers }
  return signRequest(request, { secretId, secretKey }, { startsAt, expiresAt, now: () => startsAt * 1000 })
}

const ASCII = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('')
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...ASCII), maxLength: 40 }),
  fc.constant(''),
)
// Keys of up to 850 bytes; the SDK takes a leading slash away, so none begins with one.
const key = text.filter((value) => value.isWellFormed() && value !== '' && !value.startsWith('/'))
// Names of the characters that stay themselves: for others the SDK sorts in two ways, see below.
const name = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.~'), minLength: 1, maxLength: 12 })
const records = <T>(names: fc.Arbitrary<string>, values: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc
    .uniqueArray(fc.tuple(names, values), { maxLength: 6, selector: ([given]) => given.toLowerCase() })
    .map((pairs) => Object.fromEntries(pairs))
const params = records(
  name.filter((given) => !/^(?:q-|sign$|__proto__$)/i.test(given)),
  text.filter((value) => value.isWellFormed()),
)
const headers = records(
  fc.oneof(
    fc.constantFrom(
      'Host',
      'content-type',
      'Content-MD5',
      'Range',
      'If-Match',
      'ORIGIN',
      'Pic-Operations',
      'Expires',
    ),
    name.map((given) => `x-cos-meta-${given}`),
    name.map((given) => `X-CI-${given}`),
  ),
  text.filter((value) => value.isWellFormed() && !/[\r\n\0]|^[ \t]|[ \t]$/.test(value)),
)
const sample: fc.Arbitrary<Sample> = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD'),
  key,
  params,
  headers,
})

describe('cos-nodejs-sdk-v5', () => {
  it('gives the same Authorization for 3,000 generated requests', () => {
    fc.assert(
      fc.property(sample, (request) => {
        expect(ours(request)).toBe(theirs(request))
      }),
      { numRuns: 3000 },
    )
  })

  it('gives the same Authorization for every ASCII character in key, value and header', () => {
    for (const char of ASCII) {
      const request = {
        method: 'GET',
        key: `a${char}b`,
        params: { p: char },
        headers: { 'x-cos-meta-a': `a${char}b` },
      } as const
      expect(ours(request), `character ${char}`).toBe(theirs(request))
    }
  })

  const plain = { method: 'GET', key: 'o', params: {}, headers: { Host: 'h' } } as const
  const DISAGREEMENTS: readonly (readonly [
    why: string,
    request: Sample,
    check: (own: string, other: string) => void,
  ])[] = [
    [
      'names with characters that are escaped: it signs them in the order of the raw names and lists them in that of the encoded ones; the documentation has one order, of the encoded names',
      { ...plain, params: { 'a-b': '2', 'a[1]': '4' } },
      (own, other) => {
        expect(listOf(own)).toBe(listOf(other))
        expect(own).not.toBe(other)
      },
    ],
    [
      'headers outside a fixed list: it leaves them unsigned without a word; ours signs what it is given',
      { ...plain, headers: { Host: 'h', 'User-Agent': 'a' } },
      (own, other) => {
        expect(own).toContain('q-header-list=host;user-agent&')
        expect(other).toContain('q-header-list=host&')
      },
    ],
    [
      'a second slash before the key: it reads a leading slash as the path’s own; ours takes the path as it is',
      { ...plain, key: '/x' },
      (own, other) => {
        expect(own).not.toBe(other)
        expect(ours({ ...plain, key: 'x' })).toBe(other)
      },
    ],
  ]

  it.each(DISAGREEMENTS)('disagrees on %s', (_, request, check) => {
    check(ours(request), theirs(request))
  })

  it('disagrees on names that are one after lower-casing: it signs both, ours refuses', () => {
    const request = { ...plain, params: { a: '1', A: '2' } }
    expect(theirs(request)).toContain('q-url-param-list=a;a&')
    expect(() => ours(request)).toThrow(TypeError)
  })
})

function listOf(authorization: string): string | undefined {
  return /q-url-param-list=([^&]*)/.exec(authorization)?.[1]
}
