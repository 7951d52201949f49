import type { LimitStore, WindowCount } from './limit-store.ts'
import { oncePerWindow } from './once-per-window.ts'

/** How many callers are known of a window before those that began longest ago are forgotten; at most twice as many are kept. */
const MAX_CALLERS = 250_000

/** Counts in the memory of this process: for one replica alone. */
export function createMemoryLimitStore(now: () => number = Date.now): LimitStore {
  const countsOf = oncePerWindow(({ seconds }) => createCounts(seconds * 1000, now))
  return {
    count: (window, key) => countsOf(window).count(key),
    forgive: (window, key) => Promise.resolve(countsOf(window).forgive(key)),
    check: () => Promise.resolve(),
  }
}

interface Counts {
  count(key: string): WindowCount
  forgive(key: string): void
}

interface Count {
  used: number
  /** Milliseconds since the epoch. */
  readonly endsAt: number
}

/** Counts of one window. Without timers, which a process keeps for no longer than 24 days, and without a sweep. */
function createCounts(lengthMs: number, now: () => number): Counts {
  // Two generations: when the young one is as old as the window, all of the old one are over, and it is dropped as a whole.
  let young = new Map<string, Count>()
  let old = new Map<string, Count>()
  let youngSince = Number.NEGATIVE_INFINITY
  return {
    count(key) {
      const at = now()
      const found = find(key, at) ?? begin(key, at)
      found.used += 1
      return { used: found.used, resetMs: found.endsAt - at }
    },
    forgive(key) {
      const found = find(key, now())
      if (found !== undefined && found.used > 0) found.used -= 1
    },
  }

  function find(key: string, at: number): Count | undefined {
    const found = young.get(key) ?? old.get(key)
    const leftMs = found === undefined ? 0 : found.endsAt - at
    // More than the whole window is left when the clock was set back.
    return leftMs > 0 && leftMs <= lengthMs ? found : undefined
  }

  function begin(key: string, at: number): Count {
    if (at - youngSince >= lengthMs || young.size >= MAX_CALLERS) {
      old = young
      young = new Map()
      youngSince = at
    }
    const count = { used: 0, endsAt: at + lengthMs }
    young.set(key, count)
    return count
  }
}
