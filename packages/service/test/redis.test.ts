import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Service } from '../src/index.ts'
import { reasonOf } from '../src/observe/reason-of.ts'
import { connectRedis, type RedisStores } from '../src/redis.ts'
import { createFixture, type Fixture } from './fixture.ts'
import { describeLinkStore } from './links/link-store-conformance.ts'
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts'

const CLIENTS = 200
const KEY = 'files/holder/00000000-0000-4000-8000-000000000000-a.txt'

let redis: RedisServer
const connections: RedisStores[] = []
beforeAll(async () => {
  if (hasRedis) redis = await startRedis()
})
afterAll(async () => {
  for (const connection of connections) await connection.close()
  await redis?.stop()
})

async function connect(keyPrefix?: string): Promise<RedisStores> {
  const stores = connectRedis({ url: redis.url, keyPrefix })
  connections.push(stores)
  await stores.settled
  return stores
}

if (hasRedis) describeLinkStore('in Redis', async () => (await connect()).linkStore)

/** Two replicas with connections of their own; callers of one are known to the other. */
async function startReplicas(
  requests: number,
  whenStoreFails: 'count-here' | 'refuse' = 'count-here',
): Promise<{ readonly replicas: readonly [Fixture, Fixture]; ask: Fixture['ask'] }> {
  const keyPrefix = `test-${Math.random()}:`
  const authenticate = { jwt: { secret: 's'.repeat(32), issuer: 'i', audience: 'a' } }
  const limits = { windows: [{ name: 'minute', requests, seconds: 60 }], whenStoreFails }
  const start = async () => {
    const { limitStore, linkStore } = await connect(keyPrefix)
    return await createFixture({ authenticate, limits, limitStore, links: { store: linkStore } })
  }
  const replicas = [await start(), await start()] as const
  let turn = 0
  return {
    replicas,
    ask: (path, init) => {
      turn += 1
      return (replicas[turn % 2] as Fixture).ask(path, init)
    },
  }
}

function follow(service: Service, path: string): Promise<Response> {
  return service.fetch(new Request(`http://service${path}`))
}

function countOf(answers: readonly Response[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

describe.runIf(hasRedis)('two replicas on one Redis', () => {
  it(`hold ${CLIENTS} clients at once to one limit`, async () => {
    const { ask } = await startReplicas(120)
    const answers = await Promise.all(Array.from({ length: CLIENTS }, () => ask('/v1/uploads', { json: {} })))
    expect(countOf(answers)).toEqual({ 200: 120, 429: CLIENTS - 120 })
  })

  it(`let ${CLIENTS} clients at once follow a link as often as it may be`, async () => {
    const { ask, replicas } = await startReplicas(1000)
    const { path, id } = await (await ask('/links', { json: { key: KEY, maxDownloads: 25 } })).json()
    const answers = await Promise.all(
      Array.from({ length: CLIENTS }, (_, at) => follow((replicas[at % 2] as Fixture).service, path)),
    )
    expect(countOf(answers)).toEqual({ 302: 25, 410: CLIENTS - 25 })
    expect(await (await ask(`/links/${id}`)).json()).toMatchObject({ downloads: 25 })
  })

  it('know at once of a link that the other revoked', async () => {
    const { replicas } = await startReplicas(1000)
    const [one, other] = replicas
    const { path, id } = await (await one.ask('/links', { json: { key: KEY } })).json()
    expect((await follow(other.service, path)).status).toBe(302)
    expect((await other.ask(`/links/${id}`, { method: 'DELETE' })).status).toBe(200)
    expect((await follow(one.service, path)).status).toBe(404)
  })

  it('begin anew with a window of another length, and go on with one of another number', async () => {
    const { limitStore } = await connect(`test-${Math.random()}:`)
    const minute = { name: 'quota', requests: 5, seconds: 60 }
    await limitStore.count(minute, 'caller')
    expect((await limitStore.count({ ...minute, requests: 9 }, 'caller')).used).toBe(2)
    const hour = await limitStore.count({ ...minute, seconds: 3600 }, 'caller')
    expect(hour.used).toBe(1)
    expect(hour.resetMs).toBeGreaterThan(3_599_000)
  })

  it('count password tries together', async () => {
    const { ask, replicas } = await startReplicas(1000)
    const { path } = await (await ask('/links', { json: { key: KEY, password: 'correct horse' } })).json()
    const body = JSON.stringify({ password: 'guess' })
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, at) =>
        (replicas[at % 2] as Fixture).service.fetch(
          new Request(`http://service${path}`, { method: 'POST', body }),
        ),
      ),
    )
    expect(countOf(answers)).toEqual({ 403: 10, 429: 14 })
  })

  it('count presses of one button once, whichever of them each comes to', async () => {
    const { ask, replicas } = await startReplicas(1000)
    const { path, id } = await (await ask('/links', { json: { key: KEY, maxDownloads: 3 } })).json()
    const body = new URLSearchParams({ visit: crypto.randomUUID() })
    const answers = await Promise.all(
      replicas.flatMap(({ service }) =>
        [1, 2].map(() => service.fetch(new Request(`http://service${path}`, { method: 'POST', body }))),
      ),
    )
    expect(countOf(answers)).toEqual({ 303: 4 })
    expect(await (await ask(`/links/${id}`)).json()).toMatchObject({ downloads: 1 })
  })
})

