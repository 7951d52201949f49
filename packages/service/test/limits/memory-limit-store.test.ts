import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryLimitStore } from '../../src/index.ts'
import { limitSchema } from '../../src/limits/options.ts'

const DAY = 86_400
const month = { name: 'month', requests: 3, seconds: 31 * DAY }

describe('counts in memory', () => {
  it('hold for the longest window that the options allow', async () => {
    const longest = { windows: [month] }
    expect(limitSchema.safeParse(longest).success).toBe(true)
    expect(limitSchema.safeParse({ windows: [{ ...month, seconds: month.seconds + 1 }] }).success).toBe(false)
    let at = 0
    const store = createMemoryLimitStore(() => at)
    await store.count(month, 'caller')
    // A timer of that length would be over at once.
    await new Promise((resolve) => setTimeout(resolve, 20))
    at = (month.seconds - 1) * 1000
    expect(await store.count(month, 'caller')).toEqual({ used: 2, resetMs: 1000 })
    at += 1000
    expect(await store.count(month, 'caller')).toEqual({ used: 1, resetMs: month.seconds * 1000 })
  })

  it('are, whoever asks whenever, those of the window that began with the first request', async () => {
    const ask = fc.record({ caller: fc.constantFrom('a', 'b', 'c'), waitMs: fc.nat(1500) })
    await fc.assert(
      fc.asyncProperty(fc.array(ask, { maxLength: 60 }), async (asks) => {
        let at = 0
        const store = createMemoryLimitStore(() => at)
        const expected = new Map<string, { used: number; endsAt: number }>()
        for (const { caller, waitMs } of asks) {
          at += waitMs
          const known = expected.get(caller)
          const count = known !== undefined && known.endsAt > at ? known : { used: 0, endsAt: at + 2000 }
          count.used += 1
          expected.set(caller, count)
          const found = await store.count({ name: 'burst', requests: 1, seconds: 2 }, caller)
          expect(found).toEqual({ used: count.used, resetMs: count.endsAt - at })
        }
      }),
    )
  })

  it('go on when the number of a window changes, and begin anew when its length does', async () => {
    const store = createMemoryLimitStore()
    await store.count(month, 'caller')
    expect((await store.count({ ...month, requests: 9 }, 'caller')).used).toBe(2)
    expect((await store.count({ ...month, seconds: 60 }, 'caller')).used).toBe(1)
  })

  it('can be taken back, but not below nothing', async () => {
    const store = createMemoryLimitStore()
    await store.forgive(month, 'caller')
    await store.count(month, 'caller')
    await store.forgive(month, 'caller')
    await store.forgive(month, 'caller')
    expect((await store.count(month, 'caller')).used).toBe(1)
  })

  it('last no longer than their window when the clock is set back', async () => {
    let at = 10 * DAY * 1000
    const store = createMemoryLimitStore(() => at)
    const minute = { name: 'minute', requests: 1, seconds: 60 }
    await store.count(minute, 'caller')
    at -= DAY * 1000
    expect(await store.count(minute, 'caller')).toEqual({ used: 1, resetMs: 60_000 })
  })

  it('of more callers than memory is for forget those that began longest ago', async () => {
    const store = createMemoryLimitStore()
    await store.count(month, 'first')
    for (let at = 0; at < 500_000; at += 1) void store.count(month, `other-${at}`)
    expect((await store.count(month, 'first')).used).toBe(1)
    expect((await store.count(month, 'other-499999')).used).toBe(2)
  })
})
