import { writeSync } from 'node:fs'
import { fileError } from '../errors.ts'

/** A file that is open, in every thread of the process. */
export interface PlainFile {
  readonly fd: number
  /** What to call it in an error. */
  readonly path: string
}

/**
 * Writes all of a chunk, here and not in another thread: it goes to the page cache, which takes no longer than to hand it over.
 *
 * @param position - In bytes from the file's beginning; without it, after what was written before.
 */
export function writeAllSync({ fd, path }: PlainFile, chunk: Uint8Array, position?: number): void {
  try {
    for (let offset = 0; offset < chunk.length; ) {
      const at = position === undefined ? null : position + offset
      offset += writeSync(fd, chunk, offset, chunk.length - offset, at)
    }
  } catch (error) {
    throw fileError('write', path, error)
  }
}
