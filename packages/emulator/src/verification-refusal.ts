import type { VerificationFailureCode } from 'cos-presign'
import { Refusal, type RefusalCode } from './refusal.ts'

/** Why a signature was refused: of a request, or of a form. */
export interface VerificationFailure {
  readonly code: Exclude<VerificationFailureCode, 'anonymous'>
  /** A sentence for people. */
  readonly message: string
  readonly stringToSign?: string
  readonly httpString?: string
}

interface FailureAnswer {
  readonly code: RefusalCode
  /** The code's own message where absent. */
  readonly message?: string
}

/** What COS answers to a request that fails verification, and how sure we are: of the code / of the text. */
const ANSWERS: Readonly<
  Record<VerificationFailure['code'], FailureAnswer | ((failure: VerificationFailure) => FailureAnswer)>
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

/** COS's answer to a signature that does not hold; of a mismatch with the texts computed here. */
export function toVerificationRefusal(failure: VerificationFailure, now: number): Refusal {
  const answer = ANSWERS[failure.code]
  const { code, message } = typeof answer === 'function' ? answer(failure) : answer
  return new Refusal(code, { message, reason: failure.message, elements: explain(failure, now) })
}

function explain(
  { code, stringToSign, httpString }: VerificationFailure,
  now: number,
): Record<string, string> {
  // The official JavaScript clients read ServerTime to repair their clock.
  if (code === 'time-skewed') return { ServerTime: new Date(now).toISOString() }
  return {
    ...(stringToSign === undefined ? {} : { StringToSign: stringToSign }),
    ...(httpString === undefined ? {} : { FormatString: httpString }),
  }
}
