import { downloadName } from 'cos-presign'
import type { Caller } from '../caller.ts'
import type { ClientFor } from '../cos/clients.ts'
import { ServiceError } from '../errors.ts'
import type { Permission } from '../grants/decide.ts'
import type { Grant } from '../grants/grant.ts'
import type { LimitStore, LimitWindow } from '../limits/limit-store.ts'
import { unreachable } from '../limits/limiter.ts'
import type { LinkState, LinkStore, StoredLink } from './link-store.ts'
import { createMemoryLinkStore } from './memory-link-store.ts'
import type { LinkOptions } from './options.ts'
import { hashPassword, isPassword } from './password.ts'
import type { LinkAnswer, LinkRequest } from './wire.ts'

/** Share links: made and revoked by callers, followed by whoever has one. */
export interface Links {
  readonly maxLifetimeSeconds: number
  create(permission: Permission, request: LinkRequest): Promise<LinkAnswer>
  /** @throws {ServiceError} `ERR_SERVICE_NOT_FOUND`: there is none, or it is another caller's. */
  read(id: string, caller: Caller): Promise<LinkAnswer>
  /** @throws As {@link Links.read}. */
  revoke(id: string, caller: Caller): Promise<void>
  /**
   * What a link opens, without opening it.
   *
   * @throws {ServiceError} `ERR_SERVICE_NOT_FOUND`, `ERR_SERVICE_LINK_ENDED`, `ERR_SERVICE_STORE_UNAVAILABLE`
   */
  look(id: string): Promise<StoredLink>
  /**
   * Counts a download and gives a URL that lives seconds.
   *
   * @param visit - Of whoever may press a button twice, also at once: for as long as the first URL lives, the same visit is not counted again, and
   * gets no longer.
   * @throws {ServiceError} As {@link Links.look}; `ERR_SERVICE_PASSWORD_WRONG`; `ERR_SERVICE_LIMITED`: too many passwords were tried.
   */
  follow(id: string, password: string | undefined, visit?: string): Promise<FollowedLink>
}

/** Where a link leads, for whom, and for how long. */
export interface FollowedLink {
  readonly url: string
  readonly link: StoredLink
  readonly lifetimeSeconds: number
}

/** What links work with. */
export interface LinkContext {
  readonly grants: readonly Grant[]
  /** What stands before the paths of links; empty for none. */
  readonly basePath: string
  readonly readerFor: ClientFor
  /** Where password tries are counted, and presses of a button. */
  readonly limitStore: LimitStore
  readonly now: () => number
}

const ID_BYTES = 18
const TRY_SECONDS = 15 * 60
/** How long a press waits for its twin that is being counted, here or in another replica. */
const TWIN_WAITS_MS = [20, 60, 150, 300, 500]
const DEFAULT_LIFETIME_SECONDS = 24 * 3600

