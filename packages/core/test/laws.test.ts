import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CosClient,
  createCredential,
  type ReceivedRequest,
  signRequest,
  type Verification,
  verifyRequest,
} from '../src/index.ts'

const permanent = createCredential({ secretId: 'AKIDtest0000000001', secretKey: 'test-secret-key-1' })
const temporary = createCredential({
  secretId: 'AKIDtest0000000002',
  secretKey: 'test-secret-key-2',
  securityToken: 'tok/en+=&%20~值',
  expiresAt: 1_700_100_000,
})
const keys = new Map([permanent, temporary].map((key) => [key.secretId, key]))
const at = 1_700_000_000
const now = (): number => at * 1000

function verify(request: ReceivedRequest, seconds: number = at): Verification {
  return verifyRequest(request, (id) => keys.get(id), { now: () => seconds * 1000 })
}

/** A presigned URL as it arrives: the target raw, the host as a header. */
function arrive(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>> = {},
): ReceivedRequest {
  const [, host = '', target = ''] = /^https:\/\/([^/]+)(.*)$/.exec(url) ?? []
  return { method, target, headers: { host, ...toWire(headers) } }
}

/** Header values as they come from the wire: one character a byte. */
function toWire(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]),
  )
}

const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 24 }),
    fc.string({ unit: 'grapheme', maxLength: 24 }),
    fc.string({ unit: fc.constantFrom(...'ab/.%+ &=;#?\\"<>~*\'()'), maxLength: 24 }),
  )
  .filter((value) => value.isWellFormed())
const key = text.filter((value) => value !== '' && value !== '/' && !/(?:^|\/)\.\.?$/.test(value))
const name = text.filter((value) => value !== '' && !/^(?:q-|sign$|x-c[oi]s?-security-token$)/i.test(value))
const params = fc.uniqueArray(fc.tuple(name, text), {
  maxLength: 4,
  selector: ([given]) => given.toLowerCase(),
})
const headerValue = text.filter((value) => !/[\r\n\0]|^[ \t]|[ \t]$/.test(value) && !/^\s|\s$/.test(value))
const headers = fc
  .uniqueArray(
    fc.tuple(fc.string({ unit: fc.constantFrom(...'abcXYZ09-_'), minLength: 1, maxLength: 8 }), headerValue),
    {
      maxLength: 3,
      selector: ([given]) => given.toLowerCase(),
    },
  )
  .map((pairs) => pairs.map(([given, value]) => [`x-cos-meta-${given}`, value] as const))
const sample = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD'),
  key,
  params,
  headers,
  credential: fc.constantFrom(permanent, temporary),
})
interface Sample {
  readonly method: string
  readonly key: string
  readonly params: [string, string][]
  readonly headers: (readonly [string, string])[]
  readonly credential: typeof permanent
}

function presign({
  method,
  key: Key,
  params: Params,
  headers: Headers,
  credential,
}: Sample): ReceivedRequest {
  const client = new CosClient({
    Region: 'ap-guangzhou',
    SecretId: credential.secretId,
    SecretKey: credential.secretKey,
    Token: credential.securityToken,
    TokenExpiresAt: credential.expiresAt,
    Now: now,
  })
  const call = { Bucket: 'examplebucket-1250000000', Key: `/${Key}`, Params, Headers }
  const { url, headers: toSend } = client.presign({ ...call, Method: method as 'GET' })
  return arrive(url, method, toSend)
}

