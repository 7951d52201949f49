import { type CanonicalPairs, canonicalize } from './canonical.ts'
import { type Bytes, signHttpString, toBytes } from './hash/kernel.ts'
import { afterPath, beforePath } from './http-string.ts'
import { keepLast } from './keep-last.ts'
import type { TextPairs } from './pairs.ts'
import { encode } from './percent-encoding.ts'
import type { SignKeys } from './sign-key.ts'

/** Who signs: what of a credential goes into a signature. */
export interface Signer {
  readonly secretId: string
  readonly signKeys: SignKeys
}

/** What is signed besides the path, checked; everything decoded. */
export interface RequestShape {
  readonly method: string
  readonly params: TextPairs
  readonly headers: TextPairs
}

/** A request, checked. */
export interface RequestParts extends RequestShape {
  /** What follows the first slash of the path. */
  readonly key: string
}

/** What of a signature does not depend on the key. */
export interface PreparedSignature extends Signer {
  readonly params: CanonicalPairs
  readonly headers: CanonicalPairs
  /** HttpString before and after the key. */
  readonly before: Bytes
  readonly after: Bytes
}

/** Does steps 3 and 4 (documentation 436/7778), and 5 but for the key. */
export function prepareSignature(shape: RequestShape, { secretId, signKeys }: Signer): PreparedSignature {
  const params = canonicalize(shape.params)
  const headers = canonicalize(shape.headers)
  const before = toBytes(`${beforePath(shape.method)}/`)
  const after = toBytes(afterPath(params.text, headers.text))
  return { secretId, signKeys, params, headers, before, after }
}

/** The signature of a key for a key time: 40 hex digits. */
export function signKey(
  { before, after, signKeys }: PreparedSignature,
  key: string,
  keyTime: string,
): string {
  return signHttpString(before, key, after, signKeys(keyTime))
}

/** Gives the value of the `Authorization` header of a key for a key time. */
export type Authorize = (key: string, keyTime: string) => string

/** Prepares values of the `Authorization` header (documentation 436/7778, step 8). */
export function prepareAuthorization(shape: RequestShape, signer: Signer): Authorize {
  const signature = prepareSignature(shape, signer)
  const start = keepLast((keyTime: string) => startOfAuthorization(signature, keyTime))
  return (key, keyTime) => start(keyTime) + signKey(signature, key, keyTime)
}

/** The fields of a signature up to its hex digits (documentation 436/7778, step 8), each value as `write` gives it. */
function fieldsOf(
  { secretId, headers, params }: PreparedSignature,
  keyTime: string,
  write: (value: string) => string,
): string {
  const time = write(keyTime)
  return `q-sign-algorithm=sha1&q-ak=${write(secretId)}&q-sign-time=${time}&q-key-time=${time}&q-header-list=${write(headers.list)}&q-url-param-list=${write(params.list)}&q-signature=`
}

/** The value of the `Authorization` header up to the signature. */
export function startOfAuthorization(signature: PreparedSignature, keyTime: string): string {
  return fieldsOf(signature, keyTime, (value) => value)
}

/** The same fields as the beginning of a query: values percent-encoded. */
export function startOfQuery(signature: PreparedSignature, keyTime: string): string {
  return fieldsOf(signature, keyTime, encode)
}
