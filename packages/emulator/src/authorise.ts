import {
  type Credential,
  type RefusedRequest,
  type VerificationFailureCode,
  verifyRequest,
} from 'cos-presign'
import type { WireRequest } from './message.ts'
import { Refusal, type RefusalCode } from './refusal.ts'

/** Finds the registered key that a SecretId names. */
export type CredentialLookup = (secretId: string) => Credential | undefined

interface FailureAnswer {
  readonly code: RefusalCode
  /** The code's own message where absent. */
  readonly message?: string
}

/** What COS answers to a request that fails verification, and how sure we are: of the code / of the text. */
const ANSWERS: Readonly<
  Record<VerificationFailureCode, FailureAnswer | ((failure: RefusedRequest) => FailureAnswer)>
> = {
  // [doc 436/54303] / [doc]
  anonymous: { code: 'AccessDenied' },
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
 * Lets a request pass whose signature is right.
 *
 * @throws {Refusal} COS's answer otherwise; of a mismatch with `StringToSign` and `FormatString`, the texts computed here.
 */
export function authorise(request: WireRequest, lookup: CredentialLookup, now: () => number): void {
  const { method, target, headers } = request
  const verification = verifyRequest({ method, target, headers }, lookup, { now, allowHostWithoutPort: true })
  if (verification.ok) return
  const answer = ANSWERS[verification.code]
  const { code, message } = typeof answer === 'function' ? answer(verification) : answer
  throw new Refusal(code, { message, elements: explain(verification, now()) })
}

function explain(failure: RefusedRequest, now: number): Record<string, string> {
  // The official JavaScript clients read ServerTime to repair their clock.
  if (failure.code === 'time-skewed') return { ServerTime: new Date(now).toISOString() }
  if (failure.code !== 'mismatch') return {}
  return { StringToSign: failure.stringToSign ?? '', FormatString: failure.httpString ?? '' }
}
