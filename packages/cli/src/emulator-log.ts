import type { AccessLogEntry } from '@cos-presign/emulator'
import { style } from './io/sink.ts'
import type { Io } from './io.ts'
import { printable, tell } from './output.ts'

/** Writes a line for a request of the emulator, and what it was refused for. A log that cannot be written stops nothing. */
export async function logRequest(entry: AccessLogEntry, io: Io): Promise<void> {
  const line = printable(toLine(entry))
  const format = entry.status >= 500 || entry.status === 0 ? 'red' : 'yellow'
  const isGood = entry.code === undefined && entry.status > 0 && entry.status < 400
  const lines = [isGood ? line : style(io.stderr, format, line)]
  if (entry.error !== undefined) lines.push(printable(String(entry.error)))
  for (const text of lines) await tell(io, text).catch(() => undefined)
}

function toLine({
  method,
  target,
  status,
  operation,
  code,
  message,
  reason,
  faults,
  durationMs,
}: AccessLogEntry): string {
  return [
    status === 0 ? '---' : status,
    method,
    target,
    `${durationMs.toFixed(0)} ms`,
    operation,
    faults && `[${faults} on demand]`,
    code && `${code}: ${message}`,
    reason && `(${reason})`,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(' ')
}
