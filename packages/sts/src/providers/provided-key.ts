import { type Credential, createCredential } from 'cos-presign'
import { StsError } from '../errors.ts'

/** The error of a provider that has no key, for a reason that is no mistake. */
export function empty(message: string, cause?: unknown): StsError {
  return new StsError('ERR_PROVIDER_EMPTY', message, cause === undefined ? {} : { cause })
}

/** The error of a provider that has something, but no usable key. */
export function unusable(message: string): StsError {
  return new StsError('ERR_PROVIDER_INVALID', message)
}

/** Checks a key that comes from outside the program; the message holds no value. */
export function toProvided(from: string, credential: Credential): Credential {
  try {
    return createCredential(credential)
  } catch (error) {
    throw unusable(`The key from ${from} is not usable: ${(error as Error).message}`)
  }
}

/** A part of a key as it is called in some place, with what stands there; an empty text counts as nothing. */
export type KeyPart = readonly [name: string, value: string | undefined]

/** The parts of a key. */
export interface KeyParts {
  readonly id: KeyPart
  readonly key: KeyPart
  readonly token: KeyPart
  readonly expiresAt?: KeyPart | undefined
}

/**
 * Puts together a key whose parts all come from one place.
 *
 * @returns `undefined` when there is nothing at all.
 * @throws {StsError} `ERR_PROVIDER_INVALID`: half of it is there, or it cannot be one.
 */
export function assemble(from: string, parts: KeyParts): Credential | undefined {
  const { id, key, token, expiresAt } = parts
  const given = [id, key, token].filter(([, value]) => value)
  if (given.length === 0) return undefined
  const missing = [id, key].filter(([, value]) => !value).map(([name]) => name)
  if (missing.length > 0) {
    throw unusable(
      `${from} has ${given[0]?.[0]} but not ${missing.join(' and ')}; a key comes whole from one place`,
    )
  }
  return toProvided(from, {
    secretId: id[1] as string,
    secretKey: key[1] as string,
    ...(token[1] ? { securityToken: token[1] } : {}),
    ...(expiresAt?.[1] ? { expiresAt: toSeconds(from, expiresAt[0], expiresAt[1]) } : {}),
  })
}

function toSeconds(from: string, name: string, text: string): number {
  if (!/^\d{1,11}$/.test(text))
    throw unusable(`${name} in ${from} must be a time in Unix seconds, like 1767225600`)
  return Number(text)
}
