import { CosClient, type Credential } from 'cos-presign'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  byFolder,
  type CachedProviderOptions,
  createCachedProvider,
  createStsClient,
  StsError,
} from '../../src/index.ts'
import { keyAnswer, startFakeSts } from '../client/fake-sts.ts'

/** A clock that is moved, and keys with a life of so many seconds from when they are fetched. */
class World {
  /** Seconds. */
  time = 1_700_000_000
  fetched = 0
  isBroken = false
  lifeSeconds = 1800

  readonly now = (): number => this.time * 1000
  readonly source = async (): Promise<Credential> => {
    this.fetched++
    await Promise.resolve()
    if (this.isBroken) throw new Error('STS is down')
    return {
      secretId: `AKID${this.fetched}`,
      secretKey: 'k',
      securityToken: 't',
      expiresAt: this.time + this.lifeSeconds,
    }
  }

  provider(options: CachedProviderOptions = {}) {
    return createCachedProvider(this.source, { now: this.now, random: () => 0, ...options })
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const idOf = async (key: Promise<Credential>): Promise<string> => (await key).secretId

describe('a cold provider', () => {
  it('makes one request to STS for a hundred concurrent calls', async () => {
    const sts = await startFakeSts((_, response) => {
      setTimeout(() => response.end(JSON.stringify(keyAnswer(Math.floor(Date.now() / 1000) + 1800))), 20)
    })
    const client = createStsClient({
      credential: { secretId: 'AKIDtest', secretKey: 'test' },
      scheme: 'http',
      endpoint: sts.endpoint,
    })
    const policy = {
      version: '2.0',
      statement: [{ effect: 'allow', action: 'name/cos:GetObject', resource: '*' }],
    }
    const provider = createCachedProvider(
      async () => (await client.getFederationToken({ policy })).credential,
    )
    const keys = await Promise.all(Array.from({ length: 100 }, () => provider()))
    expect(sts.calls).toHaveLength(1)
    expect(new Set(keys).size).toBe(1)
    expect(await provider()).toBe(keys[0])
    expect(sts.calls).toHaveLength(1)
  })

  it('asks once for a hundred files of one folder, and for each folder and method', async () => {
    const asked: unknown[] = []
    const world = new World()
    const provider = createCachedProvider(
      (scope) => {
        asked.push(scope)
        return world.source()
      },
      { now: world.now, scopeOf: byFolder },
    )
    const get = { method: 'GET', bucket: 'examplebucket-1250000000' }
    await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        provider({ ...get, key: `users/42/${at}.jpg`, validUntil: world.time + at }),
      ),
    )
    expect(asked).toEqual([{ ...get, key: 'users/42/' }])
    // The order of the members does not matter, their values do.
    await provider({ key: 'users/42/x', ...get })
    expect(asked).toHaveLength(1)
    await provider({ ...get, key: 'users/43/x' })
    await provider({ ...get, key: 'x' })
    await provider({ ...get, key: 'users/42/x', method: 'PUT' })
    expect(asked.slice(1)).toEqual([
      { ...get, key: 'users/43/' },
      { ...get, key: '' },
      { ...get, key: 'users/42/', method: 'PUT' },
    ])
  })

  it('asks once for everything unless it is told what to tell apart', async () => {
    const world = new World()
    const provider = world.provider()
    await Promise.all([provider(), provider({ key: 'a' }), provider({ key: 'b', method: 'PUT' })])
    expect(world.fetched).toBe(1)
  })

  it('passes an error on to all who wait, and asks again when asked again', async () => {
    const world = new World()
    const provider = world.provider()
    world.isBroken = true
    const results = await Promise.allSettled([provider(), provider()])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(world.fetched).toBe(1)
    world.isBroken = false
    expect(await idOf(provider())).toBe('AKID2')
  })

  it('goes on after a source that throws at once', async () => {
    let calls = 0
    const provider = createCachedProvider(() => {
      if (++calls === 1) throw new Error('at once')
      return Promise.resolve({ secretId: 'AKID', secretKey: 'k' })
    })
    await expect(provider()).rejects.toThrow('at once')
    expect(await idOf(provider())).toBe('AKID')
  })

  it('refuses a key that is dead on arrival, and one that cannot be one', async () => {
    const world = new World()
    world.lifeSeconds = 0
    await expect(world.provider()()).rejects.toMatchObject({ code: 'ERR_PROVIDER_EXPIRED', retryable: true })
    const odd = createCachedProvider(() => Promise.resolve({ secretId: '', secretKey: 'k' }))
    await expect(odd()).rejects.toThrow('"secretId" must not be empty')
  })

  it('refuses a key that dies while it is fetched', async () => {
    const world = new World()
    const provider = createCachedProvider(
      async () => {
        const key = await world.source()
        world.time += 1800
        return key
      },
      { now: world.now },
    )
    await expect(provider()).rejects.toBeInstanceOf(StsError)
  })
})

