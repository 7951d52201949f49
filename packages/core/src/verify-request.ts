import { assertOptions, assertType } from './assert.ts'
import { assertKeyRecord } from './assert-key-record.ts'
import { equalInConstantTime } from './equal-in-constant-time.ts'
import { hmacSha1Hex, sha1Hex } from './hash/kernel.ts'
import { tokenNameOf } from './host.ts'
import { httpStringOf } from './http-string.ts'
import { type ReadRequest, type ReceivedRequest, readRequest } from './read-request.ts'
import { signKeysOf } from './sign-key.ts'
import {
  looksSigned,
  readFields,
  type SignatureFields,
  signatureInQuery,
  splitAuthorization,
} from './signature-fields.ts'
import { signedTexts, TOKEN_NAMES } from './signed-texts.ts'
import { stringToSignOf } from './string-to-sign.ts'
import { keyTimeOf, readClock } from './time-window.ts'
import { fromWire } from './utf8.ts'

/** The key that a SecretId names, as the verifier needs it; a `Credential` fits. */
export interface KeyRecord {
  /** What the signature is computed with again. */
  readonly secretKey: string
  /** With it the key is temporary: the request must carry exactly this token. */
  readonly securityToken?: string | undefined
  /** When the key dies, in Unix seconds. */
  readonly expiresAt?: number | undefined
}

/**
 * Finds the key that a SecretId names.
 *
 * @param tokens - The security tokens that the request carries, mostly one or none; one from a URL may be there twice, decoded and as
 * it stood, as some SDKs put it there unencoded. A verifier whose tokens are sealed needs no list of temporary keys: it opens
 * the token, and answers with it as `securityToken`.
 */
export type KeyLookup = (secretId: string, tokens: readonly string[]) => KeyRecord | undefined

/** How to verify. */
export interface VerifyOptions {
  /**
   * The clock: milliseconds since the epoch.
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
  /**
   * Also accept a signed host without the port it was sent with: the vendor's Python SDK signs so. For development servers.
   * @default false
   */
  readonly allowHostWithoutPort?: boolean | undefined
}

/** Why a request was refused. */
export type VerificationFailureCode =
  /** No signature that could be recognised. */
  | 'anonymous'
  /** A signature with missing or wrong fields, or a request target that is none. */
  | 'malformed'
  /** `q-sign-algorithm` is not `sha1`. */
  | 'unsupported-algorithm'
  /** The lookup knows no such SecretId. */
  | 'unknown-key'
  /** The key is temporary and the request carries no token. */
  | 'token-missing'
  /** The request carries another token than the key's. */
  | 'token-wrong'
  /** The temporary key is dead. */
  | 'token-expired'
  /** The window has not begun. */
  | 'not-yet-valid'
  /** A `Date` header, or the beginning of the window, is more than 15 minutes off the clock. */
  | 'time-skewed'
  /** The window has ended. */
  | 'expired'
  /** The signature is not the one of this request. */
  | 'mismatch'

/** The answer for a request whose signature holds. */
export interface VerifiedRequest {
  /** The signature is that of this request, and its time and key are good. */
  readonly ok: true
  /** Whose key signed. */
  readonly secretId: string
  /** Where the signature was: the `Authorization` header, the query, or the query's `sign` parameter. */
  readonly carrier: 'header' | 'query' | 'merged'
  /** Decoded, starting with `/`. */
  readonly path: string
  /** As listed. */
  readonly signedHeaders: readonly string[]
  /** As listed. */
  readonly signedParams: readonly string[]
  /** Unix seconds. */
  readonly startsAt: number
  /** Unix seconds, inclusive. */
  readonly expiresAt: number
  /** When the request really ceases to be accepted: the earlier of the window's and the key's end. */
  readonly effectiveExpiresAt: number
}

/** The answer for any other request. */
export interface RefusedRequest {
  /** Not to be served. */
  readonly ok: false
  /** Stable reason. */
  readonly code: VerificationFailureCode
  /** A sentence for people. Holds no secret. */
  readonly message: string
  /** As soon as it could be read. */
  readonly secretId?: string
  /** Unix seconds, as soon as the window could be read. */
  readonly startsAt?: number
  /** Unix seconds, as soon as the window could be read. */
  readonly expiresAt?: number
  /** With `mismatch`: what the verifier hashed, which COS calls FormatString. */
  readonly httpString?: string
  /** With `mismatch`: what the verifier signed. */
  readonly stringToSign?: string
}