describe('what is signed', () => {
  it('verifies, as a presigned URL with permanent and temporary keys', () => {
    fc.assert(
      fc.property(sample, (request) => {
        const answer = verify(presign(request))
        expect(answer).toMatchObject({
          ok: true,
          secretId: request.credential.secretId,
          path: `/${request.key}`,
        })
      }),
      { numRuns: 1500 },
    )
  })

  it('verifies as an Authorization header, whatever the order and letter case of the header names', () => {
    fc.assert(
      fc.property(
        sample,
        fc.boolean(),
        ({ method, key: path, params: given, headers: signed, credential }, flip) => {
          const host = 'examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com'
          const request = {
            method,
            path: `/${path}`,
            params: given,
            headers: [['Host', host] as const, ...signed],
          }
          const authorization = signRequest(request, credential, { now })
          const query = given.map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`).join('&')
          const wire: [string, string][] = Object.entries(
            toWire({ Host: host, ...Object.fromEntries(signed), Authorization: authorization }),
          ).map(([k, v]) => [flip ? k.toUpperCase() : k.toLowerCase(), v])
          if (credential.securityToken !== undefined)
            wire.push(['x-cos-security-token', Buffer.from(credential.securityToken).toString('latin1')])
          if (flip) wire.reverse()
          const target = `/${encodeURIComponent(path)}${query === '' ? '' : `?${query}`}`
          expect(verify({ method, target, headers: wire })).toMatchObject({ ok: true, carrier: 'header' })
        },
      ),
      { numRuns: 800 },
    )
  })

  it('holds from the first to the last second of its window, and not one more', () => {
    const request = presign({ method: 'GET', key: 'o', params: [], headers: [], credential: permanent })
    expect(verify(request, at - 60).ok).toBe(true)
    expect(verify(request, at + 300).ok).toBe(true)
    expect(verify(request, at - 61)).toMatchObject({ ok: false, code: 'not-yet-valid' })
    expect(verify(request, at + 301)).toMatchObject({ ok: false, code: 'expired' })
  })
})

/** Replaces a part of a target, which must be there. */
function edit(request: ReceivedRequest, from: string | RegExp, to: string): ReceivedRequest {
  const target = request.target.replace(from, to)
  expect(target).not.toBe(request.target)
  return { ...request, target }
}

describe('what is signed and then changed', () => {
  const decoded = (target: string): string => decodeURIComponent(target.split('?')[0] ?? '')

  it('does not verify: any other decoded path', () => {
    fc.assert(
      fc.property(sample, key, (request, other) => {
        fc.pre(other !== request.key)
        const signed = presign(request)
        const query = signed.target.slice(signed.target.indexOf('?'))
        const changed = {
          ...signed,
          target: `/${other.split('/').map(encodeURIComponent).join('/')}${query}`,
        }
        fc.pre(decoded(changed.target) !== decoded(signed.target))
        expect(verify(changed)).toMatchObject({ ok: false })
      }),
      { numRuns: 800 },
    )
  })

  it('does not verify: a signed header changed, absent, or sent twice', () => {
    fc.assert(
      fc.property(
        sample.filter((request) => request.headers.length > 0),
        headerValue,
        (request, value) => {
          const [[header, before] = ['', '']] = request.headers
          fc.pre(value !== before)
          const signed = presign(request)
          const sent = signed.headers as Record<string, string>
          const { [header]: own = '', ...without } = sent
          const changed = { ...signed, headers: { ...without, ...toWire({ [header]: value }) } }
          // Bytes that are no UTF-8 and text that is: the same letters, told apart by the signature only as far as they differ.
          expect(verify(changed).ok).toBe(false)
          expect(verify({ ...signed, headers: without }).ok).toBe(false)
          const twice = [...Object.entries(sent), [header, own]] as [string, string][]
          expect(verify({ ...signed, headers: twice }).ok).toBe(false)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('does not verify: a signed parameter changed, absent, or sent twice', () => {
    fc.assert(
      fc.property(
        sample.filter((request) => request.params.length > 0),
        (request) => {
          const signed = presign(request)
          const own = signed.target.indexOf('&', signed.target.indexOf('q-signature=')) + 1
          const start = signed.target.slice(0, own)
          const pairs = signed.target.slice(own).split('&')
          const [first = ''] = pairs
          for (const changed of [
            [`${first}x`, ...pairs.slice(1)],
            pairs.slice(1),
            [first, ...pairs],
            [first.replace('=', 'x='), ...pairs.slice(1)],
          ]) {
            expect(verify({ ...signed, target: start + changed.join('&') }).ok).toBe(false)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('does not verify: another method, time, SecretId, host or signature', () => {
    fc.assert(
      fc.property(sample, fc.nat(39), (request, digit) => {
        const signed = presign(request)
        expect(verify({ ...signed, method: signed.method === 'GET' ? 'PUT' : 'GET' })).toMatchObject({
          ok: false,
          code: 'mismatch',
        })
        expect(verify(edit(signed, /q-sign-time=(\d+)%3B\d+/, `q-sign-time=$1%3B${at + 900}`)).ok).toBe(false)
        expect(verify(edit(signed, /q-key-time=(\d+)%3B\d+/, `q-key-time=$1%3B${at + 900}`)).ok).toBe(false)
        const other = request.credential === permanent ? temporary : permanent
        expect(verify(edit(signed, /q-ak=[^&]+/, `q-ak=${other.secretId}`)).ok).toBe(false)
        expect(
          verify({
            ...signed,
            headers: { ...signed.headers, host: 'other-1250000000.cos.ap-guangzhou.myqcloud.com' },
          }).ok,
        ).toBe(false)
        const [, signature = ''] = /q-signature=([0-9a-f]{40})/.exec(signed.target) ?? []
        const flipped = signature[digit] === '0' ? '1' : '0'
        const forged = `${signature.slice(0, digit)}${flipped}${signature.slice(digit + 1)}`
        expect(verify(edit(signed, signature, forged))).toMatchObject({ ok: false, code: 'mismatch' })
      }),
      { numRuns: 300 },
    )
  })

  it('still verifies after the changes that the protocol cannot see', () => {
    const call = {
      method: 'GET',
      key: 'a ü+b',
      params: [['X y', 'a b']] as [string, string][],
      headers: [],
      credential: permanent,
    }
    const signed = presign(call)
    const harmless = {
      'letter case of the method': { ...signed, method: 'get' },
      'letter case of hex digits in the path': edit(signed, '%C3%BC', '%c3%bc'),
      'an escape that need not be one': edit(signed, '/a', '/%61'),
      'a plus for a space in a query': edit(signed, '=a%20b', '=a+b'),
      'letter case of a parameter name': edit(signed, 'X%20y=', 'x%20Y='),
      'letter case of header names': {
        ...signed,
        headers: Object.entries(signed.headers).map(([k, v]) => [k.toUpperCase(), String(v)] as const),
      },
    }
    for (const [what, request] of Object.entries(harmless))
      expect(verify(request), what).toMatchObject({ ok: true })
  })
})

describe('verifyRequest', () => {
  it('throws at none of 10,000 hostile requests', () => {
    const bytes = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 60,
    })
    const junk = fc.oneof(
      bytes,
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        '__proto__',
        'constructor',
        'toString',
        '%',
        '%zz',
        '%c3',
        '%ff%fe',
        '\ud800',
        ';;;',
        '&&&',
        '==',
        '[::1',
        'http://',
        '*',
        '',
        '/',
      ),
    )
    const field = fc.tuple(
      fc.constantFrom(
        'q-sign-algorithm',
        'q-ak',
        'q-sign-time',
        'q-key-time',
        'q-header-list',
        'q-url-param-list',
        'q-signature',
        'sign',
        'x-cos-security-token',
      ),
      fc.oneof(
        junk,
        fc.constantFrom(
          'sha1',
          permanent.secretId,
          '1699999940;1700000300',
          'host',
          'a'.repeat(40),
          '0;0',
          '9'.repeat(30),
          'host;'.repeat(500),
        ),
      ),
    )
    const fields = fc
      .array(field, { maxLength: 10 })
      .map((pairs) => pairs.map(([k, v]) => `${k}=${v}`).join('&'))
    const valid = sample.map(presign)
    const mutated = fc.tuple(valid, fc.nat(), junk).map(([request, where, noise]) => {
      const cut = where % (request.target.length + 1)
      return { ...request, target: request.target.slice(0, cut) + noise + request.target.slice(cut + 1) }
    })
    const made = fc.record({
      method: fc.oneof(junk, fc.constantFrom('GET', 'PUT')),
      target: fc.oneof(
        junk,
        fields.map((query) => `/o?${query}`),
        fc.tuple(junk, fields).map(([path, query]) => `/${path}?${query}`),
        bytes.map((path) => `http://h/${path}`),
      ),
      headers: fc.oneof(
        fc.dictionary(junk, fc.oneof(junk, fc.array(junk, { maxLength: 3 }))),
        fc.array(fc.tuple(junk, junk), { maxLength: 5 }),
        fields.map((authorization) => ({ host: 'h', authorization })),
        fc.record({ date: junk, host: junk, authorization: fields }),
      ),
    })
    fc.assert(
      fc.property(fc.oneof(made, mutated), (request) => {
        const answer = verify(request as ReceivedRequest)
        expect(typeof answer.ok).toBe('boolean')
        expect(JSON.stringify(answer)).not.toContain(permanent.secretKey)
      }),
      { numRuns: 10_000 },
    )
  })

  it('throws at nothing that is no request at all', () => {
    for (const request of [
      undefined,
      null,
      1,
      'GET /',
      [],
      {},
      { method: 1 },
      { method: 'GET', target: '/', headers: null },
    ]) {
      expect(verify(request as unknown as ReceivedRequest)).toMatchObject({ ok: false })
    }
  })
})

