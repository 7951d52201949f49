import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { PolicyTexts } from '../known-key.ts'

/** What a temporary key may do and how long it lives: what its token holds, sealed. */
export interface Grant {
  /** When the key dies, in Unix seconds. */
  readonly expiresAt: number
  /** Each must allow a request. */
  readonly policies: PolicyTexts
}

/** A temporary key as it is handed out. */
export interface IssuedKey {
  readonly secretId: string
  readonly secretKey: string
  readonly securityToken: string
}

/** A temporary key that a request claims to be signed with. */
export interface FoundKey {
  readonly secretKey: string
  /** The token that belongs to the id; of a request that does not carry it, one that nobody knows. */
  readonly securityToken: string
  /** Absent when the request does not carry the token. */
  readonly grant?: Grant
}

/** Issues temporary keys and recognises them again, from a secret alone: nothing is kept. */
export interface TemporaryKeys {
  /** Undefined when the token would be longer than COS takes it. */
  issue(grant: Grant): IssuedKey | undefined
  /**
   * @param tokens - The tokens that the request carries, in every form they may be read in.
   * @returns Undefined when the id was not issued with this secret.
   */
  find(secretId: string, tokens: readonly string[]): FoundKey | undefined
}

/** In bytes; the cloud SDK's documentation of `Credentials.Token`. */
const MAX_TOKEN_BYTES = 4096
const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const ID_PREFIX = 'AKID'
const ID_BYTES = 15

/**
 * - The id is random, with a MAC of itself: so an id of ours is known without its token, and its token can be missed.
 * - The secret key is a MAC of the id.
 * - The token is the grant, compressed, in AES-256-GCM with the id as associated data: it opens with its own id alone.
 *
 * @param secret - 16 bytes or more that nobody can guess. Keys issued with another secret are unknown.
 */
export function createTemporaryKeys(secret: Uint8Array): TemporaryKeys {
  const [idKey, secretKeyKey, tokenKey] = ['id', 'secret key', 'token'].map((use) =>
    Buffer.from(hkdfSync('sha256', secret, '', `cos-presign emulator: ${use}`, 32)),
  ) as [Buffer, Buffer, Buffer]

  return { issue, find }

  function issue(grant: Grant): IssuedKey | undefined {
    const random = randomBytes(ID_BYTES)
    const secretId = `${ID_PREFIX}${Buffer.concat([random, macOf(random)]).toString('base64url')}`
    const securityToken = seal(grant, secretId)
    if (securityToken.length > MAX_TOKEN_BYTES) return undefined
    return { secretId, secretKey: secretKeyOf(secretId), securityToken }
  }

  function find(secretId: string, tokens: readonly string[]): FoundKey | undefined {
    if (!isOurs(secretId)) return undefined
    const secretKey = secretKeyOf(secretId)
    for (const securityToken of tokens) {
      const grant = open(securityToken, secretId)
      if (grant !== undefined) return { secretKey, securityToken, grant }
    }
    return { secretKey, securityToken: randomBytes(32).toString('base64url') }
  }

  function macOf(random: Uint8Array): Buffer {
    return createHmac('sha256', idKey).update(random).digest().subarray(0, ID_BYTES)
  }

  function isOurs(secretId: string): boolean {
    if (!secretId.startsWith(ID_PREFIX)) return false
    const text = secretId.slice(ID_PREFIX.length)
    const bytes = Buffer.from(text, 'base64url')
    // Base64 has several texts for some bytes; only the one that was issued is an id.
    if (bytes.length !== 2 * ID_BYTES || bytes.toString('base64url') !== text) return false
    return timingSafeEqual(macOf(bytes.subarray(0, ID_BYTES)), bytes.subarray(ID_BYTES))
  }

  function secretKeyOf(secretId: string): string {
    return createHmac('sha256', secretKeyKey).update(secretId, 'latin1').digest('base64')
  }

  function seal({ expiresAt, policies }: Grant, secretId: string): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, tokenKey, nonce).setAAD(Buffer.from(secretId, 'latin1'))
    const packed = deflateRawSync(JSON.stringify({ expiresAt, policies }), { level: 9 })
    const sealed = Buffer.concat([nonce, cipher.update(packed), cipher.final(), cipher.getAuthTag()])
    return sealed.toString('base64url')
  }

  function open(token: string, secretId: string): Grant | undefined {
    const sealed = Buffer.from(token, 'base64url')
    if (token.length > MAX_TOKEN_BYTES || sealed.length <= NONCE_BYTES + TAG_BYTES) return undefined
    if (sealed.toString('base64url') !== token) return undefined
    const decipher = createDecipheriv(CIPHER, tokenKey, sealed.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(secretId, 'latin1'))
      .setAuthTag(sealed.subarray(-TAG_BYTES))
    try {
      const packed = [decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]
      // What opens was written by `seal`.
      return JSON.parse(inflateRawSync(Buffer.concat(packed)).toString('utf8')) as Grant
    } catch {
      return undefined
    }
  }
}