describe('a key in hand', () => {
  it('is given until shortly before its end, and then renewed behind the back of the callers', async () => {
    const world = new World()
    const provider = world.provider({ refreshBeforeSeconds: 300, minimumLifeSeconds: 30 })
    expect(await idOf(provider())).toBe('AKID1')
    world.time += 1499
    expect(await idOf(provider())).toBe('AKID1')
    expect(world.fetched).toBe(1)
    world.time += 1
    expect(await Promise.all([idOf(provider()), idOf(provider())])).toEqual(['AKID1', 'AKID1'])
    expect(world.fetched).toBe(2)
    await settle()
    expect(await idOf(provider())).toBe('AKID2')
  })

  it('with little life left makes callers wait for the new one', async () => {
    const world = new World()
    const provider = world.provider({ minimumLifeSeconds: 30 })
    await provider()
    world.time += 1770
    expect(await Promise.all([idOf(provider()), idOf(provider())])).toEqual(['AKID2', 'AKID2'])
    expect(world.fetched).toBe(2)
  })

  it('is renewed at a moment moved by chance, towards its end', async () => {
    for (const [chance, seconds] of [
      [0, 1500],
      [0.5, 1575],
      [1, 1650],
    ] as const) {
      const world = new World()
      const provider = world.provider({ random: () => chance })
      await provider()
      world.time += seconds - 1
      await provider()
      expect(world.fetched).toBe(1)
      world.time += 1
      await provider()
      expect(world.fetched).toBe(2)
    }
  })

  it('of a short life is not renewed all the time', async () => {
    const world = new World()
    world.lifeSeconds = 60
    const provider = world.provider()
    await provider()
    world.time += 39
    await provider()
    expect(world.fetched).toBe(1)
  })

  it('survives a failed refresh to its last second, with rests between the attempts', async () => {
    const world = new World()
    const failures: unknown[] = []
    const provider = world.provider({ random: () => 1, onRefreshFailure: (error) => failures.push(error) })
    await provider()
    world.isBroken = true
    for (let second = 1; second < 1800; second++) {
      world.time += 1
      expect(await idOf(provider())).toBe('AKID1')
      await settle()
    }
    // From 150 s before the end: rests of 1, 2, 4, 8, 16, then 30 s.
    expect(failures).toHaveLength(9)
    expect(world.fetched).toBe(10)
    world.time += 1
    await expect(provider()).rejects.toThrow('STS is down')
    world.isBroken = false
    expect(await idOf(provider())).toMatch(/^AKID1\d$/)
  })

  it('is not replaced by one that is dead on arrival', async () => {
    const world = new World()
    const provider = world.provider()
    await provider()
    world.time += 1790
    world.lifeSeconds = -5
    expect(await idOf(provider())).toBe('AKID1')
  })

  it('that ends before a request wants it to is renewed if a new one would live as long, and not otherwise', async () => {
    const world = new World()
    const provider = world.provider()
    await provider()
    world.time += 600
    const until = (seconds: number) => ({ validUntil: world.time + seconds })
    expect(await idOf(provider(until(1200)))).toBe('AKID1')
    expect(await idOf(provider(until(1801)))).toBe('AKID1')
    expect(world.fetched).toBe(1)
    expect(await Promise.all([idOf(provider(until(1201))), idOf(provider(until(1800)))])).toEqual([
      'AKID2',
      'AKID2',
    ])
    expect(world.fetched).toBe(2)

    // A source that gives the same key again is believed, and not asked all the time.
    const end = world.time + 1800
    let calls = 0
    const same = createCachedProvider(
      () =>
        Promise.resolve({ secretId: `AKID${++calls}`, secretKey: 'k', securityToken: 't', expiresAt: end }),
      { now: world.now },
    )
    await same()
    world.time += 600
    for (let call = 0; call < 10; call++) await same(until(1500))
    expect(calls).toBe(2)
  })

  it('without an end is looked at again after a while, and kept if that fails', async () => {
    const world = new World()
    let id = 'AKIDold'
    const provider = createCachedProvider(
      () => {
        if (world.isBroken) return Promise.reject(new Error('gone'))
        return Promise.resolve({ secretId: id, secretKey: 'k' })
      },
      { now: world.now, maxAgeSeconds: 60 },
    )
    expect(await idOf(provider())).toBe('AKIDold')
    id = 'AKIDnew'
    world.time += 60
    await provider()
    await settle()
    expect(await idOf(provider())).toBe('AKIDnew')
    world.isBroken = true
    world.time += 100_000
    expect(await idOf(provider())).toBe('AKIDnew')
  })

  it('can be had at once, to sign without waiting', async () => {
    const world = new World()
    const provider = world.provider()
    expect(provider.peek()).toBeUndefined()
    await provider()
    const key = provider.peek() as Credential
    const client = new CosClient({
      Region: 'ap-guangzhou',
      SecretId: key.secretId,
      SecretKey: key.secretKey,
      Token: key.securityToken,
      TokenExpiresAt: key.expiresAt,
      Now: world.now,
    })
    const url = client.getPresignedDownloadUrl({
      Bucket: 'examplebucket-1250000000',
      Key: 'o',
      Expired: 9999,
    })
    expect(url).toContain(`%3B${key.expiresAt}`)
    world.time += 1800
    expect(provider.peek()).toBeUndefined()
  })

  it('can be forgotten', async () => {
    const world = new World()
    const provider = world.provider()
    await provider()
    provider.forget()
    expect(await idOf(provider())).toBe('AKID2')
  })

  it('for the scope that was asked for longest ago goes first when there are too many', async () => {
    const world = new World()
    const provider = createCachedProvider(world.source, { now: world.now, maxScopes: 2, scopeOf: byFolder })
    const of = (folder: string) => ({ key: `${folder}/o` })
    for (const folder of ['a', 'b', 'a', 'c']) await provider(of(folder))
    expect(['a', 'b', 'c'].map((folder) => provider.peek(of(folder)) !== undefined)).toEqual([
      true,
      false,
      true,
    ])
  })
})

