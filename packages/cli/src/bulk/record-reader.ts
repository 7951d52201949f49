import { type PlainFile, readAllSync } from '../io/plain-file.ts'
import { MAX_RECORD_BYTES, markLength } from './blocks.ts'

/** A file whose records are read here and there. */
export interface RecordSource {
  readonly file: PlainFile
  /** Where it ends, in bytes; what is added to it later is not read. */
  readonly size: number
  /** The byte that ends a record. */
  readonly separator: number
}

/**
 * Reads the records that begin at `start` or after it and before `end`, in bytes from the file's beginning.
 *
 * @returns Memory that is overwritten by the next call.
 * @throws {CliError} `ERR_CLI_FILE`: the file cannot be read, or became shorter.
 */
export type ReadRecords = (source: RecordSource, start: number, end: number) => Uint8Array

/** What is read at once after the end, for the rest of the last record. Those of usual keys end there. */
const MORE_BYTES = 1024

export function createRecordReader(): ReadRecords {
  let memory = new Uint8Array(0)
  let length = 0
  /** Reads on from a position, so many bytes or to the end of the file. */
  const read = ({ file, size }: RecordSource, from: number, bytes: number): void => {
    const more = Math.min(bytes, size - from)
    if (length + more > memory.length) {
      const larger = new Uint8Array(2 * (length + more))
      larger.set(memory.subarray(0, length))
      memory = larger
    }
    readAllSync(file, memory.subarray(length, length + more), from)
    length += more
  }
  return (source, start, end) => {
    const { size, separator } = source
    // Where memory begins in the file: with the byte before, which tells whether a record begins at the start.
    const first = Math.max(0, start - 1)
    length = 0
    read(source, first, end - first + MORE_BYTES)
    // From here on in memory.
    const last = Math.min(end, size) - 1 - first
    const begin =
      start === 0
        ? markLength(memory.subarray(0, length), separator)
        : memory.subarray(0, length).indexOf(separator) + 1
    if (start > 0 && (begin === 0 || begin > last)) return memory.subarray(0, 0)
    let from = last
    for (;;) {
      const at = memory.subarray(0, length).indexOf(separator, from)
      if (at !== -1) return memory.subarray(begin, at + 1)
      from = length
      if (first + length === size) return memory.subarray(begin, length)
      if (length - last > MAX_RECORD_BYTES) return memory.subarray(begin, length)
      read(source, first + length, MAX_RECORD_BYTES)
    }
  }
}
