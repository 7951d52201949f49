import { describe, expect, it } from 'vitest'
import { canonicalize } from '../src/canonical.ts'
import { createHmacKey, hmacSha1Hex, sha1Hex } from '../src/hash/kernel.ts'
import { httpStringOf } from '../src/http-string.ts'
import {
  CosClient,
  type CosClientOptions,
  createCredential,
  type Method,
  parseAuthorization,
  parsePresignedUrl,
  type SignatureTrace,
  signPostPolicy,
  signRequest,
  traceSignature,
  type Verification,
  verifyRequest,
} from '../src/index.ts'
import { createSignKeys } from '../src/sign-key.ts'
import { stringToSignOf } from '../src/string-to-sign.ts'
import { readVectors } from './read-vectors.ts'

/** What every vector says. */
interface Vector {
  readonly secretKey: string
  readonly method: string
  readonly path: string
  readonly keyTime: string
  readonly headers: Readonly<Record<string, string>>
}

/** The sign key's digits, which no API gives out: computed here from the hash alone. */
const signKeyOf = (secretKey: string, keyTime: string): string =>
  hmacSha1Hex(createHmacKey(secretKey), keyTime)

/** The options that make a signer use a key time as it is. */
function windowOf(keyTime: string): { startsAt: number; expiresAt: number; now: () => number } {
  const [startsAt = 0, expiresAt = 0] = keyTime.split(';').map(Number)
  return { startsAt, expiresAt, now: () => startsAt * 1000 }
}

/** An example of the documentation, with every intermediate text. */
interface OfficialVector extends Vector {
  readonly name: string
  readonly secretId: string
  readonly params: Readonly<Record<string, string>>
  readonly expected: {
    readonly signKey: string
    readonly httpString: string
    readonly stringToSign: string
    readonly signature: string
    readonly headerList: string
    readonly urlParamList: string
    readonly authorization: string
  }
}

describe('the examples of the documentation', () => {
  it.each(readVectors<OfficialVector>('official'))('$name, step by step', ({ expected, ...example }) => {
    const { secretId, secretKey, keyTime, method, path } = example
    const params = canonicalize(Object.entries(example.params))
    const headers = canonicalize(Object.entries(example.headers))
    expect(params.list).toBe(expected.urlParamList)
    expect(headers.list).toBe(expected.headerList)
    const httpString = httpStringOf(method, path, params.text, headers.text)
    expect(httpString).toBe(expected.httpString)
    const stringToSign = stringToSignOf(keyTime, sha1Hex(httpString))
    expect(stringToSign).toBe(expected.stringToSign)
    expect(signKeyOf(secretKey, keyTime)).toBe(expected.signKey)
    expect(hmacSha1Hex(createSignKeys(secretKey)(keyTime), stringToSign)).toBe(expected.signature)

    const request = { method, path, params: example.params, headers: example.headers }
    const credential = createCredential({ secretId, secretKey })
    const { signKey: _notShown, ...shown } = expected
    expect(traceSignature(request, credential, windowOf(keyTime))).toEqual({
      ...shown,
      keyTime,
      httpParameters: params.text,
      httpHeaders: headers.text,
      httpStringSha1: sha1Hex(httpString),
    })
    expect(signRequest(request, credential, windowOf(keyTime))).toBe(expected.authorization)
  })
})

/** A known answer from the tests of another SDK. */
interface SdkVector extends Vector {
  readonly id: string
  readonly source: string
  readonly params: Readonly<Record<string, string>>
  readonly signKey: string
  readonly httpStringSha1: string
  readonly signature: string
}

