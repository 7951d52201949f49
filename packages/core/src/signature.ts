import { type CanonicalPairs, canonicalize } from './canonical.ts'
import { hmacSha1Hex } from './hash/hmac.ts'
import { sha1Hex } from './hash/sha1.ts'
import { httpStringOf } from './http-string.ts'
import type { TextPairs } from './pairs.ts'
import { encode } from './percent-encoding.ts'
import type { SignKeys } from './sign-key.ts'
import { stringToSignOf } from './string-to-sign.ts'

/** What is signed, checked and decoded. */
export interface SignaturePlan {
  readonly method: string
  /** Decoded. */
  readonly path: string
  readonly params: TextPairs
  readonly headers: TextPairs
  readonly secretId: string
  readonly signKeys: SignKeys
  readonly keyTime: string
}

/** A signature with every step that led to it, except the sign key. */
export interface Signature {
  readonly secretId: string
  readonly keyTime: string
  readonly params: CanonicalPairs
  readonly headers: CanonicalPairs
  readonly httpString: string
  readonly httpStringSha1: string
  readonly stringToSign: string
  readonly signature: string
}

/** The whole of the algorithm (documentation 436/7778), each step in a file of its own. */
export function computeSignature(plan: SignaturePlan): Signature {
  const { secretId, keyTime } = plan
  const params = canonicalize(plan.params)
  const headers = canonicalize(plan.headers)
  const httpString = httpStringOf(plan.method, plan.path, params.text, headers.text)
  const httpStringSha1 = sha1Hex(httpString)
  const stringToSign = stringToSignOf(keyTime, httpStringSha1)
  const signature = hmacSha1Hex(plan.signKeys(keyTime), stringToSign)
  return { secretId, keyTime, params, headers, httpString, httpStringSha1, stringToSign, signature }
}

/** The value of the `Authorization` header (documentation 436/7778, step 8). */
export function toAuthorization({ secretId, keyTime, headers, params, signature }: Signature): string {
  return `q-sign-algorithm=sha1&q-ak=${secretId}&q-sign-time=${keyTime}&q-key-time=${keyTime}&q-header-list=${headers.list}&q-url-param-list=${params.list}&q-signature=${signature}`
}

/** The same fields as the beginning of a query: values percent-encoded, so `;` is `%3B`. */
export function toQuery({ secretId, keyTime, headers, params, signature }: Signature): string {
  const time = keyTime.replace(';', '%3B')
  return `q-sign-algorithm=sha1&q-ak=${encode(secretId)}&q-sign-time=${time}&q-key-time=${time}&q-header-list=${encode(headers.list)}&q-url-param-list=${encode(params.list)}&q-signature=${signature}`
}