describe('whatever STS does and whatever time it is', () => {
  it('no dead key is ever given, and none is fetched while a fresh one is there', async () => {
    const step = fc.record({
      seconds: fc.oneof(fc.nat(40), fc.nat(400), fc.nat(4000)),
      isBroken: fc.boolean(),
      lifeSeconds: fc.oneof(fc.integer({ min: -10, max: 90 }), fc.integer({ min: 60, max: 4000 })),
      delaySeconds: fc.oneof(fc.constant(0), fc.nat(120)),
      callers: fc.integer({ min: 1, max: 4 }),
    })
    let given = 0
    let refused = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (steps, chance) => {
          const world = new World()
          let delaySeconds = 0
          let [underWay, most] = [0, 0]
          const provider = createCachedProvider(
            async () => {
              most = Math.max(most, ++underWay)
              try {
                const key = await world.source()
                // The answer is under way for a while.
                world.time += delaySeconds
                return key
              } finally {
                underWay--
              }
            },
            { now: world.now, random: () => chance },
          )
          for (const { seconds, isBroken, lifeSeconds, delaySeconds: delay, callers } of steps) {
            world.time += seconds
            Object.assign(world, { isBroken, lifeSeconds })
            delaySeconds = delay
            const results = await Promise.allSettled(
              Array.from({ length: callers }, async () => {
                const { expiresAt } = await provider()
                return { expiresAt: expiresAt as number, at: world.time }
              }),
            )
            for (const result of results) {
              if (result.status === 'rejected') refused++
              else {
                given++
                expect(result.value.expiresAt).toBeGreaterThan(result.value.at)
              }
            }
            await settle()
          }
          expect(most).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 300 },
    )
    expect(given).toBeGreaterThan(1000)
    expect(refused).toBeGreaterThan(100)
  })
})

describe('bad options', () => {
  it.each<[CachedProviderOptions, string]>([
    [{ refreshBeforeSeconds: -1 }, '"refreshBeforeSeconds" must be a whole number'],
    [{ maxScopes: 0 }, '"maxScopes" must be a whole number'],
    [{ scopeOf: 1 as never }, '"scopeOf" must be a function'],
    [{ onRefreshFailure: 1 as never }, '"onRefreshFailure" must be a function'],
  ])('%j are refused', (options, message) => {
    expect(() => createCachedProvider(() => Promise.reject(new Error('not asked')), options)).toThrow(message)
  })
})