/** What {@link verifyRequest} answers. */
export type Verification = VerifiedRequest | RefusedRequest

const OPTIONS = ['now', 'allowHostWithoutPort']

// Documentation 436/54303.
const MAX_SKEW_SECONDS = 15 * 60

/**
 * Checks the signature of a request, as COS does, and says why when it does not hold.
 *
 * Strict: the path is decoded once and never normalised; each signed header and parameter must be there, as often as it is
 * listed; a temporary key needs its token; the clock must be within the window. Accepted besides: the forms that the vendor's
 * SDKs are known to send (a merged signature, lists in another order, a raw token in a URL, a token in the query though listed
 * as a header).
 *
 * @param lookup - Finds the key that a SecretId names; called at most once, with what came from the wire. See {@link KeyLookup}.
 * @returns An answer for any request whatever; nothing that comes from the wire makes it throw.
 * @throws {TypeError|RangeError} `options`, `lookup` or the record that it returned is not as it must be; a promise is no record, so
 * await the key beforehand. What `lookup` throws is passed on.
 * @see https://cloud.tencent.com/document/product/436/7778
 * @example
 * const answer = verifyRequest({ method: req.method, target: req.url, headers: req.headers }, (id) => keys.get(id))
 * if (!answer.ok) console.error(answer.code, answer.message)
 */
export function verifyRequest(
  request: ReceivedRequest,
  lookup: KeyLookup,
  options: VerifyOptions = {},
): Verification {
  assertOptions(options, 'options', OPTIONS)
  assertType(lookup, 'lookup', 'function')
  const { now = Date.now, allowHostWithoutPort = false } = options
  assertType(now, 'now', 'function')
  assertType(allowHostWithoutPort, 'allowHostWithoutPort', 'boolean')
  const seconds = readClock(now, 'now')

  const received = readRequest(request)
  if (typeof received === 'string') return refuse('malformed', received)
  const found = findSignature(received)
  if (found === undefined) return refuse('anonymous', 'The request carries no signature')
  const { carrier, fields } = found
  if (typeof fields === 'string') return refuse('malformed', fields)

  const { secretId } = fields
  const startsAt = Math.max(fields.signTime.startsAt, fields.keyTime.startsAt)
  const expiresAt = Math.min(fields.signTime.expiresAt, fields.keyTime.expiresAt)
  const facts = { secretId, startsAt, expiresAt }
  if (fields.algorithm !== 'sha1')
    return refuse('unsupported-algorithm', 'q-sign-algorithm must be sha1', facts)
  const tokens = tokensOf(received, fields)
  const key = lookup(secretId, [...new Set(tokens.flat())])
  if (key === undefined || key === null) return refuse('unknown-key', 'No key has this SecretId', facts)
  assertKeyRecord(key)

  const refusal =
    checkToken(received, tokens, key, seconds) ?? checkTime(received, startsAt, expiresAt, seconds)
  if (refusal !== undefined) return { ...refusal, ...facts }

  const mismatch = checkSignature(received, fields, key, allowHostWithoutPort)
  if (mismatch !== undefined) return { ...mismatch, ...facts }
  return {
    ok: true,
    ...facts,
    carrier,
    path: received.target.path,
    signedHeaders: fields.headerList,
    signedParams: fields.urlParamList,
    effectiveExpiresAt: Math.min(expiresAt, key.expiresAt ?? expiresAt),
  }
}

function refuse(
  code: VerificationFailureCode,
  message: string,
  facts: Partial<RefusedRequest> = {},
): RefusedRequest {
  return { ok: false, code, message, ...facts }
}

