import { ServiceError } from '../errors.ts'
import { whenReady, whenSettled } from '../when-ready.ts'
import type { LimitStore, LimitWindow, WindowCount } from './limit-store.ts'
import { createMemoryLimitStore } from './memory-limit-store.ts'
import type { LimitOptions } from './options.ts'

type LimitHeaders = Readonly<Record<string, string>>

/** Holds callers to their limits. */
export interface Limiter {
  /**
   * Counts one request of a caller; without a promise where the store needs none.
   *
   * @returns The headers that tell the caller what is left (draft-ietf-httpapi-ratelimit-headers-10).
   * @throws {ServiceError} `ERR_SERVICE_LIMITED`: too many; `ERR_SERVICE_STORE_UNAVAILABLE`: it cannot be counted, and the options say to
   * refuse then.
   */
  count(caller: string): LimitHeaders | Promise<LimitHeaders>
}

/** @param onTrouble - Hears why the store fails, and `undefined` when it is back: once each, not for each request. */
export function createLimiter(
  { windows, callers = {}, whenStoreFails = 'count-here' }: LimitOptions,
  store: LimitStore,
  onTrouble: (error: unknown | undefined) => void,
): Limiter {
  const everybody = shortestFirst(windows)
  const some = new Map(Object.entries(callers).map(([caller, own]) => [caller, shortestFirst(own)]))
  const here = createMemoryLimitStore()
  let isTroubled = false
  const policies = new Map<readonly LimitWindow[], string>()
  return { count }

  function count(caller: string): LimitHeaders | Promise<LimitHeaders> {
    const own = some.get(caller) ?? everybody
    return own.length === 0 ? {} : countFrom(0, own, [], caller)
  }

  /** @param left - What is left in the windows before this one. */
  function countFrom(
    index: number,
    own: readonly LimitWindow[],
    left: string[],
    caller: string,
  ): LimitHeaders | Promise<LimitHeaders> {
    const window = own[index]
    if (window === undefined) return headersOf(own, left)
    return whenReady(countIn(window, caller), (found) => {
      hold(window, found, own, left)
      return countFrom(index + 1, own, left, caller)
    })
  }

  function countIn(window: LimitWindow, caller: string): WindowCount | Promise<WindowCount> {
    return whenSettled(
      () => store.count(window, caller),
      noteReached,
      (error) => countWithout(error, window, caller),
    )
  }

  function hold(
    window: LimitWindow,
    { used, resetMs }: WindowCount,
    own: readonly LimitWindow[],
    left: string[],
  ): void {
    const seconds = Math.max(1, Math.ceil(resetMs / 1000))
    left.push(`"${window.name}";r=${Math.max(0, window.requests - used)};t=${seconds}`)
    if (used > window.requests) throw limited(window, seconds, headersOf(own, left))
  }

  function noteReached(count: WindowCount): WindowCount {
    if (isTroubled) onTrouble(undefined)
    isTroubled = false
    return count
  }

  function countWithout(
    error: unknown,
    window: LimitWindow,
    caller: string,
  ): WindowCount | Promise<WindowCount> {
    if (!isTroubled) onTrouble(error)
    isTroubled = true
    if (whenStoreFails === 'count-here') return here.count(window, caller)
    throw unreachable('Requests cannot be counted just now, and are refused until they can', error)
  }

  function headersOf(own: readonly LimitWindow[], left: readonly string[]): Record<string, string> {
    let policy = policies.get(own)
    if (policy === undefined) {
      policy = own.map(({ name, requests, seconds }) => `"${name}";q=${requests};w=${seconds}`).join(', ')
      policies.set(own, policy)
    }
    return { 'RateLimit-Policy': policy, RateLimit: left.join(', ') }
  }
}

/** What a short window refuses must not use up a long one: whoever asks too often for a minute would be shut out for the day. */
function shortestFirst(windows: readonly LimitWindow[]): readonly LimitWindow[] {
  return [...windows].sort((a, b) => a.seconds - b.seconds)
}

function limited(window: LimitWindow, seconds: number, headers: Record<string, string>): ServiceError {
  return new ServiceError(
    'ERR_SERVICE_LIMITED',
    `More than ${window.requests} requests within ${window.seconds} s; try again in ${seconds} s`,
    { headers: { ...headers, 'Retry-After': String(seconds) } },
  )
}

/** The refusal of what needs a store that cannot be reached. */
export function unreachable(message: string, cause: unknown): ServiceError {
  return new ServiceError('ERR_SERVICE_STORE_UNAVAILABLE', message, {
    cause,
    headers: { 'Retry-After': '1' },
  })
}
