import { StoreError } from '../store-error.ts'

// lmdb gives numbers where Node gives names. It says EIO when a page was written in part, mostly for want of space.
const ENOSPC = 28
const EIO = 5

/**
 * What went wrong with a file or with the database, in words that name the data directory.
 *
 * @returns The error itself when it does not come from the operating system.
 */
export function toStoreError(error: unknown, dataDir: string): unknown {
  if (error instanceof StoreError || !(error instanceof Error) || !('code' in error)) return error
  const { code } = error
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === ENOSPC) {
    return new StoreError('ERR_STORE_FULL', `There is no space left for the data directory ${dataDir}`, {
      cause: error,
    })
  }
  const isFromSystem = typeof code === 'number' || 'syscall' in error
  if (!isFromSystem) return error
  const hint = code === EIO ? '. Is there space left?' : ''
  const message = `The data directory ${dataDir} cannot be used: ${error.message}${hint}`
  return new StoreError('ERR_STORE_INACCESSIBLE', message, { cause: error })
}
