import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { BUCKET, createFixture } from './fixture.ts'

/** For whoever is known, by whatever way. */
const INBOX = { name: 'inbox', bucket: BUCKET, key: 'inbox/{uuid}', operations: ['upload'] } as const

/** A promise that is no instance of this realm's `Promise`: of another realm, or of a library. */
function foreign<T>(value: T): Promise<T> {
  const ForeignPromise: PromiseConstructor = runInNewContext('Promise')
  return ForeignPromise.resolve(value)
}

describe('a service', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('waits for its own promises where something has put another in the place of Promise, as zone.js does', async () => {
    const { ask } = await createFixture({ authenticate: { host: () => undefined }, grants: [INBOX] })
    vi.stubGlobal('Promise', class extends Promise<unknown> {})
    const stranger = await ask('/v1/uploads', {
      json: {},
      headers: { 'x-api-key': `cpk_holder_${'0'.repeat(64)}` },
    })
    expect(stranger.status).toBe(401)
    const nobody = await ask('/v1/uploads', { json: {}, headers: { 'x-api-key': '' } })
    expect(nobody.status).toBe(401)
    expect((await ask('/v1/uploads', { json: {} })).status).toBe(200)
  })

  const FULL = { used: 2, resetMs: 1000 }
  const OF_ITS_OWN = [
    ['promises of its own', () => foreign(FULL)],
    // biome-ignore lint/suspicious/noThenProperty: it is what the test is about.
    ['what only has a `then`', () => ({ then: (done: (it: object) => void) => done(FULL) }) as never],
  ] as const
  it.each(OF_ITS_OWN)('holds to limits that a store counts with %s', async (_what, count) => {
    const limitStore = {
      count,
      forgive: async () => undefined,
      check: async () => undefined,
    }
    const windows = [{ name: 'minute', requests: 1, seconds: 60 }]
    const { ask } = await createFixture({ limits: { windows }, limitStore })
    expect((await ask('/v1/uploads', { json: {} })).status).toBe(429)
  })
})
