import type { Caller } from '../caller.ts'

/** Callers by what they proved themselves with, so that each proof is verified once while it lives. */
export interface Remembered {
  get(proof: string): Caller | undefined
  set(proof: string, caller: Caller, expiresAt: number): void
}

/**
 * Remembers so many; the one that was remembered longest ago makes room.
 *
 * @param now - Milliseconds since the epoch. What has expired, in Unix seconds, is not known any more.
 */
export function createRemembered(most: number, now: () => number): Remembered {
  const known = new Map<string, { readonly caller: Caller; readonly expiresAt: number }>()
  return {
    get(proof) {
      const found = known.get(proof)
      return found !== undefined && found.expiresAt > now() / 1000 ? found.caller : undefined
    },
    set(proof, caller, expiresAt) {
      if (most === 0) return
      known.delete(proof)
      known.set(proof, { caller, expiresAt })
      // A Map keeps the order of its entries.
      const [oldest] = known.keys()
      if (known.size > most && oldest !== undefined) known.delete(oldest)
    },
  }
}
