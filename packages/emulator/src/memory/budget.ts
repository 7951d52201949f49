import { StoreError } from '../store-error.ts'

/** How many bytes there may be. */
export interface Budget {
  /**
   * @param bytes - Fewer than 0 are given back.
   * @throws {StoreError} `ERR_STORE_FULL`; then nothing is taken.
   */
  take(bytes: number): void
  giveBack(bytes: number): void
}

export function createBudget(maxBytes: number): Budget {
  let usedBytes = 0
  return {
    take(bytes) {
      if (usedBytes + bytes > maxBytes) throw full(maxBytes)
      usedBytes += bytes
    },
    giveBack(bytes) {
      usedBytes -= bytes
    },
  }
}

function full(maxBytes: number): StoreError {
  return new StoreError(
    'ERR_STORE_FULL',
    `The emulator keeps objects in memory, at most ${maxBytes} bytes of them, and this one does not fit. Delete some, raise the limit, or give it a data directory.`,
  )
}
