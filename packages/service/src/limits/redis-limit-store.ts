import type { Redis } from 'ioredis'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { LimitStore } from './limit-store.ts'
import { oncePerWindow } from './once-per-window.ts'

/** Counts in Redis or Valkey, together with all who count there. */
export function createRedisLimitStore(redis: Redis): LimitStore {
  const limiterFor = oncePerWindow(
    ({ name, requests, seconds }) =>
      new RateLimiterRedis({
        storeClient: redis,
        keyPrefix: `limit:${name}:${seconds}`,
        points: requests,
        duration: seconds,
        rejectIfRedisNotReady: true,
      }),
  )
  return {
    async count(window, key) {
      const { consumedPoints, msBeforeNext } = await consume(limiterFor(window), key)
      return { used: consumedPoints, resetMs: Math.max(0, msBeforeNext) }
    },
    async forgive(window, key) {
      await limiterFor(window).reward(key, 1)
    },
    async check() {
      await redis.ping()
    },
  }
}

/** The library rejects with the count, which is no error, when it is above the limit. */
async function consume(limiter: RateLimiterRedis, key: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key)
  } catch (error) {
    if (error instanceof RateLimiterRes) return error
    throw error
  }
}
