import { type Policy, parsePolicy } from '@cos-presign/sts'
import { type Credential, createCredential, type KeyLookup } from 'cos-presign'
import type { TemporaryKeys } from './sts/temporary-keys.ts'

/** A policy of version 2.0: an object or its JSON text. */
export type PolicyInput = object | string

/** A credential the emulator is given: a key, and what it may do. */
export interface EmulatorCredential extends Credential {
  /**
   * What the key may do. Without a policy it may do everything, as the key of a root account; with one it is taken for the key of
   * a sub-account.
   */
  readonly policy?: PolicyInput | undefined
}

/**
 * JSON texts of policies, by whose rights they are: of the `key` itself if it is registered, of the `session` it was issued for, of
 * its `issuer`, of the `role` it was assumed from. None: everything is allowed.
 */
export type PolicyTexts = Readonly<Partial<Record<'key' | 'session' | 'issuer' | 'role', string>>>

/** A key that may sign, and what it may do. */
export interface KnownKey {
  readonly credential: Credential
  /** Each must allow a request. */
  readonly policies: PolicyTexts
}

/** Finds the key that a SecretId names; a temporary one that STS issued by the tokens that the request carries. */
export type FindKey = (secretId: string, tokens: readonly string[]) => KnownKey | undefined

/** Looks among the registered keys first, then opens the token. */
export function createFindKey(
  registered: ReadonlyMap<string, KnownKey>,
  temporaryKeys: TemporaryKeys,
): FindKey {
  return function findKey(secretId, tokens) {
    const known = registered.get(secretId)
    if (known !== undefined) return known
    const found = temporaryKeys.find(secretId, tokens)
    if (found === undefined) return undefined
    const { secretKey, securityToken, grant } = found
    const credential = createCredential({ secretId, secretKey, securityToken, expiresAt: grant?.expiresAt })
    return { credential, policies: grant?.policies ?? {} }
  }
}

/** A lookup for the verifiers of core, and the key it found: what was verified was verified with that. */
export function createLookup(findKey: FindKey): {
  readonly lookup: KeyLookup
  readonly foundKey: () => KnownKey
} {
  let found: KnownKey | undefined
  return {
    lookup(secretId, tokens) {
      found = findKey(secretId, tokens)
      return found?.credential
    },
    foundKey() {
      if (found === undefined) throw new Error('No key has been found yet')
      return found
    },
  }
}

/** @throws {TypeError|RangeError|StsError} What is wrong with the credential or its policy. */
export function toKnownKey(given: EmulatorCredential): KnownKey {
  // One of `createCredential` has its members on the prototype, which a spread would leave behind.
  if (!Object.hasOwn(given, 'policy')) return { credential: createCredential(given), policies: {} }
  const { policy, ...credential } = given
  return {
    credential: createCredential(credential),
    policies: policy === undefined ? {} : { key: toPolicyText(policy) },
  }
}

/** @throws {StsError} `ERR_POLICY_INVALID` */
export function toPolicyText(policy: PolicyInput): string {
  parsePolicy(policy)
  return typeof policy === 'string' ? policy : JSON.stringify(policy)
}

const MAX_KEPT = 100
const kept = new Map<string, Policy>()

/** Reads a policy that was checked before. Reading costs more than asking, and most requests come with one of a few. */
export function readPolicy(text: string): Policy {
  const known = kept.get(text)
  if (known !== undefined) return known
  if (kept.size >= MAX_KEPT) kept.clear()
  const policy = parsePolicy(text)
  kept.set(text, policy)
  return policy
}
