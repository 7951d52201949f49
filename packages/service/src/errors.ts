/** Each code with the HTTP status that the service answers with. */
const CODES = {
  ERR_SERVICE_BODY_TOO_LARGE: { status: 413, retryable: false },
  ERR_SERVICE_CALLER_UNKNOWN: { status: 401, retryable: false },
  ERR_SERVICE_CONFIG_INVALID: { status: 500, retryable: false },
  ERR_SERVICE_COS_REFUSED: { status: 502, retryable: false },
  ERR_SERVICE_COS_UNREACHABLE: { status: 503, retryable: true },
  ERR_SERVICE_CREDENTIAL_UNAVAILABLE: { status: 503, retryable: true },
  ERR_SERVICE_INTERNAL: { status: 500, retryable: false },
  ERR_SERVICE_JWKS_UNREACHABLE: { status: 503, retryable: true },
  ERR_SERVICE_LIMITED: { status: 429, retryable: true },
  ERR_SERVICE_LINK_ENDED: { status: 410, retryable: false },
  ERR_SERVICE_METHOD_NOT_ALLOWED: { status: 405, retryable: false },
  ERR_SERVICE_NOT_CONFIRMED: { status: 409, retryable: false },
  ERR_SERVICE_NOT_FOUND: { status: 404, retryable: false },
  ERR_SERVICE_NOT_GRANTED: { status: 403, retryable: false },
  ERR_SERVICE_OBJECT_MISSING: { status: 404, retryable: false },
  ERR_SERVICE_ORIGIN_FOREIGN: { status: 403, retryable: false },
  ERR_SERVICE_PASSWORD_WRONG: { status: 403, retryable: false },
  ERR_SERVICE_REQUEST_INVALID: { status: 400, retryable: false },
  ERR_SERVICE_STORE_UNAVAILABLE: { status: 503, retryable: true },
  ERR_SERVICE_TIMEOUT: { status: 504, retryable: true },
} as const

/** Why a {@link ServiceError} was thrown; never changes within a major version. */
export type ServiceErrorCode = keyof typeof CODES

/** What else an error says, besides its message. */
export interface ServiceErrorFacts extends ErrorOptions {
  /** The grant that was missing or did not allow it. */
  readonly grant?: string | undefined
  /** What the answer says in its headers, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** A request to the service was refused, or its configuration is wrong. Branch on {@link ServiceError.code}. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  /** Stable reason. */
  readonly code: ServiceErrorCode
  /** The HTTP status that goes with the code. */
  readonly status: number
  /** Whether the same request may succeed later with nothing changed by the caller. */
  readonly retryable: boolean
  /** The grant that was missing or did not allow it, where one was meant. */
  readonly grant: string | undefined
  /** What the answer says in its headers, such as `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ServiceErrorCode, message: string, facts: ServiceErrorFacts = {}) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined)
    const { status, retryable } = CODES[code]
    this.code = code
    this.status = status
    this.retryable = retryable
    this.grant = facts.grant
    this.headers = facts.headers ?? {}
  }
}
