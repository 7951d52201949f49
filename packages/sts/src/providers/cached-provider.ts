import {
  type Credential,
  type CredentialProvider,
  type CredentialRequest,
  createCredential,
} from 'cos-presign'
import { assertType, assertWhole } from '../assert.ts'
import { StsError } from '../errors.ts'

/** How keys are kept and renewed. */
export interface CachedProviderOptions {
  /**
   * The scope that a key is obtained for when a request wants one. Requests with equal scopes share a key, so a scope says no more than the
   * source needs: with {@link byFolder} a hundred files of one folder ask once.
   * @default one scope, `{}`, for all requests
   */
  readonly scopeOf?: ((request: CredentialRequest) => CredentialRequest) | undefined
  /**
   * How long before a key's end a new one is fetched, in seconds; never more than a third of its life. The moment is moved by chance
   * towards the end, up to half of that, so that many processes do not all come at once.
   * @default 300
   */
  readonly refreshBeforeSeconds?: number | undefined
  /**
   * With less than this left, in seconds, callers wait for the new key instead of getting the old one at once.
   * @default 30
   */
  readonly minimumLifeSeconds?: number | undefined
  /**
   * When a key without an end is looked at again, in seconds: it may have been replaced in its file.
   * @default 300
   */
  readonly maxAgeSeconds?: number | undefined
  /**
   * For how many scopes keys are kept; beyond it the one used longest ago is dropped.
   * @default 1000
   */
  readonly maxScopes?: number | undefined
  /** Is told of each refresh that failed, though nobody has to notice: for a log. */
  readonly onRefreshFailure?: ((error: unknown, scope: CredentialRequest) => void) | undefined
  /**
   * The clock: milliseconds since the epoch.
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
  /**
   * A number from 0 to 1.
   * @default Math.random
   */
  readonly random?: (() => number) | undefined
}

/** Gives keys from a cache. */
export interface CachedProvider {
  /**
   * A key that is alive; for a request with `validUntil` one that lives as long, if the source gives such. Rejects with the error of the
   * source when there is none, or with `ERR_PROVIDER_EXPIRED` when the source gave a dead one.
   */
  (request?: CredentialRequest): Promise<Credential>
  /** The key in hand, if it is alive: for code that cannot wait. Does not fetch one. */
  peek(request?: CredentialRequest): Credential | undefined
  /** Drops the key of a request's scope, for instance when COS says that it was revoked. */
  forget(request?: CredentialRequest): void
}

/** A scope for keys that are good for a folder: the request's method and bucket, and what its key has up to the last `/`. */
export function byFolder({ method, bucket, key = '' }: CredentialRequest): CredentialRequest {
  return { method, bucket, key: key.slice(0, key.lastIndexOf('/') + 1) }
}

/** What is known of one scope. Times are milliseconds. */
interface Entry {
  held?: HeldKey | undefined
  pending?: Promise<void> | undefined
  /** No refresh before this, after one that failed. */
  restUntil: number
  failures: number
}

interface HeldKey {
  readonly credential: Credential
  /** How long it was to live when it came; what a new one may live as well. */
  readonly lifeMs: number
  readonly endsAt: number
  readonly refreshAt: number
  /** From here on callers wait for a new one. */
  readonly waitAt: number
}

const DIED = 'The key was dead before it could be used; is the clock of this machine right?'

const FIRST_REST_MS = 1000
const LONGEST_REST_MS = 30_000

/**
 * Keeps keys, so that one is fetched only when needed, and once however many ask at the same time.
 *
 * A key is renewed ahead of its end while callers still get the old one. If that fails, they get it until its last second, and
 * renewal is tried again after growing random rests. A dead key is never given.
 *
 * @param source - Fetches a key for a scope, such as a call of `createStsClient`.
 * @throws {TypeError|RangeError} An option is not as it must be.
 * @example
 * const provider = createCachedProvider(
 *   async ({ bucket, key } = {}) => (await sts.getFederationToken({ policy: policyFor(bucket, key) })).credential,
 *   { scopeOf: byFolder },
 * )
 * const credential = await provider({ bucket: 'examplebucket-1250000000', key: 'users/42/photo.jpg' })
 */