export function createLinks(options: LinkOptions, context: LinkContext): Links {
  const { maxLifetimeSeconds = 7 * 86_400, redirectLifetimeSeconds = 30, maxPasswordTries = 10 } = options
  const { grants, readerFor, limitStore, now, basePath } = context
  const store = failClosed(options.store ?? createMemoryLinkStore(now))
  const tries: LimitWindow = { name: 'link-password', requests: maxPasswordTries, seconds: TRY_SECONDS }
  const presses: LimitWindow = { name: 'link-press', requests: 1, seconds: redirectLifetimeSeconds }
  return { maxLifetimeSeconds, create, read, revoke, look, follow }

  async function create(
    { caller, grant, bucket, key }: Permission,
    request: LinkRequest,
  ): Promise<LinkAnswer> {
    const { lifetimeSeconds = DEFAULT_LIFETIME_SECONDS, maxDownloads, password, filename } = request
    const id = toBase64Url(crypto.getRandomValues(new Uint8Array(ID_BYTES)))
    const link: StoredLink = {
      bucket,
      key,
      filename,
      grant: grant.name,
      owner: caller.identity,
      expiresAt:
        Math.floor(now() / 1000) +
        Math.min(lifetimeSeconds, maxLifetimeSeconds, grant.maxLinkLifetimeSeconds),
      maxDownloads,
      password: password === undefined ? undefined : await hashPassword(password),
    }
    await store.put(await storedIdOf(id), link)
    return toAnswer(id, { link, downloads: 0 })
  }

  async function read(id: string, caller: Caller): Promise<LinkAnswer> {
    return toAnswer(id, await ownLink(id, caller))
  }

  async function revoke(id: string, caller: Caller): Promise<void> {
    await ownLink(id, caller)
    await store.remove(await storedIdOf(id))
  }

  async function look(id: string, isCounted = false): Promise<StoredLink> {
    const state = await find(id)
    if (state === undefined) throw noSuchLink()
    assertOpen(isCounted ? { link: state.link, downloads: 0 } : state)
    return state.link
  }

  /** How long the URL lives that a link leads to. */
  function redirectLifeOf({ grant: name, expiresAt }: StoredLink): number {
    const { maxLifetimeSeconds: most = redirectLifetimeSeconds } =
      grants.find((grant) => grant.name === name) ?? {}
    const left = expiresAt - Math.floor(now() / 1000)
    return Math.max(1, Math.min(redirectLifetimeSeconds, most, left))
  }

  async function follow(id: string, password: string | undefined, visit?: string): Promise<FollowedLink> {
    // Where there is no last download nothing is kept, for it could be without end.
    if (visit === undefined || (await look(id, true)).maxDownloads === undefined)
      return await followOnce(id, password, undefined)
    const visitId = await visitIdOf(id, visit)
    const isFirst = await isFirstPress(visitId)
    // A button pressed twice in one instant: the first press is about to write down whose visit it was.
    if (!isFirst) await appears(visitId)
    try {
      return await followOnce(id, password, visitId)
    } catch (error) {
      await forgivePress(visitId)
      // The first press may be another process's with a count of its own, and have taken the last download.
      if (!isFirst || !isEnded(error) || !(await appears(visitId))) throw error
      return await followOnce(id, password, visitId)
    }
  }

  /** Whether no other press of the button has come or is under way. If that cannot be told, no more is lost than the forgiveness. */
  async function isFirstPress(visitId: string): Promise<boolean> {
    try {
      return (await limitStore.count(presses, visitId)).used <= presses.requests
    } catch {
      return true
    }
  }

  /** A press that opened nothing is none. */
  async function forgivePress(visitId: string): Promise<void> {
    await askStore(() => limitStore.forgive(presses, visitId)).catch(() => undefined)
  }

  async function appears(visitId: string): Promise<boolean> {
    for (const ms of [0, ...TWIN_WAITS_MS]) {
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
      if ((await findVisit(visitId)) !== undefined) return true
    }
    return false
  }

  async function followOnce(
    id: string,
    password: string | undefined,
    visitId: string | undefined,
  ): Promise<FollowedLink> {
    const earlier = visitId === undefined ? undefined : await findVisit(visitId)
    const link = await look(id, earlier !== undefined)
    if (link.password !== undefined) await assertPassword(id, password, link)
    // Signed before it is counted: what cannot be handed out is not taken away.
    const url = await presign(earlier ?? link)
    const followed = { url, link, lifetimeSeconds: redirectLifeOf(earlier ?? link) }
    if (earlier !== undefined) return followed
    if (!(await store.take(await storedIdOf(id)))) throw ended()
    if (visitId !== undefined) await keepVisit(visitId, link)
    return followed
  }

  async function findVisit(visitId: string): Promise<StoredLink | undefined> {
    const state = await store.get(visitId)
    return state !== undefined && state.link.expiresAt > now() / 1000 ? state.link : undefined
  }

  /** Remembers that a visit was counted. If that fails, no more is lost than the forgiveness. */
  async function keepVisit(visitId: string, link: StoredLink): Promise<void> {
    const until = Math.floor(now() / 1000) + redirectLifetimeSeconds
    const visit: StoredLink = {
      ...link,
      expiresAt: Math.min(link.expiresAt, until),
      maxDownloads: undefined,
      password: undefined,
    }
    await store.put(visitId, visit).catch(() => undefined)
  }

  function isOwn({ link }: LinkState, { identity, grants: opened }: Caller): boolean {
    return link.owner === identity && (opened?.includes(link.grant) ?? true)
  }

  function find(id: string): Promise<LinkState | undefined> {
    return storedIdOf(id).then((storedId) => store.get(storedId))
  }

  async function ownLink(id: string, caller: Caller): Promise<LinkState> {
    const state = await find(id)
    // The same words for what is another's, or of a grant that a ticket does not open: whether there is one is nobody's business.
    if (state === undefined || !isOwn(state, caller)) throw noSuchLink()
    return state
  }

  function assertOpen({ link, downloads }: LinkState): void {
    const { expiresAt, maxDownloads = Number.POSITIVE_INFINITY } = link
    if (expiresAt <= now() / 1000 || downloads >= maxDownloads) throw ended()
    const stillGranted = grants.some(
      ({ name, bucket, operations }) =>
        name === link.grant && bucket === link.bucket && operations.has('link'),
    )
    if (!stillGranted) throw ended()
  }

  // A try is counted before it is looked at, so that many at once are no way around the count.
  async function assertPassword(
    id: string,
    given: string | undefined,
    { password }: StoredLink,
  ): Promise<void> {
    if (given === undefined || password === undefined) throw wrongPassword('The link wants a password')
    const key = await storedIdOf(id)
    const { used, resetMs } = await askStore(() => limitStore.count(tries, key))
    if (used > maxPasswordTries) throw tooManyTries(resetMs)
    if (!(await isPassword(given, password))) throw wrongPassword('The password is not the one of the link')
    await askStore(() => limitStore.forgive(tries, key))
  }

  async function presign(link: StoredLink): Promise<string> {
    const { bucket, key, filename } = link
    const lifetimeSeconds = redirectLifeOf(link)
    const client = await readerFor(lifetimeSeconds, bucket)
    return client.getPresignedDownloadUrl({
      Bucket: bucket,
      Key: key,
      Expired: lifetimeSeconds,
      ...(filename === undefined ? {} : { Filename: downloadName(filename) }),
    })
  }

  function toAnswer(id: string, { link, downloads }: LinkState): LinkAnswer {
    const path = `${basePath}/l/${id}`
    const { bucket, key, grant, expiresAt, maxDownloads, password } = link
    const hasPassword = password !== undefined
    const base = options.publicUrl?.replace(/\/+$/, '')
    const url = base === undefined ? undefined : `${base}/l/${id}`
    return { id, path, url, bucket, key, grant, expiresAt, maxDownloads, hasPassword, downloads }
  }
}