describe('the known answers of other SDKs, on the step functions', () => {
  it.each(readVectors<SdkVector>('sdks'))('$id ($source)', (vector) => {
    const { secretKey, keyTime, method, path } = vector
    const params = canonicalize(Object.entries(vector.params))
    const headers = canonicalize(Object.entries(vector.headers))
    const digest = sha1Hex(httpStringOf(method, path, params.text, headers.text))
    expect(signKeyOf(secretKey, keyTime)).toBe(vector.signKey)
    expect(digest).toBe(vector.httpStringSha1)
    const signature = hmacSha1Hex(createSignKeys(secretKey)(keyTime), stringToSignOf(keyTime, digest))
    expect(signature).toBe(vector.signature)
  })

  /** A form is signed by the digest of its policy alone. */
  interface PolicyVector {
    readonly id: string
    readonly secretId: string
    readonly secretKey: string
    readonly keyTime: string
    readonly policy: string
    readonly policyBase64: string
    readonly signKey: string
    readonly policySha1: string
    readonly signature: string
  }

  it.each(readVectors<PolicyVector>('post-policy'))('$id (the form of the documentation)', (vector) => {
    const { secretId, secretKey, keyTime } = vector
    expect(signKeyOf(secretKey, keyTime)).toBe(vector.signKey)
    expect(sha1Hex(vector.policy)).toBe(vector.policySha1)
    expect(hmacSha1Hex(createSignKeys(secretKey)(keyTime), vector.policySha1)).toBe(vector.signature)
    const [startsAt = 0, expiresAt = 0] = keyTime.split(';').map(Number)
    const { fields } = signPostPolicy(vector.policy, { secretId, secretKey }, { startsAt, expiresAt })
    expect(fields).toEqual({
      policy: vector.policyBase64,
      'q-sign-algorithm': 'sha1',
      'q-ak': secretId,
      'q-key-time': keyTime,
      'q-signature': vector.signature,
    })
  })
})

/** A derived answer for a case that the documentation says little about. */
interface EdgeVector extends Vector {
  readonly id: string
  readonly about: string
  /** `sign`: our signer makes exactly this. `verify`: others do, and our verifier must accept it. */
  readonly use: 'sign' | 'verify'
  readonly secretId: string
  readonly params: readonly (readonly [string, string])[]
  readonly signTime: string
  /** The request line's target that a client could send. */
  readonly target: string
  readonly headerList: string
  readonly urlParamList: string
  readonly token?: string
  readonly needs?: 'allowHostWithoutPort'
  readonly httpString: string
  readonly httpStringSha1: string
  readonly signature: string
}

const edges = readVectors<EdgeVector>('edge-cases')

/** What our signer makes of a vector's request. */
function traceOf({
  method,
  path,
  params,
  headers,
  secretId,
  secretKey,
  keyTime,
}: EdgeVector): SignatureTrace {
  return traceSignature({ method, path, params, headers }, { secretId, secretKey }, windowOf(keyTime))
}

