import type { Redis } from 'ioredis'
import type { LinkState, LinkStore, StoredLink } from './link-store.ts'

/** How long a link is remembered after its time, so that it is called over and not unknown. */
const REMEMBERED_SECONDS = 86_400

// One step for all replicas: between looking and counting nobody else counts.
const TAKE = `
local found = redis.call('HMGET', KEYS[1], 'downloads', 'max')
if not found[1] or (found[2] and tonumber(found[1]) >= tonumber(found[2])) then return 0 end
redis.call('HINCRBY', KEYS[1], 'downloads', 1)
return 1`

/** Keeps links in Redis or Valkey, where all replicas count the same downloads. */
export function createRedisLinkStore(redis: Redis): LinkStore {
  return {
    async put(id, link) {
      const { maxDownloads } = link
      const fields = { link: JSON.stringify(link), downloads: '0' }
      const results = await redis
        .multi()
        .hset(keyOf(id), maxDownloads === undefined ? fields : { ...fields, max: String(maxDownloads) })
        .expireat(keyOf(id), link.expiresAt + REMEMBERED_SECONDS)
        .exec()
      const failed = results?.find(([error]) => error !== null)
      if (failed !== undefined) throw failed[0]
    },
    async get(id): Promise<LinkState | undefined> {
      const [text, downloads] = await redis.hmget(keyOf(id), 'link', 'downloads')
      // What stands there was written by `put`.
      return text ? { link: JSON.parse(text) as StoredLink, downloads: Number(downloads) } : undefined
    },
    take: async (id) => (await redis.eval(TAKE, 1, keyOf(id))) === 1,
    async remove(id) {
      await redis.del(keyOf(id))
    },
    async check() {
      await redis.ping()
    },
    close: () => Promise.resolve(),
  }
}

function keyOf(id: string): string {
  return `link:${id}`
}
