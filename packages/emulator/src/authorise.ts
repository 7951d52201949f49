import { type KeyLookup, type RefusedRequest, type VerificationFailureCode, verifyRequest } from 'cos-presign'
import { grantsToAll } from './anonymous-access.ts'
import { checkPolicies, type PolicyFacts } from './check-policies.ts'
import type { FindKey, KnownKey } from './known-key.ts'
import type { WireRequest } from './message.ts'
import { Refusal, type RefusalCode } from './refusal.ts'
import type { Store } from './store.ts'

/** Whom a request is from. A signed one is its signer's, also where anybody could have had the answer [doc 436/40947]. */
export type Principal = Anonymous | Signer

/** Nobody: no signature at all. */
export interface Anonymous {
  readonly kind: 'anonymous'
}

/** The holder of a key. */
export interface Signer {
  readonly kind: 'signer'
  readonly key: KnownKey
  /** The headers that the signature covers, in lower case. */
  readonly signedHeaders: readonly string[]
}

/** What somebody wants to do. */
export interface Access {
  /** COS's name of the operation, as in policies, without `name/cos:`. */
  readonly action: string
  readonly bucket: string
  /** Empty for an operation on the bucket. */
  readonly key: string
}

/** What it depends on, whatever somebody wants. */
export interface AuthoriseContext {
  readonly store: Store
  readonly facts: PolicyFacts
}

interface FailureAnswer {
  readonly code: RefusalCode
  /** The code's own message where absent. */
  readonly message?: string
}

/** What COS answers to a request that fails verification, and how sure we are: of the code / of the text. */
const ANSWERS: Readonly<
  Record<
    Exclude<VerificationFailureCode, 'anonymous'>,
    FailureAnswer | ((failure: RefusedRequest) => FailureAnswer)
  >
> = {
  // [guess] / [guess]: an identity that cannot be recognised counts as anonymous [doc 436/30613], which gives this code
  malformed: ({ message }) => ({ code: 'AccessDenied', message: `Access Denied. ${message}` }),
  // [guess] / [guess]: the code is in the list of codes without a description
  'unsupported-algorithm': { code: 'VerifyAlgorithmNotSupported' },
  // [doc] / [seen]
  'unknown-key': { code: 'InvalidAccessKeyId' },
  // [doc] / [seen]: outside the window on this side too; the exact split from the next one is not known
  'not-yet-valid': { code: 'AccessDenied', message: 'Request has expired' },
  // [doc] / [guess]
  'time-skewed': { code: 'RequestTimeTooSkewed' },
  // [doc] / [seen]: the official JavaScript clients repair their clock on exactly this text
  expired: { code: 'AccessDenied', message: 'Request has expired' },
  // [guess] / [guess]: a temporary SecretId is no key of the account without its token
  'token-missing': {
    code: 'InvalidAccessKeyId',
    message:
      'The Access Key Id you provided does not exist in our records: it is a temporary key, and its token is missing (x-cos-security-token)',
  },
  // [guess] / [guess]
  'token-wrong': {
    code: 'InvalidAccessKeyId',
    message:
      'The Access Key Id you provided does not exist in our records: x-cos-security-token is not the token of this key',
  },
  // [doc] / [guess]
  'token-expired': { code: 'ExpiredToken' },
  // [seen] / [seen]
  mismatch: { code: 'SignatureDoesNotMatch' },
}

/**
 * Finds out whom a request is from.
 *
 * @throws {Refusal} COS's answer when it is signed and the signature does not hold; of a mismatch with `StringToSign` and
 * `FormatString`, the texts computed here.
 */
export function identify(request: WireRequest, findKey: FindKey, now: () => number): Principal {
  const { method, target, headers } = request
  const found: { key?: KnownKey | undefined } = {}
  const lookup: KeyLookup = (secretId, tokens) => {
    found.key = findKey(secretId, tokens)
    return found.key?.credential
  }
  const verification = verifyRequest({ method, target, headers }, lookup, { now, allowHostWithoutPort: true })
  // What is verified was verified with the key that the lookup found.
  if (verification.ok) {
    return { kind: 'signer', key: found.key as KnownKey, signedHeaders: verification.signedHeaders }
  }
  if (verification.code === 'anonymous') return { kind: 'anonymous' }
  const answer = ANSWERS[verification.code]
  const { code, message } = typeof answer === 'function' ? answer(verification) : answer
  throw new Refusal(code, { message, reason: verification.message, elements: explain(verification, now()) })
}

/**
 * Lets a principal do something, or not. Every registered key belongs to the owner of all buckets, and may do what its policies
 * allow.
 *
 * @throws {Refusal} `AccessDenied`
 */
export async function authorise(
  principal: Principal,
  access: Access,
  { store, facts }: AuthoriseContext,
): Promise<void> {
  if (principal.kind === 'signer') {
    checkPolicies(principal.key.policies, access, facts)
    return
  }
  const { action, bucket } = access
  const bucketAcl = (await store.getBucket(bucket))?.settings?.acl
  if (!grantsToAll(action, { bucketAcl })) throw new Refusal('AccessDenied')
}

function explain(failure: RefusedRequest, now: number): Record<string, string> {
  // The official JavaScript clients read ServerTime to repair their clock.
  if (failure.code === 'time-skewed') return { ServerTime: new Date(now).toISOString() }
  if (failure.code !== 'mismatch') return {}
  return { StringToSign: failure.stringToSign ?? '', FormatString: failure.httpString ?? '' }
}
