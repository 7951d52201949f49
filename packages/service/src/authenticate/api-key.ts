import { type Caller, createCaller } from '../caller.ts'
import { type Authenticator, bearerOf, unknownCaller } from './authenticator.ts'

/** An API key as the service keeps it: the key itself is known to its holder alone. */
export interface ApiKeyRecord {
  /** Who the holder is: letters, digits and `-`. */
  readonly id: string
  /** SHA-256 of the key in hex, as {@link createApiKey} gives it; of each key, while one takes the place of another. */
  readonly sha256: string | readonly string[]
  /** What is known of the holder, for grants and key templates. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

const PREFIX = 'cpk_'
const SECRET_BYTES = 32
/** The secret in hex, and `_` before it. */
const SECRET_LENGTH = 2 * SECRET_BYTES + 1

/**
 * Makes an API key: 256 random bits, so that its digest needs no salt and no slow hash.
 *
 * @returns `key` for its holder, to be shown once; `sha256` for the configuration.
 */
export async function createApiKey(id: string): Promise<{ readonly key: string; readonly sha256: string }> {
  if (!/^[A-Za-z\d-]+$/.test(id)) throw new RangeError('"id" must be letters, digits and -')
  const random = toHex(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)))
  const key = `${PREFIX}${id}_${random}`
  return { key, sha256: await sha256Of(key) }
}

interface KnownKey {
  readonly digests: readonly string[]
  readonly caller: Caller
  /** The keys themselves once they were shown, because a digest costs more than all the rest of a request. In memory alone. */
  readonly verified: Set<string>
}

/** Believes keys of `X-Api-Key` or `Authorization: Bearer cpk_…`. What else stands in the first is a gateway's own, and not looked at. */
export function createApiKeyAuthenticator(records: readonly ApiKeyRecord[]): Authenticator {
  const callers = new Map<string, KnownKey>()
  for (const { id, sha256, claims } of records) {
    const digests = [sha256].flat().map((digest) => digest.toLowerCase())
    callers.set(id, { digests, caller: createCaller('api-key', id, claims), verified: new Set() })
  }

  return function authenticateApiKey(request) {
    const header = request.headers.get('x-api-key')
    const key = header?.startsWith(PREFIX) ? header : bearerOf(request)
    if (key === undefined) return undefined
    const known = callers.get(key.slice(PREFIX.length, -SECRET_LENGTH))
    if (known !== undefined && isVerified(key, known)) return known.caller
    if (!/^cpk_[A-Za-z\d-]+_[\da-f]{64}$/.test(key)) {
      if (key.startsWith(PREFIX)) throw unknownCaller('The API key is incomplete; copy the whole of it')
      return undefined
    }
    return verify(key, known)
  }
}

async function verify(key: string, known: KnownKey | undefined): Promise<Caller> {
  // Digests are compared, and two digests say nothing of how alike the keys are.
  const digest = await sha256Of(key)
  if (!known?.digests.includes(digest))
    throw unknownCaller('The API key is not known here; check it, or get a new one')
  known.verified.add(key)
  return known.caller
}

function isVerified(key: string, { verified }: KnownKey): boolean {
  for (const one of verified) if (isSame(key, one)) return true
  return false
}

/** Takes the same time wherever two texts of one length differ. */
function isSame(one: string, other: string): boolean {
  let difference = one.length ^ other.length
  for (let at = 0; at < other.length; at += 1) difference |= one.charCodeAt(at) ^ other.charCodeAt(at)
  return difference === 0
}

async function sha256Of(text: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