/** A store whose failures are refusals: what cannot be looked up is not opened. */
function failClosed(store: LinkStore): Pick<LinkStore, 'put' | 'get' | 'take' | 'remove'> {
  return {
    put: (id, link) => askStore(() => store.put(id, link)),
    get: (id) => askStore(() => store.get(id)),
    take: (id) => askStore(() => store.take(id)),
    remove: (id) => askStore(() => store.remove(id)),
  }
}

/** Asks a store, which may reject or throw when it cannot be reached. */
async function askStore<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw unreachable('Links cannot be looked up just now; try again', error)
  }
}

function noSuchLink(): ServiceError {
  return new ServiceError('ERR_SERVICE_NOT_FOUND', 'There is no such link')
}

function ended(): ServiceError {
  return new ServiceError(
    'ERR_SERVICE_LINK_ENDED',
    'The link was for a time or a number of downloads that is over',
  )
}

function isEnded(error: unknown): boolean {
  return error instanceof ServiceError && error.code === 'ERR_SERVICE_LINK_ENDED'
}

function wrongPassword(message: string): ServiceError {
  return new ServiceError('ERR_SERVICE_PASSWORD_WRONG', message)
}

function tooManyTries(resetMs: number): ServiceError {
  const seconds = Math.max(1, Math.ceil(resetMs / 1000))
  return new ServiceError(
    'ERR_SERVICE_LIMITED',
    `Too many passwords were tried for this link; try again in ${seconds} s`,
    { headers: { 'Retry-After': String(seconds) } },
  )
}

/** No link has such an id: it is no digest. */
async function visitIdOf(id: string, visit: string): Promise<string> {
  return `visit-${await storedIdOf(`${id} ${visit}`)}`
}

async function storedIdOf(id: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(id))
  return toBase64Url(new Uint8Array(digest))
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}
