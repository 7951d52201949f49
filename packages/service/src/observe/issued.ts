import type { Permission } from '../grants/decide.ts'
import type { Operation } from '../grants/operation.ts'
import type { LoggedCaller } from './log-entry.ts'

/** What the audit says of something that is handed out. */
export interface Issued {
  readonly caller: LoggedCaller
  readonly grant: { readonly name: string }
  readonly operation: Operation | 'ticket'
  readonly bucket?: string | undefined
  readonly key?: string | undefined
  /** Of signed parts, their numbers: `1-16,20`. */
  readonly partNumbers?: string | undefined
  /** Unix seconds. */
  readonly expiresAt: number
}

/** What the service itself does at COS for a caller. */
export type Deed = 'begin' | 'complete' | 'abort'

/** What was done, for the audit. */
export interface Done {
  readonly caller: LoggedCaller
  readonly grant: { readonly name: string }
  readonly deed: Deed
  readonly bucket: string
  readonly key: string
}

/** Where the audit listens. */
export interface Audit {
  /** Hears of what is about to be handed out; it is, if the answer is a good one. */
  readonly onIssued?: ((issued: Issued) => void) | undefined
  /** Hears of what has been done, whatever is answered. */
  readonly onDone?: ((done: Done) => void) | undefined
}

/** Tells the audit what a permission is used for. */
export function noteIssued(
  { onIssued }: Audit,
  { caller, grant, operation, bucket, key }: Permission,
  expiresAt: number,
  parts?: readonly number[],
): void {
  const partNumbers = parts && toRanges(parts)
  onIssued?.({ caller, grant, operation, bucket, key, partNumbers, expiresAt })
}

/** Tells the audit what the service did. */
export function noteDone({ onDone }: Audit, deed: Deed, { caller, grant, bucket, key }: Permission): void {
  onDone?.({ caller, grant, deed, bucket, key })
}

/** `1-3,7` for 1, 2, 3 and 7, in any order. */
function toRanges(numbers: readonly number[]): string {
  const ranges: [from: number, to: number][] = []
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && number <= last[1] + 1) last[1] = number
    else ranges.push([number, number])
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join()
}