describe('the answers of verifyRequest', () => {
  const signed = presign({ method: 'GET', key: 'o', params: [], headers: [], credential: permanent })
  const withToken = presign({ method: 'GET', key: 'o', params: [], headers: [], credential: temporary })
  const CODES: readonly [code: string, request: ReceivedRequest, seconds?: number][] = [
    ['anonymous', { method: 'GET', target: '/o', headers: { host: 'h' } }],
    ['malformed', edit(signed, /&q-signature=[0-9a-f]{40}/, '&q-signature=1234')],
    ['malformed', edit(signed, /&q-key-time=[^&]*/, '')],
    ['unsupported-algorithm', edit(signed, 'q-sign-algorithm=sha1', 'q-sign-algorithm=sha256')],
    ['unknown-key', edit(signed, /q-ak=[^&]+/, 'q-ak=AKIDnobody')],
    ['not-yet-valid', signed, at - 61],
    ['expired', signed, at + 301],
    [
      'time-skewed',
      { ...signed, headers: { ...signed.headers, date: new Date((at - 3600) * 1000).toUTCString() } },
    ],
    ['token-missing', edit(withToken, /&x-cos-security-token=[^&]*/, '')],
    ['token-wrong', edit(withToken, /&x-cos-security-token=[^&]*/, '&x-cos-security-token=other')],
    ['token-expired', withToken, 1_700_100_001],
    ['mismatch', edit(signed, '/o?', '/p?')],
  ]

  it.each(CODES)('%s', (code, request, seconds) => {
    expect(verify(request, seconds)).toMatchObject({ ok: false, code, message: expect.any(String) })
  })

  it('mismatch shows both strings the verifier computed', () => {
    const answer = verify(edit(signed, '/o?', '/p?'))
    expect(answer).toMatchObject({
      httpString: 'get\n/p\n\nhost=examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com\n',
      stringToSign: expect.stringMatching(/^sha1\n1699999940;1700000300\n[0-9a-f]{40}\n$/),
    })
  })
})
