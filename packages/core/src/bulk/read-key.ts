import { endsInDots } from '../object-key.ts'
import type { Fault } from './bad-key.ts'
import { fieldOf, percentDecode } from './csv.ts'
import type { BulkJob } from './job.ts'

// Numbers of faults, as in bad-key.ts.
const EMPTY = 2
const NOT_UTF8 = 3
const TOO_LONG = 4
const ENDS_IN_DOTS = 5
const NO_SUCH_COLUMN = 6
const BAD_ESCAPE = 7

const CR = 0x0d
const LF = 0x0a
const SLASH = 0x2f

/** A part of a record, and what is wrong with it if something is. */
interface Part {
  readonly bytes: Uint8Array
  readonly fault?: Fault
}

/** What a record says: its text, and the key in that; or what is wrong. */
export type ReadKey = Part & { readonly text: string; readonly key: string }

/** Reads records; assembly/records.ts does the same. */
export function createKeyReader(job: BulkJob): (record: Uint8Array, isTooLong: boolean) => ReadKey {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const bad = (bytes: Uint8Array, fault: Fault): ReadKey => ({ bytes, fault, text: '', key: '' })

  return function readKey(record, isTooLong) {
    if (isTooLong) return bad(record, TOO_LONG)
    const { bytes, fault } = readPart(record, job)
    if (fault !== undefined) return bad(bytes, fault)
    if (bytes.length === 0) return bad(bytes, EMPTY)
    const slashes = job.dropsSlash && bytes[0] === SLASH ? 1 : 0
    if (bytes.length - slashes > job.maxKeyBytes) return bad(bytes, TOO_LONG)
    let text: string
    try {
      text = decoder.decode(bytes)
    } catch {
      return bad(bytes, NOT_UTF8)
    }
    const key = job.keyPrefix + text.slice(slashes)
    return job.refusesDots && endsInDots(key) ? bad(bytes, ENDS_IN_DOTS) : { bytes, text, key }
  }
}

/** The part of a record that is a key: all of it, or a column's field, decoded. */
function readPart(record: Uint8Array, { separator, column, isEncoded }: BulkJob): Part {
  const bytes = separator === LF && record.at(-1) === CR ? record.subarray(0, -1) : record
  if (column < 0) return { bytes }
  const field = fieldOf(bytes, column)
  if (field === undefined) return { bytes, fault: bytes.length === 0 ? EMPTY : NO_SUCH_COLUMN }
  if (!isEncoded) return { bytes: field }
  const decoded = percentDecode(field)
  return decoded === undefined ? { bytes: field, fault: BAD_ESCAPE } : { bytes: decoded }
}
