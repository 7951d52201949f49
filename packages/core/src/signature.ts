import { type CanonicalPairs, canonicalize } from './canonical.ts'
import { hmacSha1Hex } from './hash/hmac.ts'
import { sha1Hex } from './hash/sha1.ts'
import { httpStringOf } from './http-string.ts'
import type { TextPairs } from './pairs.ts'
import { encode } from './percent-encoding.ts'
import type { SignKeys } from './sign-key.ts'
import { stringToSignOf } from './string-to-sign.ts'

/** Who signs: what of a credential goes into a signature. */
export interface Signer {
  readonly secretId: string
  readonly signKeys: SignKeys
}

/** The request that is signed, checked; everything decoded. */
export interface RequestParts {
  readonly method: string
  readonly path: string
  readonly params: TextPairs
  readonly headers: TextPairs
}

/** A signature with the texts that led to it. */
export interface Signature {
  readonly secretId: string
  readonly keyTime: string
  readonly params: CanonicalPairs
  readonly headers: CanonicalPairs
  readonly httpString: string
  readonly signature: string
}

/** The whole of the algorithm (documentation 436/7778), each step in a file of its own. */
export function computeSignature(
  request: RequestParts,
  { secretId, signKeys }: Signer,
  keyTime: string,
): Signature {
  const params = canonicalize(request.params)
  const headers = canonicalize(request.headers)
  const httpString = httpStringOf(request.method, request.path, params.text, headers.text)
  const stringToSign = stringToSignOf(keyTime, sha1Hex(httpString))
  const signature = hmacSha1Hex(signKeys(keyTime), stringToSign)
  return { secretId, keyTime, params, headers, httpString, signature }
}

/** The value of the `Authorization` header (documentation 436/7778, step 8). */
export function toAuthorization({ secretId, keyTime, headers, params, signature }: Signature): string {
  return `q-sign-algorithm=sha1&q-ak=${secretId}&q-sign-time=${keyTime}&q-key-time=${keyTime}&q-header-list=${headers.list}&q-url-param-list=${params.list}&q-signature=${signature}`
}

let lastId = ''
let lastTime = ''
let lastStart = ''

/** The same fields as the beginning of a query: values percent-encoded, so `;` is `%3B`. */
export function toQuery({ secretId, keyTime, headers, params, signature }: Signature): string {
  if (secretId !== lastId || keyTime !== lastTime) {
    const time = keyTime.replace(';', '%3B')
    lastId = secretId
    lastTime = keyTime
    lastStart = `q-sign-algorithm=sha1&q-ak=${encode(secretId)}&q-sign-time=${time}&q-key-time=${time}&q-header-list`
  }
  return `${lastStart}=${encode(headers.list)}&q-url-param-list=${encode(params.list)}&q-signature=${signature}`
}
