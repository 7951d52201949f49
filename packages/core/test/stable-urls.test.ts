import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CosClient,
  type CosClientOptions,
  type PresignedRequest,
  parsePresignedUrl,
} from '../src/index.ts'
import { clientOf, host, keys, object, token } from './fixtures.ts'

/** A client whose clock stands at this second. */
const at = (seconds: number, options: Partial<CosClientOptions> = {}): CosClient =>
  clientOf({ Now: () => seconds * 1000 + 999, ...options })

const start = fc.integer({ min: 0, max: 4_000_000_000 })
const duration = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 1_000_000 }))

describe('StableFor', () => {
  it('gives one URL within the window, with the guaranteed life left, whatever the clock', () => {
    fc.assert(
      fc.property(start, start, duration, duration, (first, second, stable, life) => {
        const call = { ...object, StableFor: stable, Expired: life }
        const [one, other] = [first, second].map((seconds) => at(seconds).getPresignedDownloadUrl(call)) as [
          string,
          string,
        ]
        const isSameWindow = Math.floor(first / stable) === Math.floor(second / stable)
        expect(one === other).toBe(isSameWindow)
        const { startsAt, expiresAt } = parsePresignedUrl(one).signTime
        expect(startsAt).toBeLessThanOrEqual(first)
        expect(expiresAt - first).toBeGreaterThan(life)
        expect(expiresAt - first).toBeLessThanOrEqual(life + stable)
      }),
      { numRuns: 10_000 },
    )
  })

  it('gives one URL to all clocks of one window', () => {
    fc.assert(
      fc.property(start, fc.integer({ min: 1, max: 3600 }), fc.array(fc.nat()), (begin, stable, offsets) => {
        const first = begin - (begin % stable)
        const urls = offsets.map((offset) =>
          at(first + (offset % stable)).getPresignedDownloadUrl({ ...object, StableFor: stable }),
        )
        expect(new Set(urls).size).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('never outlives a temporary key, keeps the guaranteed life, and throws when the key does not', () => {
    fc.assert(
      fc.property(start, duration, duration, duration, (now, stable, life, left) => {
        const client = at(now, { Token: token, TokenExpiresAt: now + left })
        const presign = (): PresignedRequest =>
          client.presign({ ...object, Method: 'GET', StableFor: stable, Expired: life })
        if (left < life) {
          expect(presign).toThrow(expect.objectContaining({ code: 'ERR_CREDENTIAL_EXPIRES_EARLY' }))
          return
        }
        const { expiresAt, effectiveExpiresAt } = presign()
        expect(effectiveExpiresAt).toBe(expiresAt)
        expect(expiresAt).toBeLessThanOrEqual(now + left)
        expect(expiresAt - now).toBeGreaterThanOrEqual(life)
      }),
      { numRuns: 2000 },
    )
  })

  it('is stable under one temporary key, also where that ends the window', () => {
    const temporary = { Token: token, TokenExpiresAt: 1_700_003_000 }
    const url = (seconds: number): string =>
      at(seconds, temporary).getPresignedDownloadUrl({ ...object, StableFor: 3600, Expired: 600 })
    expect(url(1_700_000_000)).toBe(url(1_700_002_400))
    expect(() => url(1_700_002_401)).toThrow(/ends at 1700003000/)
  })

  it('gives another URL with another key, and is off when it is 0 or absent', () => {
    const call = { ...object, StableFor: 3600 }
    const one = at(1_700_000_000).getPresignedDownloadUrl(call)
    expect(at(1_700_000_000, { SecretId: 'AKIDanother000000000' }).getPresignedDownloadUrl(call)).not.toBe(
      one,
    )
    for (const StableFor of [undefined, 0]) {
      const url = at(1_700_000_000).getPresignedDownloadUrl({ ...object, StableFor })
      expect(url).toBe(at(1_700_000_000).getPresignedDownloadUrl(object))
    }
  })

  it('is for URLs of every method, not for Authorization headers', () => {
    const call = { ...object, Method: 'PUT', StableFor: 3600 } as const
    expect(at(1_700_000_000).getPresignedUrl(call)).toBe(at(1_700_000_001).getPresignedUrl(call))
    expect(() => at(0).getAuth(call)).toThrow(/no parameter "StableFor"/)
    expect(() => at(0).getPresignedUrl({ ...call, StableFor: 1.5 })).toThrow(
      /"StableFor" must be a whole number/,
    )
  })

  it('rounds the Python SDK’s windows too', () => {
    const url = (seconds: number): string =>
      at(seconds, { Compat: 'python' }).getPresignedDownloadUrl({ ...object, StableFor: 3600 })
    expect(url(1_700_000_000)).toBe(url(1_700_000_300))
    expect(new URL(url(1_700_000_000)).host).toBe(host)
    expect(keys.SecretId).toBe(parsePresignedUrl(url(0)).secretId)
  })
})
