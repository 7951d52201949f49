const CODES = {
  ERR_AUTHORIZATION_MALFORMED: { retryable: false },
  ERR_CREDENTIAL_EXPIRED: { retryable: false },
  ERR_PRESIGNED_URL_MALFORMED: { retryable: false },
  ERR_TARGET_MALFORMED: { retryable: false },
} as const

/** Why a {@link SignatureError} was thrown; never changes within a major version. */
export type SignatureErrorCode = keyof typeof CODES

/**
 * Something from outside the program (a text to parse, the clock against a key's life) was not as it must be. Branch on
 * {@link SignatureError.code}. Mistakes in a call are a TypeError or RangeError instead.
 */
export class SignatureError extends Error {
  override readonly name = 'SignatureError'
  /** Stable reason. */
  readonly code: SignatureErrorCode
  /** Whether the same call may succeed later with nothing changed by the caller. */
  readonly retryable: boolean

  constructor(code: SignatureErrorCode, message: string) {
    super(message)
    this.code = code
    this.retryable = CODES[code].retryable
  }
}