describe('edge cases', () => {
  it.each(edges)('$id, $about: the steps', (vector) => {
    const { secretKey, keyTime, signTime, httpString, httpStringSha1, signature } = vector
    expect(sha1Hex(httpString)).toBe(httpStringSha1)
    const stringToSign = stringToSignOf(signTime, httpStringSha1)
    expect(hmacSha1Hex(createSignKeys(secretKey)(keyTime), stringToSign)).toBe(signature)
  })

  it.each(edges.filter(({ use }) => use === 'sign'))('$id, $about: signed so', (vector) => {
    const { httpString, httpStringSha1, signature, headerList, urlParamList } = vector
    expect(traceOf(vector)).toMatchObject({ httpString, httpStringSha1, signature, headerList, urlParamList })
  })

  it.each(edges.filter(({ use }) => use === 'verify'))('$id, $about: not signed so', (vector) => {
    expect(traceOf(vector).signature).not.toBe(vector.signature)
  })

  /** Verifies a vector's request, with something changed. */
  function verify(vector: EdgeVector, strict = false): Verification {
    const { method, target, signTime, keyTime, headerList, urlParamList, signature } = vector
    const authorization = [
      `q-sign-algorithm=sha1&q-ak=${vector.secretId}&q-sign-time=${signTime}&q-key-time=${keyTime}`,
      `q-header-list=${headerList}&q-url-param-list=${urlParamList}&q-signature=${signature}`,
    ].join('&')
    const headers = Object.entries({ ...vector.headers, authorization }).map(
      ([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')] as const,
    )
    return verifyRequest(
      { method, target, headers },
      () => ({ secretKey: vector.secretKey, securityToken: vector.token }),
      {
        now: () => 1_557_990_000_000,
        allowHostWithoutPort: !strict && vector.needs === 'allowHostWithoutPort',
      },
    )
  }

  it.each(edges)('$id, $about: verified', (vector) => {
    expect(verify(vector)).toMatchObject({ ok: true, secretId: vector.secretId, path: vector.path })
  })

  it.each(edges)(
    '$id, $about: refused with another path, method, host, value or order of times',
    (vector) => {
      const changes: Partial<EdgeVector>[] = [
        { target: vector.target.replace('/', '/x') },
        { method: 'POST' },
        { headers: { ...vector.headers, host: `x${vector.headers.host}` } },
      ]
      if (vector.params.length > 0) changes.push({ target: `${vector.target}&${vector.params[0]?.[0]}=x` })
      if (vector.signTime !== vector.keyTime) {
        changes.push({ signTime: vector.keyTime, keyTime: vector.signTime })
      }
      for (const change of changes) {
        expect(verify({ ...vector, ...change }), JSON.stringify(change)).toMatchObject({ ok: false })
      }
    },
  )

  it('D6a needs the option that forgives the missing port', () => {
    const vector = edges.find(({ id }) => id === 'D6a') as EdgeVector
    expect(verify(vector, true)).toMatchObject({ ok: false, code: 'mismatch' })
  })
})

/** One call, and what the vendor's Python SDK answered under a clock frozen at `now` (Unix seconds). */
interface PythonVector {
  readonly now: number
  readonly config: CosClientOptions
  readonly call: {
    readonly Method: Method
    readonly Bucket: string
    readonly Key: string
    readonly Expired?: number
    readonly Headers: Readonly<Record<string, string>>
    readonly Params: Readonly<Record<string, string>>
  }
  readonly auth: string
  readonly url: string
  readonly downloadUrl: string
}

const answers = readVectors<PythonVector>('python-sdk')
const numbered = answers.map((answer, index) => ({ ...answer, index }))

/** In what the default mode departs from an answer, told by the call and by what the SDK itself says it signed. */
function departureOf({ call, auth, config }: PythonVector): string | undefined {
  const names = Object.keys(call.Headers)
  if (names.some((name) => name.toLowerCase() === 'authorization')) return 'Authorization given'
  if (Object.values(call.Headers).some((value) => value.trim() !== value)) return 'white space'
  const signed = parseAuthorization(auth).headerList
  if (names.some((name) => !signed.includes(name.toLowerCase()))) return 'a header left unsigned'
  const host = `${call.Bucket}.cos.${config.Region}.myqcloud.com`
  if ((call.Headers.Host ?? host) !== host) return 'another Host'
  return undefined
}

describe('the 150 answers of the vendor’s Python SDK', () => {
  it('are 150, of which 86 touch nothing in which the default mode departs', () => {
    expect(answers).toHaveLength(150)
    const counts: Record<string, number> = {}
    for (const answer of answers) {
      const departure = departureOf(answer) ?? 'none'
      counts[departure] = (counts[departure] ?? 0) + 1
    }
    expect(counts).toEqual({
      none: 86,
      'Authorization given': 12,
      'white space': 5,
      'a header left unsigned': 38,
      'another Host': 9,
    })
  })

  it.each(numbered)('are given byte for byte with Compat: answer $index', (answer) => {
    const client = new CosClient({ ...answer.config, Compat: 'python', Now: () => answer.now * 1000 })
    const { Method: _method, ...download } = answer.call
    expect(client.getAuth(answer.call)).toBe(answer.auth)
    expect(client.getPresignedUrl(answer.call)).toBe(answer.url)
    expect(client.getPresignedDownloadUrl(download)).toBe(answer.downloadUrl)
  })

  it.each(numbered)(
    'are given without Compat, or departed from as the design says: answer $index',
    (answer) => {
      const client = new CosClient({ ...answer.config, Now: () => answer.now * 1000 })
      const { call } = answer
      const { Method: _method, ...download } = call
      const departure = departureOf(answer)
      if (departure === undefined) {
        expect(client.getAuth(call)).toBe(answer.auth)
        expect(client.getPresignedUrl(call)).toBe(answer.url)
        expect(client.getPresignedDownloadUrl(download)).toBe(answer.downloadUrl)
      } else if (departure === 'another Host') {
        expect(client.getAuth(call)).toBe(answer.auth)
        expect(() => client.getPresignedUrl(call)).toThrow(TypeError)
        expect(() => client.getPresignedDownloadUrl(download)).toThrow(TypeError)
      } else if (departure === 'a header left unsigned') {
        const signed = [...new Set(['host', ...Object.keys(call.Headers).map((name) => name.toLowerCase())])]
        expect(parseAuthorization(client.getAuth(call)).headerList).toEqual(signed.sort())
        if (call.Headers.Host !== undefined) return
        expect(parsePresignedUrl(client.getPresignedUrl(call)).headerList).toEqual(signed.sort())
      } else {
        for (const method of ['getAuth', 'getPresignedUrl'] as const) {
          expect(() => client[method](call)).toThrow(TypeError)
        }
      }
    },
  )
})
