import { readSync, writeSync } from 'node:fs'
import { CliError, fileError } from '../errors.ts'

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

/**
 * Fills memory with what a file has there.
 *
 * @param position - In bytes from the file's beginning.
 * @throws {CliError} `ERR_CLI_FILE`: the file ends before.
 */
export function readAllSync({ fd, path }: PlainFile, memory: Uint8Array, position: number): void {
  try {
    for (let offset = 0; offset < memory.length; ) {
      const bytesRead = readSync(fd, memory, offset, memory.length - offset, position + offset)
      if (bytesRead === 0)
        throw new CliError(
          'ERR_CLI_FILE',
          `${path} became shorter while it was read; give one that stays as it is`,
        )
      offset += bytesRead
    }
  } catch (error) {
    throw fileError('read', path, error)
  }
}
