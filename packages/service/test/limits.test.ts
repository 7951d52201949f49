import { describe, expect, it } from 'vitest'
import { createMemoryLimitStore, type LimitStore, type LogEntry } from '../src/index.ts'
import { createFixture } from './fixture.ts'

const burst = { name: 'burst', requests: 3, seconds: 60 }
const day = { name: 'day', requests: 4, seconds: 86_400 }

describe('a caller', () => {
  it('hears what is left, and is refused with 429 and when to come again', async () => {
    const { ask, entries } = await createFixture({ limits: { windows: [burst, day] } })
    const first = await ask('/v1/uploads', { json: {} })
    expect(first.headers.get('ratelimit-policy')).toBe('"burst";q=3;w=60, "day";q=4;w=86400')
    expect(first.headers.get('ratelimit')).toBe('"burst";r=2;t=60, "day";r=3;t=86400')
    await ask('/v1/uploads', { json: {} })
    await ask('/v1/uploads', { json: {} })
    const refused = await ask('/v1/uploads', { json: {} })
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.headers.get('ratelimit')).toBe('"burst";r=0;t=60')
    expect(await refused.json()).toMatchObject({ code: 'ERR_SERVICE_LIMITED', status: 429 })
    expect(entries.filter((entry) => entry.event === 'issued')).toHaveLength(3)
  })

  it('who asks too often for a short window uses up no long one, in whichever order they are given', async () => {
    const { ask } = await createFixture({ limits: { windows: [day, { ...burst, requests: 1, seconds: 1 }] } })
    const statuses: number[] = []
    for (let at = 0; at < 8; at += 1) statuses.push((await ask('/v1/uploads', { json: {} })).status)
    expect(statuses).toEqual([200, ...Array(7).fill(429)])
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const next = await ask('/v1/uploads', { json: {} })
    expect(next.status).toBe(200)
    expect(next.headers.get('ratelimit')).toBe('"burst";r=0;t=1, "day";r=2;t=86399')
  })

  it('has as much again when the window is over', async () => {
    const { ask } = await createFixture({ limits: { windows: [{ ...burst, requests: 1, seconds: 1 }] } })
    expect((await ask('/v1/uploads', { json: {} })).status).toBe(200)
    expect((await ask('/v1/uploads', { json: {} })).status).toBe(429)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect((await ask('/v1/uploads', { json: {} })).status).toBe(200)
  })

  it('takes nothing from another, and a ticket counts for whoever got it', async () => {
    const tickets = { secret: 'a secret of tickets, of 32 bytes or more' }
    const host = () => ({ id: 'guest' })
    const limits = { windows: [{ ...burst, requests: 2 }] }
    const { ask, service } = await createFixture({ limits, authenticate: { tickets, host } })
    const { path } = await (await ask('/v1/tickets', { json: {} })).json()
    expect((await ask(`${path}/v1/uploads`, { json: {} })).status).toBe(200)
    expect((await ask(`${path}/v1/uploads`, { json: {} })).status).toBe(429)
    const other = await service.fetch(new Request('http://service/v1/uploads', { method: 'POST' }))
    expect(other.status).toBe(200)
  })

  it('may have limits of their own, or none', async () => {
    const limits = { windows: [{ ...burst, requests: 1 }], callers: { 'api-key:holder': [] } }
    const { ask } = await createFixture({ limits })
    for (let at = 0; at < 5; at += 1) {
      const answer = await ask('/v1/uploads', { json: {} })
      expect(answer.status).toBe(200)
      expect(answer.headers.has('ratelimit')).toBe(false)
    }
  })

  it('who is not known is not counted', async () => {
    const { service } = await createFixture({ limits: { windows: [{ ...burst, requests: 1 }] } })
    for (let at = 0; at < 3; at += 1) {
      const answer = await service.fetch(new Request('http://service/v1/uploads', { method: 'POST' }))
      expect(answer.status).toBe(401)
    }
  })
})

