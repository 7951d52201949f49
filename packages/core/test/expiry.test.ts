import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CosClient,
  type CosClientOptions,
  clockOffsetOf,
  parseAuthorization,
  parsePresignedUrl,
} from '../src/index.ts'
import { clientOf, get, now, object, token } from './fixtures.ts'

const second = 1_700_000_000
const dyingIn = (seconds: number, options: Partial<CosClientOptions> = {}): CosClient =>
  clientOf({ Token: token, TokenExpiresAt: second + seconds, ...options })

describe('ExpiryPolicy', () => {
  it('never lets a URL claim more than its key has', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('clamp', 'throw'),
        fc.integer({ min: -10, max: 100 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 0, max: 200 }),
        (ExpiryPolicy, left, Expired, StableFor) => {
          const client = dyingIn(left, { ExpiryPolicy })
          const presign = (): string => client.getPresignedUrl({ ...get, Expired, StableFor })
          const mustThrow = left <= 0 || (left < Expired && (ExpiryPolicy === 'throw' || StableFor > 0))
          if (mustThrow) {
            const code = left <= 0 ? 'ERR_CREDENTIAL_EXPIRED' : 'ERR_CREDENTIAL_EXPIRES_EARLY'
            expect(presign).toThrow(expect.objectContaining({ code }))
          } else {
            expect(parsePresignedUrl(presign()).signTime.expiresAt).toBeLessThanOrEqual(second + left)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('ends a signature with a key that dies in 60 s, by default', () => {
    const client = dyingIn(60)
    expect(client.presign(get)).toMatchObject({ expiresAt: second + 60, effectiveExpiresAt: second + 60 })
    expect(parseAuthorization(client.getAuth(get)).signTime.expiresAt).toBe(second + 60)
    expect(parseAuthorization(client.authorize(get).authorization).signTime.expiresAt).toBe(second + 60)
  })

  it('throws instead when told to, and only when the key dies first', () => {
    const client = dyingIn(60, { ExpiryPolicy: 'throw' })
    const early = expect.objectContaining({ code: 'ERR_CREDENTIAL_EXPIRES_EARLY', retryable: false })
    for (const method of ['getAuth', 'getPresignedUrl', 'presign', 'authorize'] as const) {
      expect(() => client[method](get)).toThrow(early)
      expect(() => client[method]({ ...get, Expired: 61 })).toThrow(early)
      expect(() => client[method]({ ...get, Expired: 60 })).not.toThrow()
    }
    expect(() => client.getPresignedDownloadUrl(object)).toThrow(early)
    expect(() => clientOf({ ExpiryPolicy: 'throw' }).getPresignedUrl(get)).not.toThrow()
  })

  it('knows no other way', () => {
    expect(() => clientOf({ ExpiryPolicy: 'refresh' as 'clamp' })).toThrow(
      /"ExpiryPolicy" must be one of clamp, throw/,
    )
  })
})

describe('clockOffsetOf', () => {
  it.each([
    ['Tue, 14 Nov 2023 22:13:20 GMT', 500],
    ['Tue, 14 Nov 2023 22:23:20 GMT', 600_500],
    ['Tue, 14 Nov 2023 22:03:20 GMT', -599_500],
  ])('of %s is %d ms', (date, offset) => {
    expect(clockOffsetOf(date, () => second * 1000)).toBe(offset)
  })

  it('brings a wrong clock to the server’s second', () => {
    const wrong = (): number => now() - 86_400_000
    const offset = clockOffsetOf('Tue, 14 Nov 2023 22:13:20 GMT', wrong)
    const client = clientOf({ Now: () => wrong() + offset })
    expect(Math.abs(client.presign(get).startsAt - (second - 60))).toBeLessThanOrEqual(1)
  })

  it.each([
    '',
    'now',
    '2023-11-14T22:13:20Z',
    'Tuesday, 14-Nov-23 22:13:20 GMT',
    'Tue, 99 Nov 2023 22:13:20 GMT',
    null,
    1,
  ])('takes no %j for a date', (date) => {
    expect(() => clockOffsetOf(date as string)).toThrow(
      expect.objectContaining({ code: 'ERR_DATE_MALFORMED' }),
    )
  })

  it('names a clock that is none', () => {
    expect(() => clockOffsetOf('Tue, 14 Nov 2023 22:13:20 GMT', 1 as never)).toThrow(/"now"/)
    expect(() => clockOffsetOf('Tue, 14 Nov 2023 22:13:20 GMT', () => Number.NaN)).toThrow(/"now"/)
  })
})
