import { Redis } from 'ioredis'
import type { LimitStore } from './limits/limit-store.ts'
import { createRedisLimitStore } from './limits/redis-limit-store.ts'
import type { LinkStore } from './links/link-store.ts'
import { createRedisLinkStore } from './links/redis-link-store.ts'

/** How a Redis or Valkey is reached. */
export interface RedisOptions {
  /** `redis://user:password@host:6379/0`, or `rediss://` for TLS. */
  readonly url: string
  /**
   * What the names of all keys begin with.
   * @default 'cos-presign:'
   */
  readonly keyPrefix?: string | undefined
  /**
   * How long an answer may take before it counts as none, in milliseconds.
   * @default 1000
   */
  readonly timeoutMs?: number | undefined
  /** Hears that the connection was lost, and `undefined` when it is back. */
  readonly onTrouble?: ((error: Error | undefined) => void) | undefined
}

/** What replicas share. */
export interface RedisStores {
  readonly limitStore: LimitStore
  readonly linkStore: LinkStore
  /** Resolves when the first connection stands or has failed; it goes on trying by itself. */
  readonly settled: Promise<void>
  close(): Promise<void>
}

const MAX_RETRY_MS = 1000

/** Connects to Redis or Valkey. While it cannot be reached, each call fails at once; the connection comes back by itself. */
export function connectRedis(options: RedisOptions): RedisStores {
  const { url, keyPrefix = 'cos-presign:', timeoutMs = 1000, onTrouble } = options
  const redis = new Redis(url, {
    keyPrefix,
    commandTimeout: timeoutMs,
    connectTimeout: timeoutMs,
    retryStrategy: (attempt) => Math.min(attempt * 50, MAX_RETRY_MS),
    // A request waits for no connection, and nothing is counted a second time when it is back.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  })
  watchConnection(redis, onTrouble)
  const settled = new Promise<void>((resolve) => {
    redis.once('ready', resolve)
    redis.once('error', () => resolve())
  })
  return {
    limitStore: createRedisLimitStore(redis),
    linkStore: createRedisLinkStore(redis),
    settled,
    async close() {
      // To say goodbye to a server that is not there would wait for it.
      if (redis.status === 'ready') await redis.quit()
      else redis.disconnect()
    },
  }
}

function watchConnection(redis: Redis, onTrouble: RedisOptions['onTrouble']): void {
  let isLost = false
  redis.on('error', (error) => {
    if (!isLost) onTrouble?.(error)
    isLost = true
  })
  redis.on('ready', () => {
    if (isLost) onTrouble?.(undefined)
    isLost = false
  })
}
