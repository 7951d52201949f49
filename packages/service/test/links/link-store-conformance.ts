import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LinkStore, StoredLink } from '../../src/index.ts'

const link: StoredLink = {
  bucket: 'examplebucket-1250000000',
  key: 'files/holder/a',
  grant: 'files',
  owner: 'holder',
  expiresAt: Math.floor(Date.now() / 1000) + 600,
}

/** What every store of links does. */
export function describeLinkStore(name: string, open: () => Promise<LinkStore>): void {
  describe(`the store of links ${name}`, () => {
    let store: LinkStore
    beforeAll(async () => {
      store = await open()
    })
    afterAll(() => store.close())

    it('gives back what was put, member by member', async () => {
      const password = {
        algorithm: 'PBKDF2-SHA-256',
        iterations: 1,
        salt: 'c2FsdA==',
        hash: 'aGFzaA==',
      } as const
      const whole = { ...link, filename: 'Übersicht 年度.pdf', maxDownloads: 3, password }
      await store.put('whole', whole)
      expect(await store.get('whole')).toEqual({ link: whole, downloads: 0 })
      expect(await store.get('unknown')).toBeUndefined()
    })

    it('counts downloads without end where there is no maximum', async () => {
      await store.put('free', link)
      for (let at = 0; at < 5; at += 1) expect(await store.take('free')).toBe(true)
      expect((await store.get('free'))?.downloads).toBe(5)
    })

    it('counts no more downloads than there are, however many ask at once', async () => {
      await store.put('counted', { ...link, maxDownloads: 7 })
      const taken = await Promise.all(Array.from({ length: 50 }, () => store.take('counted')))
      expect(taken.filter(Boolean)).toHaveLength(7)
      expect((await store.get('counted'))?.downloads).toBe(7)
    })

    it('takes nothing from what was removed or never was', async () => {
      await store.put('removed', link)
      await store.remove('removed')
      await store.remove('never')
      expect(await store.get('removed')).toBeUndefined()
      expect(await store.take('removed')).toBe(false)
      expect(await store.take('never')).toBe(false)
    })

    it('can be reached', async () => {
      await store.check()
    })
  })
}
