import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createHmacKey, hmacSha1Hex } from '../src/hash/hmac.ts'
import { sha1Hex } from '../src/hash/sha1.ts'
import { httpStringOf } from '../src/http-string.ts'
import {
  createCredential,
  parseAuthorization,
  signRequest,
  traceSignature,
  verifyRequest,
} from '../src/index.ts'
import { createSignKeys } from '../src/sign-key.ts'
import { stringToSignOf } from '../src/string-to-sign.ts'

interface Official {
  readonly name: string
  readonly secretId: string
  readonly secretKey: string
  readonly method: string
  readonly path: string
  readonly keyTime: string
  readonly params: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly expected: Readonly<Record<string, string>>
}

const official: readonly Official[] = JSON.parse(
  readFileSync(new URL('./vectors/official.json', import.meta.url), 'utf8'),
)

const secretId = 'AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q'
const secretKey = 'BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz'
const credential = { secretId, secretKey }
const host = 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com'
const keyTime = '1557989753;1557996953'
const window = windowOf(keyTime)
const now = (): number => 1557990000_000

function windowOf(text: string): { startsAt: number; expiresAt: number; now: () => number } {
  const [startsAt = 0, expiresAt = 0] = text.split(';').map(Number)
  return { startsAt, expiresAt, now: () => startsAt * 1000 }
}

/** The sign key's digits, which no API gives out: computed here from the hash alone. */
const signKeyOf = (key: string, time: string): string => hmacSha1Hex(createHmacKey(key), time)

describe('the examples of the documentation', () => {
  it.each(official)('$name, step by step', ({ expected, ...example }) => {
    const { method, path, params, headers } = example
    expect(signKeyOf(example.secretKey, example.keyTime)).toBe(expected.signKey)
    const key = createCredential({ secretId: example.secretId, secretKey: example.secretKey })
    const trace = traceSignature({ method, path, params, headers }, key, windowOf(example.keyTime))
    const {
      httpStringSha1: _sha1,
      httpHeaders: _headers,
      httpParameters: _params,
      keyTime: time,
      ...steps
    } = trace
    const { signKey: _signKey, ...rest } = expected
    expect(steps).toEqual(rest)
    expect(time).toBe(example.keyTime)
  })
})

/** HttpString and key time give sign key, SHA-1 and signature: [id, secret, key time, text, sign key, SHA-1, signature]. */
const STEPS: readonly (readonly [string, string, string, string, string | undefined, string, string])[] = [
  [
    'B1 (Go SDK)',
    'AKIDZfbOA78asKUYBcXFrJD0a1ICvR98JM',
    '1480932292;1481012292',
    httpStringOf(
      'PUT',
      '/testfile2',
      '',
      'host=testbucket-125000000.cos.ap-guangzhou.myqcloud.com&x-cos-content-sha1=db8ac1c259eb89d4a131b253bacfca5f319d54f2&x-cos-stroage-class=nearline',
    ),
    '95d110a8ead64cac52083100db75b7e3f369e72f',
    '113b22e92b74237531fafbfc8bb9e67be55645c7',
    'ce4ac0ecbcdb30538b3fee0a97cc6389694ce53a',
  ],
  [
    'B2 (Go SDK)',
    'ZfbOA78asKUYBcXFrJD0a1I*******',
    '1622702557;1622706157',
    httpStringOf('PUT', '/test.jpg', '', ''),
    '9127879125ac514f301995a1f5f4fc6f7ca4e04b',
    '58095d62e01e6c3d335bf6f9398c5b85698a6f04',
    '820975b5a8eccce9455b94d4ebed14d66654bf3c',
  ],
  [
    'B3 (Go SDK)',
    'ZfbOA78asKUYBcXFrJD0a1I*******',
    '1622702557;1622706157',
    httpStringOf('PUT', '/test.jpg', 'test=params', ''),
    '9127879125ac514f301995a1f5f4fc6f7ca4e04b',
    '499e3b4d8da172314c553d35ceba8d78b449522a',
    '7757e84ed5f8953eafc30afcd2a5d1ad68e00d67',
  ],
  [
    'C1 (C++ SDK)',
    'secret_key_test',
    '1502493430;1502573430',
    httpStringOf(
      'GET',
      'xxxx',
      'first_param=first_value&second_param=second_value',
      'host=hostname_test&x-cos-meta-xx=meta_test',
    ),
    'a757ca590ad495044c4292f970c0cac23e3fe5a6',
    '3ef34f01e1514e418d038d0f910c9dfed64a83d4',
    '7686473b75487163d6e204d3c68e5c3b74e06164',
  ],
  [
    'C2 (C++ SDK)',
    'secret_key_test',
    '1502493430;1502573430',
    httpStringOf('GET', 'xxxx', '', 'host=hostname_test&x-cos-meta-xx=meta_test'),
    undefined,
    'ac11b8291a7621690c405ad39438c561f2506ddc',
    '8e196637993353bdff2466e0d34034130c9a2aca',
  ],
  [
    'C3 (C++ SDK)',
    'secret_key_test',
    '1502493430;1502573430',
    httpStringOf('GET', 'xxxx', '', ''),
    undefined,
    'b31c4578225057c7a2669efd94af4064807c57c7',
    '122c75ad3f7c230b8cc88f4f38410b9d3d347997',
  ],
]

