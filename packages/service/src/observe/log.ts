import { redact } from 'cos-presign'
import type { FailureEntry, LogEntry, NoticeEntry } from './log-entry.ts'

/** Takes what the service says of itself, one entry at a time. It must not throw. */
export type Log = (entry: LogEntry) => void

/** Takes what an operator should know. */
export type Tell = (level: NoticeEntry['level'], message: string) => void

/** Writes each entry as one line of JSON with `console.log`: what hosts collect. */
export function logToConsole(entry: LogEntry): void {
  // biome-ignore lint/suspicious/noConsole: an edge host has no other place for logs.
  console.log(toPlain(JSON.stringify(entry)))
}

/** What ends a line for some readers of logs (U+0085, U+2028, U+2029), other controls of a terminal, and changes of the writing's direction. */
const NOT_PLAIN = /[\u0080-\u009f\u2028-\u202e\u2066-\u2069]/g

/** JSON that is one line wherever it is read: ids of callers and keys hold what others chose, and JSON leaves that as it is. */
export function toPlain(json: string): string {
  return json.replace(NOT_PLAIN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * Tells the time of log entries: ISO 8601, UTC.
 *
 * @param now - The clock, in milliseconds since the epoch. The last text is kept: many entries are made in one millisecond.
 */
export function createTimeText(now: () => number): () => string {
  let lastAt = Number.NaN
  let lastText = ''
  return function timeText() {
    const at = now()
    if (at !== lastAt) {
      lastAt = at
      lastText = new Date(at).toISOString()
    }
    return lastText
  }
}

/** An entry about something unforeseen. */
export function failureEntry(error: unknown, time: string, requestId?: string): FailureEntry {
  return { time, level: 'error', event: 'failure', requestId, error: describe(error) }
}

/** An entry for the operator. */
export function noticeEntry(level: NoticeEntry['level'], message: string, time: string): NoticeEntry {
  return { time, level, event: 'notice', message: redactText(message) }
}

const MAX_CAUSES = 4
// What the service itself believes, wherever it stands: a JWT or ticket, an API key, a link.
const OWN_SECRETS = /\beyJ[\w-]+\.[\w-]+\.[\w-]*|\bcpk_[A-Za-z\d-]+_[\da-f]+|(?<=\/[tl]\/)[\w.-]{16,}/g

/** A text without secrets of COS and of the service. */
function redactText(text: string): string {
  return redact(text).replace(OWN_SECRETS, '***')
}

function describe(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return redactText(String(error))
  const text = redactText(error.stack ?? `${error.name}: ${error.message}`)
  return error.cause === undefined || depth === MAX_CAUSES
    ? text
    : `${text}\nCaused by: ${describe(error.cause, depth + 1)}`
}