describe('without the store of limits', () => {
  const memory = createMemoryLimitStore()
  let fails = true
  const store: LimitStore = {
    count: (window, key) => (fails ? Promise.reject(new Error('store is gone')) : memory.count(window, key)),
    forgive: () => Promise.reject(new Error('store is gone')),
    check: () => (fails ? Promise.reject(new Error('store is gone')) : Promise.resolve()),
  }

  it('callers are refused where the configuration says so, and the service says it is not ready', async () => {
    fails = true
    const limits = { windows: [burst], whenStoreFails: 'refuse' as const }
    const { ask, entries } = await createFixture({ limits, limitStore: store })
    const refused = await ask('/v1/uploads', { json: {} })
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await refused.json()).toMatchObject({ code: 'ERR_SERVICE_STORE_UNAVAILABLE' })
    const ready = await ask('/readyz')
    expect(ready.status).toBe(503)
    expect(await ready.json()).toEqual({ status: 'unavailable', dependencies: { limits: 'unreachable' } })

    await ask('/v1/uploads', { json: {} })
    fails = false
    expect((await ask('/v1/uploads', { json: {} })).status).toBe(200)
    expect((await ask('/readyz')).status).toBe(200)
    const said = entries.filter((entry) => entry.event === 'failure' || entry.event === 'notice')
    expect(said.map((entry) => entry.event)).toEqual(['failure', 'notice'])
  })

  it('they are counted here otherwise, and the service says it is degraded', async () => {
    fails = true
    const { ask } = await createFixture({ limits: { windows: [burst] }, limitStore: store })
    const answers = []
    for (let at = 0; at < 4; at += 1) answers.push((await ask('/v1/uploads', { json: {} })).status)
    expect(answers).toEqual([200, 200, 200, 429])
    const ready = await ask('/readyz')
    expect(ready.status).toBe(200)
    expect(await ready.json()).toMatchObject({ status: 'degraded' })
  })

  it('they are counted here also when it throws without a promise', async () => {
    const count = (): never => {
      throw new Error('down')
    }
    const { ask } = await createFixture({ limits: { windows: [burst] }, limitStore: { ...store, count } })
    const answers = []
    for (let at = 0; at < 4; at += 1) answers.push((await ask('/v1/uploads', { json: {} })).status)
    expect(answers).toEqual([200, 200, 200, 429])
  })

  it('the log says that it is back, where one count fails and the next, at the same moment, does not', async () => {
    const counts: ((works: boolean) => void)[] = []
    const count: LimitStore['count'] = () =>
      new Promise((resolve, reject) => {
        counts.push((works) =>
          works ? resolve({ used: 1, resetMs: 1 }) : reject(new Error('store is gone')),
        )
      })
    const { ask, entries } = await createFixture({
      limits: { windows: [burst] },
      limitStore: { ...store, count },
    })
    const asked = [ask('/v1/uploads', { json: {} }), ask('/v1/uploads', { json: {} })]
    await expect.poll(() => counts.length).toBe(2)
    counts[0]?.(false)
    counts[1]?.(true)
    await Promise.all(asked)
    const said = entries.filter((entry) => entry.event === 'failure' || entry.event === 'notice')
    expect(said.map((entry) => entry.event)).toEqual(['failure', 'notice'])
  })

  it('what it has counted is not counted here, whatever the log makes of its being back', async () => {
    let isBack = false
    const count: LimitStore['count'] = () => {
      if (!isBack) throw new Error('store is gone')
      return { used: burst.requests + 1, resetMs: 1000 }
    }
    const log = (entry: LogEntry): void => {
      if (isBack && entry.event === 'notice') throw new Error('disk is full')
    }
    const { ask } = await createFixture({
      limits: { windows: [burst] },
      limitStore: { ...store, count },
      log,
    })
    expect((await ask('/v1/uploads', { json: {} })).status).toBe(200)
    isBack = true
    expect((await ask('/v1/uploads', { json: {} })).status).toBe(500)
  })
})

describe('limits that cannot be', () => {
  it.each([
    ['two windows of one name', { windows: [burst, burst] }, 'must have a name of its own'],
    ['a name for headers that would break them', { windows: [{ ...burst, name: 'a"b' }] }, 'windows[0].name'],
    ['no time', { windows: [{ ...burst, seconds: 0 }] }, 'windows[0].seconds'],
    ['a misspelt member', { windows: [{ ...burst, burst: 5 }] }, 'unknown: "burst"'],
  ])('are refused at the start: %s', async (_, limits, message) => {
    await expect(createFixture({ limits })).rejects.toThrow(message)
  })
})