describe.runIf(hasRedis)('a Redis that lets the service not in', () => {
  it('is told of with its reason, and without the password', async () => {
    const reasons: string[] = []
    const url = redis.url.replace('//', '//nobody:hunter-two@')
    const stores = connectRedis({ url, onTrouble: (error) => error && reasons.push(reasonOf(error)) })
    connections.push(stores)
    await stores.settled
    expect(reasons).toEqual([expect.stringContaining('WRONGPASS')])
    expect(reasons.join()).not.toContain('hunter')
  })

  it('or is not there at several addresses is told of with a code, and in few words', () => {
    const failed = Object.assign(new AggregateError([], 'several'), { message: '', code: 'ECONNREFUSED' })
    expect(reasonOf(failed)).toBe('ECONNREFUSED')
    expect(reasonOf(new Error('x'.repeat(5000)))).toHaveLength(200)
  })
})

describe.runIf(hasRedis)('a Redis that is killed and started again', () => {
  it('closes links and is counted without, or not, as configured; all comes back by itself, links and counts too', async () => {
    const lenient = await startReplicas(1000)
    const strict = await startReplicas(1000, 'refuse')
    const { path } = await (await lenient.ask('/links', { json: { key: KEY, maxDownloads: 3 } })).json()
    const open = () => follow(lenient.replicas[0].service, path)
    expect((await open()).status).toBe(302)

    await redis.kill()
    const began = performance.now()
    expect((await open()).status).toBe(503)
    expect((await lenient.ask('/links', { json: { key: KEY } })).status).toBe(503)
    expect((await lenient.ask('/v1/uploads', { json: {} })).status).toBe(200)
    expect((await strict.ask('/v1/uploads', { json: {} })).status).toBe(503)
    expect(await (await lenient.ask('/readyz')).json()).toMatchObject({ status: 'degraded' })
    expect((await strict.ask('/readyz')).status).toBe(503)
    expect(performance.now() - began).toBeLessThan(4000)

    await redis.start()
    await expect
      .poll(async () => (await lenient.replicas[0].ask('/readyz')).json(), { timeout: 5000 })
      .toMatchObject({ status: 'ok' })
    await expect
      .poll(async () => (await strict.ask('/v1/uploads', { json: {} })).status, { timeout: 5000 })
      .toBe(200)
    // One was counted before the crash: two are left.
    expect([(await open()).status, (await open()).status, (await open()).status]).toEqual([302, 302, 410])
  }, 20_000)

  it(`in the midst of ${CLIENTS} clients makes none wait, and lets no link be followed more often than it may`, async () => {
    const { ask, replicas } = await startReplicas(1000)
    const maxDownloads = 50
    const { path } = await (await ask('/links', { json: { key: KEY, maxDownloads } })).json()
    const followAll = (gapMs: number) =>
      Promise.all(
        Array.from({ length: CLIENTS }, async (_, at) => {
          await new Promise((resolve) => setTimeout(resolve, at * gapMs))
          return await follow((replicas[at % 2] as Fixture).service, path)
        }),
      )
    const answers = followAll(1)
    await new Promise((resolve) => setTimeout(resolve, 30))
    await redis.kill()
    const before = countOf(await answers)
    expect([302, 410, 503]).toEqual(expect.arrayContaining(Object.keys(before).map(Number)))
    expect(before[503]).toBeGreaterThan(0)

    await redis.start()
    await expect
      .poll(async () => (await Promise.all(replicas.map(isReady))).every(Boolean), { timeout: 5000 })
      .toBe(true)
    const after = countOf(await followAll(0))
    // A download that was counted as the answer broke off is lost; none is given twice.
    const given = (before[302] ?? 0) + (after[302] ?? 0)
    expect(given).toBeLessThanOrEqual(maxDownloads)
    expect(given).toBeGreaterThanOrEqual(maxDownloads - (before[503] ?? 0))
    expect(after).toEqual({ 302: after[302], 410: CLIENTS - (after[302] ?? 0) })
  }, 20_000)

  it('leaves each replica to count for itself where the configuration says so, and all of them together again', async () => {
    const { ask, replicas } = await startReplicas(10)
    const askAll = () => Promise.all(Array.from({ length: 100 }, () => ask('/v1/uploads', { json: {} })))
    await redis.kill()
    expect(countOf(await askAll())).toEqual({ 200: 20, 429: 80 })
    await redis.start()
    await expect
      .poll(async () => (await Promise.all(replicas.map(isReady))).every(Boolean), { timeout: 5000 })
      .toBe(true)
    expect(countOf(await askAll())).toEqual({ 200: 10, 429: 90 })
  }, 20_000)
})

async function isReady({ ask }: Fixture): Promise<boolean> {
  const { status } = (await (await ask('/readyz')).json()) as { readonly status: string }
  return status === 'ok'
}