/** Header first, then query: documented nowhere, and what every SDK's server samples assume. */
function findSignature(
  request: ReadRequest,
): { carrier: VerifiedRequest['carrier']; fields: SignatureFields | string } | undefined {
  const authorization = request.headers.get('authorization') ?? []
  if (authorization.some(looksSigned)) {
    const raw =
      authorization.length === 1
        ? splitAuthorization(fromWire(authorization[0] as string))
        : 'There is more than one Authorization header'
    return { carrier: 'header', fields: typeof raw === 'string' ? raw : readFields(raw) }
  }
  const found = signatureInQuery(request.target)
  if (found === undefined) return undefined
  const { raw, merged } = found
  return {
    carrier: merged === undefined ? 'query' : 'merged',
    fields: typeof raw === 'string' ? raw : readFields(raw),
  }
}

function checkTime(
  request: ReadRequest,
  startsAt: number,
  expiresAt: number,
  seconds: number,
): RefusedRequest | undefined {
  const date = Date.parse(request.headers.get('date')?.[0] ?? '') / 1000
  if (Math.abs(date - seconds) > MAX_SKEW_SECONDS) {
    return refuse('time-skewed', 'The Date header is more than 15 minutes off the clock')
  }
  if (seconds < startsAt) {
    if (startsAt - seconds > MAX_SKEW_SECONDS) {
      return refuse(
        'time-skewed',
        `The signature begins ${startsAt - seconds} s from now, more than 15 minutes off the clock`,
      )
    }
    return refuse('not-yet-valid', `The signature begins ${startsAt - seconds} s from now`)
  }
  if (seconds > expiresAt) return refuse('expired', `The signature ended ${seconds - expiresAt} s ago`)
  return undefined
}

function checkToken(
  request: ReadRequest,
  sent: readonly string[][],
  key: KeyRecord,
  seconds: number,
): RefusedRequest | undefined {
  const { securityToken, expiresAt } = key
  if (securityToken === undefined) {
    if (sent.length > 0)
      return refuse('token-wrong', 'The key is permanent and has no security token; the request carries one')
  } else {
    if (sent.length === 0) {
      return refuse(
        'token-missing',
        `The key is temporary and the request carries no ${tokenNameOf(request.host ?? '')}`,
      )
    }
    const wrong = sent.some((forms) => !forms.some((form) => equalInConstantTime(form, securityToken)))
    if (wrong) return refuse('token-wrong', 'The security token is not the one of this key')
  }
  if (expiresAt !== undefined && seconds > expiresAt) {
    return refuse('token-expired', `The temporary key died ${seconds - expiresAt} s ago`)
  }
  return undefined
}

/**
 * The tokens a request carries, each in the forms it may be read in: from headers, the query, or an eighth pair of the
 * Authorization value. Several SDKs put it into a URL unencoded, so a parameter counts in its decoded and its literal form.
 */
function tokensOf({ headers, target }: ReadRequest, { securityToken }: SignatureFields): string[][] {
  const tokens = TOKEN_NAMES.flatMap((name) => headers.get(name) ?? []).map((token) => [fromWire(token)])
  for (const { name, value, rawValue } of target.params) {
    if (TOKEN_NAMES.includes(name.toLowerCase())) tokens.push([value, rawValue])
  }
  if (securityToken !== undefined) tokens.push([securityToken])
  return tokens.filter(([token]) => token !== '')
}

function checkSignature(
  request: ReadRequest,
  fields: SignatureFields,
  key: KeyRecord,
  allowHostWithoutPort: boolean,
): RefusedRequest | undefined {
  const signKey = signKeysOf(key)(keyTimeOf(fields.keyTime))
  const signTime = keyTimeOf(fields.signTime)
  let first: { httpString: string; stringToSign: string } | undefined
  const readings = signedTexts(request, fields, { token: key.securityToken, allowHostWithoutPort })
  for (const { parameters, headers, complete } of readings) {
    const httpString = httpStringOf(request.method, request.target.path, parameters, headers)
    const stringToSign = stringToSignOf(signTime, sha1Hex(httpString))
    first ??= { httpString, stringToSign }
    if (complete && equalInConstantTime(hmacSha1Hex(signKey, stringToSign), fields.signature))
      return undefined
  }
  return refuse('mismatch', 'The signature is not the one of this request', first)
}
