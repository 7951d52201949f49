import { open } from 'lmdb'
import type { LinkState, LinkStore } from './link-store.ts'

/** How long a link is remembered after its time, so that it is called over and not unknown. */
const REMEMBERED_SECONDS = 86_400
const SWEEP_MS = 3600_000

/**
 * Keeps links in a directory: they outlive the process, and a count is on the disk before the download it counts. For one replica, or for
 * several processes on one machine.
 */
export function createDiskLinkStore(directory: string, now: () => number = Date.now): LinkStore {
  // A change counts when it is flushed, not when it can be seen; and a commit that fails must not end the process.
  const database = open<LinkState, string>({
    path: directory,
    encoding: 'json',
    overlappingSync: false,
    eventTurnBatching: false,
  })
  sweep()
  const timer = setInterval(sweep, SWEEP_MS)
  timer.unref()
  return {
    async put(id, link) {
      await database.put(id, { link, downloads: 0 })
    },
    get: async (id) => await Promise.resolve(database.get(id)),
    take: (id) => database.childTransaction(() => takeOne(id)),
    async remove(id) {
      await database.remove(id)
    },
    async check() {
      await Promise.resolve(database.get('nothing'))
    },
    async close() {
      clearInterval(timer)
      await database.close()
    },
  }

  function takeOne(id: string): boolean {
    const found = database.get(id)
    if (found === undefined) return false
    const { link, downloads } = found
    if (downloads >= (link.maxDownloads ?? Number.POSITIVE_INFINITY)) return false
    database.put(id, { link, downloads: downloads + 1 })
    return true
  }

  function sweep(): void {
    const before = now() / 1000 - REMEMBERED_SECONDS
    for (const { key, value } of database.getRange()) {
      if (value.link.expiresAt < before) database.remove(key)
    }
  }
}
