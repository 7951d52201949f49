import type { CallerMethod } from '../caller.ts'
import type { Operation } from '../grants/operation.ts'

/** Who asked, in a log: never what they proved it with. Whoever follows a `link` is told by who made it, as `api-key:batch`. */
export interface LoggedCaller {
  readonly id: string
  readonly method: CallerMethod | 'link'
}

interface Entry {
  /** ISO 8601, UTC. */
  readonly time: string
  readonly level: 'info' | 'warn' | 'error'
}

/** One request and its answer. */
export interface RequestEntry extends Entry {
  readonly event: 'request'
  readonly requestId: string
  readonly method: string
  /** The route and not the path, which may hold a ticket: `/v1/multipart/:uploadId/parts`; `/*` where there is none. */
  readonly route: string
  readonly status: number
  readonly durationMs: number
  /** Absent when it is not known. */
  readonly caller?: LoggedCaller | undefined
  /** Of a refusal. */
  readonly code?: string | undefined
  /** Of a refusal: the grant that was missing or did not allow it. */
  readonly grant?: string | undefined
}

/** The audit record of what was handed out: who may do what, until when, and by which grant. */
export interface IssuedEntry extends Entry {
  readonly event: 'issued'
  readonly requestId: string
  readonly route: string
  readonly caller: LoggedCaller
  readonly grant: string
  readonly operation: Operation | 'ticket'
  /** Absent for a ticket, which opens grants. */
  readonly bucket?: string | undefined
  readonly key?: string | undefined
  /** Of signed parts, their numbers: `1-16,20`. */
  readonly partNumbers?: string | undefined
  /** Unix seconds: when what was handed out stops working. */
  readonly expiresAt: number
}

/** The audit record of what the service itself did at COS for a caller, written when it was done, whatever was answered. */
export interface DoneEntry extends Entry {
  readonly event: 'done'
  readonly requestId: string
  readonly caller: LoggedCaller
  readonly grant: string
  /** An upload in parts was begun, made an object, or given up. */
  readonly deed: 'begin' | 'complete' | 'abort'
  readonly bucket: string
  readonly key: string
}

/** Something unforeseen. */
export interface FailureEntry extends Entry {
  readonly event: 'failure'
  /** Absent when it belongs to no request. */
  readonly requestId?: string | undefined
  /** Name, message and stack of the error and of what caused it, without secrets. */
  readonly error: string
}

/** Something an operator should know. */
export interface NoticeEntry extends Entry {
  readonly event: 'notice'
  readonly message: string
}

/**
 * What the service says of itself. No entry has a place for a header, a query, a body or a path; free text is redacted where the entry is
 * made.
 */
export type LogEntry = RequestEntry | IssuedEntry | DoneEntry | FailureEntry | NoticeEntry
