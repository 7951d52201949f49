import type { LinkStore, StoredLink } from './link-store.ts'

/** How many more links before those whose time is over are looked for. */
const SWEEP_EVERY = 1000

/** Keeps links in the memory of this process: they are gone when it ends. */
export function createMemoryLinkStore(now: () => number = Date.now): LinkStore {
  const links = new Map<string, { readonly link: StoredLink; downloads: number }>()
  let untilSweep = SWEEP_EVERY
  return {
    async put(id, link) {
      untilSweep -= 1
      if (untilSweep === 0) sweep()
      links.set(id, { link, downloads: 0 })
      await Promise.resolve()
    },
    get: async (id) => await Promise.resolve(links.get(id)),
    async take(id) {
      const found = links.get(id)
      if (found === undefined) return await Promise.resolve(false)
      const { maxDownloads = Number.POSITIVE_INFINITY } = found.link
      if (found.downloads >= maxDownloads) return false
      found.downloads += 1
      return true
    },
    async remove(id) {
      links.delete(id)
      await Promise.resolve()
    },
    check: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }

  function sweep(): void {
    untilSweep = SWEEP_EVERY
    for (const [id, { link }] of links) {
      if (link.expiresAt <= now() / 1000) links.delete(id)
    }
  }
}
