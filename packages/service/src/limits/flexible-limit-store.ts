import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { LimitStore, LimitWindow, WindowCount } from './limit-store.ts'

/** Counts in the memory of this process: for one replica alone. */
export function createMemoryLimitStore(): LimitStore {
  return createFlexibleLimitStore(
    ({ name, requests, seconds }) =>
      new RateLimiterMemory({ keyPrefix: name, points: requests, duration: seconds }),
    () => Promise.resolve(),
  )
}

/** Counts with one limiter of the library for each window. */
export function createFlexibleLimitStore(
  createLimiter: (window: LimitWindow) => RateLimiterAbstract,
  check: () => Promise<void>,
): LimitStore {
  const limiters = new Map<string, RateLimiterAbstract>()
  // The same again, found without making a text of the window for each request.
  const byWindow = new WeakMap<LimitWindow, RateLimiterAbstract>()
  return { count, forgive, check }

  async function count(window: LimitWindow, key: string): Promise<WindowCount> {
    const { consumedPoints, msBeforeNext } = await consume(limiterFor(window), key)
    return { used: consumedPoints, resetMs: Math.max(0, msBeforeNext) }
  }

  async function forgive(window: LimitWindow, key: string): Promise<void> {
    await limiterFor(window).reward(key, 1)
  }

  function limiterFor(window: LimitWindow): RateLimiterAbstract {
    const known = byWindow.get(window)
    if (known !== undefined) return known
    // What changes with a new configuration makes another limiter; what does not goes on with its counts.
    const id = `${window.name}:${window.requests}:${window.seconds}`
    let limiter = limiters.get(id)
    if (limiter === undefined) {
      limiter = createLimiter(window)
      limiters.set(id, limiter)
    }
    byWindow.set(window, limiter)
    return limiter
  }
}

/** The library rejects with the count, which is no error, when it is above the limit. */
async function consume(limiter: RateLimiterAbstract, key: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key)
  } catch (error) {
    if (error instanceof RateLimiterRes) return error
    throw error
  }
}