export function createCachedProvider(
  source: CredentialProvider,
  options: CachedProviderOptions = {},
): CachedProvider {
  assertType(source, 'source', 'function')
  const settings = toSettings(options)
  const { scopeOf, maxScopes, onRefreshFailure, now, random } = settings
  const entries = new Map<string, Entry>()

  /** The entry of a scope, made the youngest. */
  function entryOf(key: string): Entry {
    const entry = entries.get(key) ?? { restUntil: 0, failures: 0 }
    entries.delete(key)
    entries.set(key, entry)
    if (entries.size > maxScopes) entries.delete(entries.keys().next().value as string)
    return entry
  }

  async function refresh(entry: Entry, scope: CredentialRequest): Promise<void> {
    try {
      entry.held = toHeldKey(createCredential(await source(scope)), now(), random(), settings)
      entry.failures = 0
    } catch (error) {
      entry.failures++
      const rest = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (entry.failures - 1))
      entry.restUntil = now() + rest * (0.5 + random() / 2)
      onRefreshFailure?.(error, scope)
      throw error
    }
  }

  /** The refresh that is under way, or a new one. */
  function refreshed(entry: Entry, scope: CredentialRequest): Promise<void> {
    if (entry.pending) return entry.pending
    const pending = refresh(entry, scope).finally(() => {
      entry.pending = undefined
    })
    entry.pending = pending
    return pending
  }

  async function provide(request: CredentialRequest = {}): Promise<Credential> {
    const scope = scopeOf(request)
    const entry = entryOf(toKey(scope))
    const time = now()
    const held = aliveKey(entry, time)
    const isTooShort = held !== undefined && couldLiveOn(held, request, time)
    if (held && (time < entry.restUntil || (time < held.refreshAt && !isTooShort))) return held.credential
    const failure = refreshed(entry, scope).then(
      () => new StsError('ERR_PROVIDER_EXPIRED', DIED),
      (error: unknown) => error,
    )
    if (held && time < held.waitAt && !isTooShort) return held.credential
    const reason = await failure
    // Time has passed: what came may be dead by now, what was there may still be alive.
    const alive = aliveKey(entry, now())
    if (!alive) throw reason
    return alive.credential
  }

  return Object.assign(provide, {
    peek(request: CredentialRequest = {}) {
      const entry = entries.get(toKey(scopeOf(request)))
      return entry && aliveKey(entry, now())?.credential
    },
    forget(request: CredentialRequest = {}) {
      entries.delete(toKey(scopeOf(request)))
    },
  })
}

/** Whether the key ends before the request wants it to, and a new one would not. */
function couldLiveOn(held: HeldKey, { validUntil }: CredentialRequest, time: number): boolean {
  return (
    validUntil !== undefined && held.endsAt < validUntil * 1000 && time + held.lifeMs >= validUntil * 1000
  )
}

/** The options, checked and filled. */
type Settings = {
  readonly [Name in keyof Omit<CachedProviderOptions, 'onRefreshFailure'>]-?: NonNullable<
    CachedProviderOptions[Name]
  >
} & Pick<CachedProviderOptions, 'onRefreshFailure'>

function toSettings(options: CachedProviderOptions): Settings {
  const {
    scopeOf = () => ({}),
    refreshBeforeSeconds = 300,
    minimumLifeSeconds = 30,
    maxAgeSeconds = 300,
    maxScopes = 1000,
    onRefreshFailure,
    now = Date.now,
    random = Math.random,
  } = options
  assertWhole(refreshBeforeSeconds, 'refreshBeforeSeconds', 0, MAX_SECONDS)
  assertWhole(minimumLifeSeconds, 'minimumLifeSeconds', 0, MAX_SECONDS)
  assertWhole(maxAgeSeconds, 'maxAgeSeconds', 1, MAX_SECONDS)
  assertWhole(maxScopes, 'maxScopes', 1, 1_000_000)
  for (const [name, value] of Object.entries({ scopeOf, now, random })) assertType(value, name, 'function')
  if (onRefreshFailure !== undefined) assertType(onRefreshFailure, 'onRefreshFailure', 'function')
  return {
    scopeOf,
    refreshBeforeSeconds,
    minimumLifeSeconds,
    maxAgeSeconds,
    maxScopes,
    onRefreshFailure,
    now,
    random,
  }
}

/** A day: nothing that is cached needs more. */
const MAX_SECONDS = 86_400

type Lives = Pick<Settings, 'refreshBeforeSeconds' | 'minimumLifeSeconds' | 'maxAgeSeconds'>

/** @throws {StsError} `ERR_PROVIDER_EXPIRED`: it is dead, and must not take the place of one that is not. */
function toHeldKey(
  credential: Credential,
  time: number,
  chance: number,
  { refreshBeforeSeconds, minimumLifeSeconds, maxAgeSeconds }: Lives,
): HeldKey {
  if (credential.expiresAt === undefined) {
    const forever = Number.POSITIVE_INFINITY
    return {
      credential,
      lifeMs: forever,
      endsAt: forever,
      refreshAt: time + maxAgeSeconds * 1000,
      waitAt: forever,
    }
  }
  const endsAt = credential.expiresAt * 1000
  if (endsAt <= time) throw new StsError('ERR_PROVIDER_EXPIRED', DIED)
  const lead = Math.min(refreshBeforeSeconds * 1000, (endsAt - time) / 3)
  return {
    credential,
    lifeMs: endsAt - time,
    endsAt,
    refreshAt: endsAt - lead * (1 - chance / 2),
    waitAt: endsAt - Math.min(minimumLifeSeconds * 1000, lead / 2),
  }
}

function aliveKey({ held }: Entry, time: number): HeldKey | undefined {
  return held && time < held.endsAt ? held : undefined
}

/** A text that is the same for equal scopes, in whatever order their members stand. */
function toKey(scope: unknown): string {
  return String(JSON.stringify(scope, sortMembers))
}

function sortMembers(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}