describe('vectors of other SDKs, on the step functions', () => {
  it.each(STEPS)('%s', (_, secret, time, httpString, signKey, digest, signature) => {
    if (signKey !== undefined) expect(signKeyOf(secret, time)).toBe(signKey)
    expect(sha1Hex(httpString)).toBe(digest)
    expect(hmacSha1Hex(createSignKeys(secret)(time), stringToSignOf(time, digest))).toBe(signature)
  })
})

/** What our signer makes of a request: [id, request, SHA-1 of HttpString, signature]. */
const SIGNED: readonly (readonly [string, Parameters<typeof traceSignature>[0], string, string])[] = [
  [
    'D1: a parameter without a value',
    { method: 'GET', path: '/', params: { acl: '' }, headers: { host } },
    '0f9fbefe4fa8d9bdfc5d5474d6591c4f9ca52724',
    '642cc8c5f05231c91fd7c16b190909dfd9061b4a',
  ],
  [
    'D2: a listing',
    {
      method: 'GET',
      path: '/',
      params: { prefix: 'a b/', delimiter: '/', 'max-keys': 1000, marker: '', 'encoding-type': 'url' },
      headers: { host },
    },
    '739fd32c3a864a976feb3bc576b52412321ea029',
    '1689e592acbf3aa92256e2c726e6760d55ce87b0',
  ],
  [
    'D3: punctuation in the key, text in a header',
    {
      method: 'PUT',
      path: "/dir/a b+c~(1)'*!.txt",
      headers: { host, 'x-cos-meta-name': '值', 'Content-Type': 'text/plain; charset=utf-8' },
    },
    '72906ccad8eba53723ae27cacda6d16d7416bb7d',
    'f0c4999fabc517b4fc9a547274367539dac99d76',
  ],
  [
    'D4b: sorted by the encoded name',
    { method: 'GET', path: '/o', params: { a_b: 1, 'a-b': 2, 'a b': 3, 'a[1]': 4 }, headers: { host } },
    'd605b6e1fbea356f2b61a09b80a31223dfb832b3',
    '5d20d019d13719814f7214330b87991ffbd6cbde',
  ],
  [
    'D5: a repeated parameter',
    {
      method: 'GET',
      path: '/o',
      params: [
        ['tag', 'b'],
        ['tag', 'a'],
      ],
      headers: { host },
    },
    'fa7acfcba7af4d3405bd7b7f05e77dfe961bbb4f',
    'fa15425a16a6de41f5dabafd4f6b2ad2f7825534',
  ],
  [
    'D6b: a host with its port',
    { method: 'GET', path: '/o', headers: { host: 'examplebucket-1250000000.localhost:9000' } },
    '7cfd70ae1fe37b7cacd04ed11fc233e6ea4f65a8',
    'a339fc602c46a4a786d4187eeb3296a2329fb006',
  ],
  [
    'D7: a signed token',
    { method: 'GET', path: '/o', params: { 'x-cos-security-token': 'tok/en+=' }, headers: { host } },
    '011a3d9991c5798b41264abdd788925dd34065bc',
    '15aac1c032c5442ddeced81c2d44821e7592adb6',
  ],
]

