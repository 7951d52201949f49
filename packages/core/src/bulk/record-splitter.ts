import { concatenate } from './concatenate.ts'
import { endOfRow } from './csv.ts'
import { MAX_RECORD_BYTES } from './engine.ts'
import type { BulkJob } from './job.ts'

/**
 * Takes input apart, across its pieces.
 *
 * @param take - Called with each record, without what ends it. One that is too long comes once, when that is known, in part.
 */
export type SplitRecords = (
  input: Uint8Array,
  isLast: boolean,
  take: (record: Uint8Array, isTooLong: boolean) => void,
) => void

/** Splits records for the engine without WebAssembly; assembly/records.ts and wasm-engine.ts do the same. */
export function createRecordSplitter({ separator, column }: BulkJob): SplitRecords {
  let pending: Uint8Array = new Uint8Array()
  /** Whether a record was too long, and its rest is passed over. */
  let isPassing = false

  /** Where the record that begins at `from` ends; -1 if that is not known yet. */
  function endOf(from: number, isLast: boolean): number {
    const found = column < 0 ? pending.indexOf(separator, from) : endOfRow(pending, from)
    const left = pending.length - from
    return found < 0 && left >= (isLast ? 1 : MAX_RECORD_BYTES) ? pending.length : found
  }

  /** Where the record after one that is too long begins, as far as there is one. */
  function passOver(from: number): number {
    const end = pending.indexOf(separator, from)
    isPassing = end < 0
    return isPassing ? pending.length : end + 1
  }

  return function splitRecords(input, isLast, take) {
    pending = concatenate(pending, input)
    let at = isPassing ? passOver(0) : 0
    for (let end = endOf(at, isLast); end >= 0; end = endOf(at, isLast)) {
      const isTooLong = end - at >= MAX_RECORD_BYTES
      take(pending.subarray(at, end), isTooLong)
      at = isTooLong ? passOver(at + MAX_RECORD_BYTES) : end + 1
    }
    // A copy, which the slice of a Buffer is not.
    pending = new Uint8Array(pending.subarray(at))
    if (isLast) isPassing = false
  }
}
