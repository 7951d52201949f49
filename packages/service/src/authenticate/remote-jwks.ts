import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose'
import { ServiceError } from '../errors.ts'
import type { Tell } from '../observe/log.ts'
import { reasonOf } from '../observe/reason-of.ts'

const TIMEOUT_MS = 5000
/** From when on keys are fetched anew before a token is verified with them. */
const FRESH_MS = 10 * 60_000
/** How long they are believed when that cannot be: nobody should be shut out because a login server is restarted. */
const KEPT_MS = 60 * 60_000
/** How long nobody waits for keys again that are known, and could not be fetched anew or lack a key id. */
const PAUSE_MS = 30_000

/** What fetching keys needs of the world. */
export interface JwksContext {
  readonly now: () => number
  readonly fetch: typeof globalThis.fetch
  /** Hears that keys are believed which cannot be fetched anew, once for each time that it was tried; and that they can be again. */
  readonly tell: Tell
}

/**
 * Keys of a login server, as a JSON Web Key Set.
 *
 * @returns Finds the key of a token.
 * @throws {ServiceError} `ERR_SERVICE_JWKS_UNREACHABLE`, by what is returned: they cannot be fetched, which says nothing of the token.
 */
export function createRemoteJwks(url: string, { now, fetch, tell }: JwksContext): JWTVerifyGetKey {
  const address = new URL(url)
  const keys = createRemoteJWKSet(address, {
    timeoutDuration: TIMEOUT_MS,
    // When they are fetched anew is decided here: the library believes keys no longer once they are old, also where there are no others to be had.
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: Number.POSITIVE_INFINITY,
    [customFetch]: fetch,
  })
  let fetchedAt = Number.NEGATIVE_INFINITY
  let failed: { readonly at: number; readonly cause: unknown } | undefined

  return async function keyOf(header, token) {
    noteClock()
    const age = now() - fetchedAt
    if (age >= KEPT_MS) await fetchAnew()
    else if (age >= FRESH_MS) {
      const isDown = failed !== undefined
      const fetched = fetchOnceInAWhile().catch(() => undefined)
      // A login server that does not answer is waited for once, and asked in the background from then on.
      if (!isDown) await fetched
    }
    try {
      return await keys(header, token)
    } catch (cause) {
      if (cause instanceof errors.JWKSMultipleMatchingKeys) throw cause
      if (!(cause instanceof errors.JWKSNoMatchingKey)) throw unreachableKeys(cause)
      if (now() - fetchedAt < PAUSE_MS) throw cause
    }
    // A key may be new.
    await fetchOnceInAWhile()
    return await keys(header, token)
  }

  /** When the clock was set back, nobody knows how old the keys are: they are fetched anew, and believed for fifty minutes where they cannot be. */
  function noteClock(): void {
    if (fetchedAt > now()) fetchedAt = now() - FRESH_MS
    if (failed !== undefined && failed.at > now()) failed = undefined
  }

  async function fetchOnceInAWhile(): Promise<void> {
    if (failed !== undefined && now() - failed.at < PAUSE_MS) throw unreachableKeys(failed.cause)
    await fetchAnew()
  }

  async function fetchAnew(): Promise<void> {
    try {
      await keys.reload()
    } catch (cause) {
      noteFailure(cause)
      throw unreachableKeys(cause)
    }
    noteFetched()
  }

  function noteFetched(): void {
    const wasDown = failed !== undefined
    fetchedAt = now()
    failed = undefined
    if (wasDown) tell('info', `The keys of ${address.host} can be fetched again`)
  }

  function noteFailure(cause: unknown): void {
    const at = now()
    // Requests that come together wait for one and the same answer.
    const isTold = failed !== undefined && at - failed.at < PAUSE_MS
    failed = { at, cause }
    const believedUntil = fetchedAt + KEPT_MS
    if (isTold || at >= believedUntil) return
    const until = new Date(believedUntil).toISOString()
    const reason = withoutAddresses(reasonOf(origin(cause)), address.host)
    tell(
      'warn',
      `The keys of ${address.host} cannot be fetched (${reason}); known ones are believed until ${until}`,
    )
  }
}

/** `fetch` itself says no more than that it failed. */
function origin(error: unknown): unknown {
  return error instanceof errors.JOSEError || !(error instanceof Error) ? error : (error.cause ?? error)
}

/** An application's own `fetch` may name the whole address, which may hold a secret. */
function withoutAddresses(reason: string, host: string): string {
  return reason.replace(/\bhttps?:\/\/\S+/gi, host)
}

function unreachableKeys(cause: unknown): ServiceError {
  const message = 'The keys that tokens are verified with cannot be fetched just now; try again'
  return new ServiceError('ERR_SERVICE_JWKS_UNREACHABLE', message, { cause, headers: { 'Retry-After': '1' } })
}
