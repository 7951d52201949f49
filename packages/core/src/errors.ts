// None is retryable: none of these mends itself.
const CODES = {
  ERR_AUTHORIZATION_MALFORMED: 'A text is no Authorization value.',
  ERR_CONSTRAINT_BROKEN: 'What was announced for upload is not allowed.',
  ERR_CREDENTIAL_EXPIRED: 'The temporary key is dead.',
  ERR_CREDENTIAL_EXPIRES_EARLY: 'The temporary key dies before a signature that must not end with it.',
  ERR_DATE_MALFORMED: 'A text is no HTTP date.',
  ERR_KEY_REFUSED: 'A key among many cannot be signed.',
  ERR_PRESIGNED_URL_MALFORMED: 'A text is no presigned URL.',
  ERR_TARGET_MALFORMED: 'A text is no request target.',
} as const

/** Why a {@link SignatureError} was thrown; never changes within a major version. */
export type SignatureErrorCode = keyof typeof CODES

/**
 * Something from outside the program (a text to parse, the clock against a key's life, an announced upload) was not as it must be. Branch on
 * {@link SignatureError.code}. Mistakes in a call are a TypeError or RangeError instead.
 */
export class SignatureError extends Error {
  override readonly name = 'SignatureError'
  /** Stable reason. */
  readonly code: SignatureErrorCode
  /** Whether the same call may succeed later with nothing changed by the caller. */
  readonly retryable: boolean = false

  constructor(code: SignatureErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
