import { stat } from 'node:fs/promises'
import { codeOf, fileError } from '../errors.ts'

/** What a file is, as far as a command cares. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'other'
  readonly size: number
  /** Whether group or others may read it. */
  readonly isReadableByOthers: boolean
}

/** @returns `undefined` when there is no such file. */
export async function facts(path: string): Promise<FileFacts | undefined> {
  try {
    const found = await stat(path)
    return {
      kind: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other',
      size: found.size,
      // Windows has no such bits; there the mode says "everybody" of every file.
      isReadableByOthers: process.platform !== 'win32' && (found.mode & 0o077) !== 0,
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw fileError('look at', path, error)
  }
}
