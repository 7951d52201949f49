import { redact } from 'cos-presign'

/** What became of one request, for a log. Holds no signature, no token and no key's secret. */
export interface AccessLogEntry {
  /** Empty when the request could not be read at all. */
  readonly method: string
  /** The request target with its secrets taken out. */
  readonly target: string
  /** The host that was asked for; empty if unknown. */
  readonly host: string
  /** COS's name of the operation, or STS's of the action, once known. */
  readonly operation?: string
  /** Once known. */
  readonly bucket?: string
  /** Once known, and not for an operation on the bucket. */
  readonly key?: string
  /** HTTP status of the answer; 0 if there was none. */
  readonly status: number
  /** COS's or STS's code, if the request was refused. */
  readonly code?: string
  /** COS's message, if the request was refused. */
  readonly message?: string
  /** Why it was refused, beyond what COS says: the statement of a policy that decided, for instance. Not sent to the client. */
  readonly reason?: string
  /** The faults that struck it on demand, such as `delay, cut`. */
  readonly faults?: string
  /** From the request's headers to the last byte of the answer, or to the loss of the connection. */
  readonly durationMs: number
  /** `x-cos-request-id`, of a call of STS its `RequestId`. */
  readonly requestId: string
  /** What went wrong inside the emulator, with `InternalError`. */
  readonly error?: unknown
}

/** Takes what is known of a request while it is being answered. */
export type AccessLogDraft = { -readonly [Name in keyof AccessLogEntry]: AccessLogEntry[Name] }

/** An entry for a request of which nothing more is known yet. */
export function createAccessLogDraft(
  request: { method: string; target: string },
  requestId: string,
): AccessLogDraft {
  return {
    method: request.method,
    target: redact(request.target),
    host: '',
    status: 0,
    durationMs: 0,
    requestId,
  }
}

/** Hands an entry to the caller's hook. What the hook throws becomes a warning: it must not stop the server. */
export function writeAccessLog(
  hook: ((entry: AccessLogEntry) => void) | undefined,
  entry: AccessLogEntry,
): void {
  try {
    hook?.(entry)
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error), 'AccessLogWarning')
  }
}
