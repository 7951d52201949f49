const CODES = {
  ERR_POLICY_INVALID: { retryable: false },
  ERR_PROVIDER_EMPTY: { retryable: false },
  ERR_PROVIDER_EXPIRED: { retryable: true },
  ERR_PROVIDER_INVALID: { retryable: false },
  ERR_STS_ANSWER_INVALID: { retryable: false },
  ERR_STS_NETWORK: { retryable: true },
  ERR_STS_REJECTED: { retryable: false },
  ERR_STS_THROTTLED: { retryable: true },
  ERR_STS_TIMEOUT: { retryable: true },
  ERR_STS_UNAVAILABLE: { retryable: true },
} as const

/** Why a {@link StsError} was thrown; never changes within a major version. */
export type StsErrorCode = keyof typeof CODES

/** What else an error says, besides its message. */
export interface StsErrorFacts extends ErrorOptions {
  readonly path?: string | undefined
  readonly upstreamCode?: string | undefined
  readonly requestId?: string | undefined
  readonly statusCode?: number | undefined
  readonly retryAfterMs?: number | undefined
}

/** A policy or a temporary key is not what it must be, or could not be obtained. Branch on {@link StsError.code}. */
export class StsError extends Error {
  override readonly name = 'StsError'
  /** Stable reason. */
  readonly code: StsErrorCode
  /** Whether the same call may succeed later with nothing changed by the caller. */
  readonly retryable: boolean
  /** For `ERR_POLICY_INVALID`: the place in the document, such as `statement[0].action`; empty for the document itself. */
  readonly path: string | undefined
  /** The service's own code, such as `AuthFailure.SignatureExpire`. */
  readonly upstreamCode: string | undefined
  /** What to tell the vendor's support. */
  readonly requestId: string | undefined
  /** The HTTP status, where it was not 200. */
  readonly statusCode: number | undefined
  /** How long the service asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(code: StsErrorCode, message: string, facts: StsErrorFacts = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined)
    this.code = code
    this.retryable = CODES[code].retryable
    this.path = facts.path
    this.upstreamCode = facts.upstreamCode
    this.requestId = facts.requestId
    this.statusCode = facts.statusCode
    this.retryAfterMs = facts.retryAfterMs
  }
}
