/** Codes of the client itself. */
const CODES = {
  ERR_CLIENT_NETWORK: 'no answer, of the service or of COS',
  ERR_CLIENT_COS_REFUSED: 'COS refused what was sent to it',
  ERR_CLIENT_HEADERS: 'the function that gives the headers failed',
} as const

/** The codes of the client itself, besides those of the service. */
export type ServiceClientErrorCode = keyof typeof CODES

/** What is known of a refusal. */
export interface ServiceClientErrorFacts extends ErrorOptions {
  readonly status?: number | undefined
  readonly cosCode?: string | undefined
  readonly grant?: string | undefined
  readonly requestId?: string | undefined
  readonly retryable?: boolean | undefined
  readonly retryAfterMs?: number | undefined
}

/** The service or COS refused, or did not answer. Branch on {@link ServiceClientError.code}. */
export class ServiceClientError extends Error {
  override readonly name = 'ServiceClientError'
  /** The code of the service's problem (`ERR_SERVICE_…`), or one of the client itself. */
  readonly code: ServiceClientErrorCode | (string & {})
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined
  /** COS's own code, such as `NoSuchUpload`, where COS refused. */
  readonly cosCode: string | undefined
  /** The grant that was missing or did not allow it. */
  readonly grant: string | undefined
  /** For the log of the service, or of COS. */
  readonly requestId: string | undefined
  /** Whether the same may succeed later. */
  readonly retryable: boolean
  /** How long to wait before the next attempt, in milliseconds, where the answer says so. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: ServiceClientErrorCode | (string & {}),
    message: string,
    facts: ServiceClientErrorFacts = {},
  ) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined)
    this.code = code
    this.status = facts.status
    this.cosCode = facts.cosCode
    this.grant = facts.grant
    this.requestId = facts.requestId
    this.retryable = facts.retryable ?? false
    this.retryAfterMs = facts.retryAfterMs
  }
}

/** Whether COS knows nothing (any more) of the object or of the upload in parts. */
export function isGone(error: unknown): boolean {
  if (!(error instanceof ServiceClientError)) return false
  return error.code === 'ERR_SERVICE_OBJECT_MISSING' || error.cosCode === 'NoSuchUpload'
}

/** Of the header `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3). */
export function toRetryAfterMs(value: string | null, now: number): number | undefined {
  if (value === null) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

/** Statuses after which the same request may succeed. */
export function isRetryable(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}
