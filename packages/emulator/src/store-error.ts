const CODES = {
  ERR_STORE_DAMAGED: { retryable: false },
  ERR_STORE_FORMAT: { retryable: false },
  ERR_STORE_FULL: { retryable: true },
  ERR_STORE_INACCESSIBLE: { retryable: false },
  ERR_STORE_IN_USE: { retryable: true },
  ERR_STORE_NO_BUCKET: { retryable: false },
  ERR_STORE_NO_UPLOAD: { retryable: false },
} as const

/** Why a {@link StoreError} was thrown; never changes within a major version. */
export type StoreErrorCode = keyof typeof CODES

/** Buckets and objects could not be kept or found as asked. Branch on {@link StoreError.code}. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  /** Stable reason. */
  readonly code: StoreErrorCode
  /** Whether the same call may succeed later with nothing changed by the caller: space was made, a process ended. */
  readonly retryable: boolean

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.retryable = CODES[code].retryable
  }
}
