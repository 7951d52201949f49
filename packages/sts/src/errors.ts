const CODES = {
  ERR_POLICY_INVALID: { retryable: false },
} as const

/** Why a {@link StsError} was thrown; never changes within a major version. */
export type StsErrorCode = keyof typeof CODES

/** What else an error says, besides its message. */
interface StsErrorFacts extends ErrorOptions {
  readonly path?: string | undefined
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

  constructor(code: StsErrorCode, message: string, facts: StsErrorFacts = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined)
    this.code = code
    this.retryable = CODES[code].retryable
    this.path = facts.path
  }
}