describe('edge cases, signed', () => {
  it.each(SIGNED)('%s', (_, request, digest, signature) => {
    const trace = traceSignature(request, credential, window)
    expect(trace.httpStringSha1).toBe(digest)
    expect(trace.signature).toBe(signature)
    expect(parseAuthorization(signRequest(request, credential, window)).signature).toBe(signature)
  })
})

/** Requests as others sign them: [id, target, headers, header list, parameter list, sign time, key time, signature, verified?]. */
const RECEIVED: readonly (readonly [string, string, string, string, string, string, string, boolean])[] = [
  [
    'D4a: signed in the order of the raw names, listed in that of the encoded ones',
    '/o?a_b=1&a-b=2&a%20b=3&a%5B1%5D=4',
    host,
    'a%20b;a%5b1%5d;a-b;a_b',
    keyTime,
    keyTime,
    '1824926c9e74fc66202f892e78cc4932f83ac507',
    true,
  ],
  [
    'D4b: signed and listed in the order of the encoded names',
    '/o?a_b=1&a-b=2&a%20b=3&a%5B1%5D=4',
    host,
    'a%20b;a%5b1%5d;a-b;a_b',
    keyTime,
    keyTime,
    '5d20d019d13719814f7214330b87991ffbd6cbde',
    true,
  ],
  [
    'D5: a repeated parameter, sent in either order',
    '/o?tag=b&tag=a',
    host,
    'tag;tag',
    keyTime,
    keyTime,
    'fa15425a16a6de41f5dabafd4f6b2ad2f7825534',
    true,
  ],
  [
    'D5 with one of the two changed',
    '/o?tag=b&tag=c',
    host,
    'tag;tag',
    keyTime,
    keyTime,
    'fa15425a16a6de41f5dabafd4f6b2ad2f7825534',
    false,
  ],
  [
    'D6a: the host signed without the port it is sent with',
    '/o',
    'examplebucket-1250000000.localhost:9000',
    '',
    keyTime,
    keyTime,
    'ae4d4d0a63f69db79efc462a6e9b463e015ca53d',
    true,
  ],
  [
    'D6a for another host',
    '/o',
    'other-1250000000.localhost:9000',
    '',
    keyTime,
    keyTime,
    'ae4d4d0a63f69db79efc462a6e9b463e015ca53d',
    false,
  ],
  [
    'D8: a key time that is not the sign time',
    '/o',
    host,
    '',
    keyTime,
    '1557989000;1557999000',
    '82c328dc1009e96cfa6b10883a90e86352756393',
    true,
  ],
  [
    'D8 with the two exchanged',
    '/o',
    host,
    '',
    '1557989000;1557999000',
    keyTime,
    '82c328dc1009e96cfa6b10883a90e86352756393',
    false,
  ],
]

describe('edge cases, verified', () => {
  it.each(RECEIVED)('%s', (_, target, sentHost, params, signTime, time, signature, verified) => {
    const authorization = `q-sign-algorithm=sha1&q-ak=${secretId}&q-sign-time=${signTime}&q-key-time=${time}&q-header-list=host&q-url-param-list=${params}&q-signature=${signature}`
    const request = { method: 'GET', target, headers: { host: sentHost, authorization } }
    const answer = verifyRequest(request, () => credential, { now, allowHostWithoutPort: true })
    expect(answer.ok ? 'ok' : answer.code).toBe(verified ? 'ok' : 'mismatch')
  })

  it('D6a needs the option', () => {
    const authorization = `q-sign-algorithm=sha1&q-ak=${secretId}&q-sign-time=${keyTime}&q-key-time=${keyTime}&q-header-list=host&q-url-param-list=&q-signature=ae4d4d0a63f69db79efc462a6e9b463e015ca53d`
    const headers = { host: 'examplebucket-1250000000.localhost:9000', authorization }
    const answer = verifyRequest({ method: 'GET', target: '/o', headers }, () => credential, { now })
    expect(answer).toMatchObject({ ok: false, code: 'mismatch' })
  })
})
