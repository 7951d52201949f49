import { stat } from 'node:fs/promises'
import { codeOf, fileError } from '../errors.ts'

/** What a file is, as far as a command cares. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'other'
  /** In bytes. */
  readonly size: number
  /** The same for all names of one file. */
  readonly identity: string
  /** Whether group or others may read it. */
  readonly isReadableByOthers: boolean
}

/** @returns `undefined` when there is no such file. */
export async function facts(path: string): Promise<FileFacts | undefined> {
  try {
    // A number of a file may have more digits than a double.
    const found = await stat(path, { bigint: true })
    return {
      kind: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other',
      size: Number(found.size),
      identity: `${found.dev}:${found.ino}`,
      // Windows has no such bits; there the mode says "everybody" of every file.
      isReadableByOthers: process.platform !== 'win32' && (found.mode & 0o077n) !== 0n,
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw fileError('look at', path, error)
  }
}
