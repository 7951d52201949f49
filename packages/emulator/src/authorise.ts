import { verifyRequest } from 'cos-presign'
import { grantsToAll } from './anonymous-access.ts'
import { checkPolicies, type PolicyFacts } from './check-policies.ts'
import { explainMismatch } from './explain-mismatch.ts'
import { createLookup, type FindKey, type KnownKey } from './known-key.ts'
import type { WireRequest } from './message.ts'
import { Refusal } from './refusal.ts'
import type { Store } from './store.ts'
import { toVerificationRefusal } from './verification-refusal.ts'

/** Whom a request is from. A signed one is its signer's, also where anybody could have had the answer [doc 436/40947]. */
export type Principal = Anonymous | Signer

/** Nobody: no signature at all. */
export interface Anonymous {
  readonly kind: 'anonymous'
}

/** The holder of a key. */
export interface Signer {
  readonly kind: 'signer'
  readonly key: KnownKey
  /** The headers that the signature covers, in lower case. */
  readonly signedHeaders: readonly string[]
}

/** What somebody wants to do. */
export interface Access {
  /** COS's name of the operation, as in policies, without `name/cos:`. */
  readonly action: string
  readonly bucket: string
  /** Empty for an operation on the bucket. */
  readonly key: string
}

/** What it depends on, whatever somebody wants. */
export interface AuthoriseContext {
  readonly store: Store
  readonly facts: PolicyFacts
}

/**
 * Finds out whom a request is from.
 *
 * @throws {Refusal} COS's answer when it is signed and the signature does not hold; of a mismatch with `StringToSign` and
 * `FormatString`, the texts computed here.
 */
export function identify(
  { method, target, headers }: Pick<WireRequest, 'method' | 'target' | 'headers'>,
  findKey: FindKey,
  now: () => number,
): Principal {
  const { lookup, foundKey } = createLookup(findKey)
  const verification = verifyRequest({ method, target, headers }, lookup, { now, allowHostWithoutPort: true })
  if (verification.ok) {
    return { kind: 'signer', key: foundKey(), signedHeaders: verification.signedHeaders }
  }
  const { code } = verification
  if (code === 'anonymous') return { kind: 'anonymous' }
  const isMismatch = code === 'mismatch'
  const reason = isMismatch ? explainMismatch({ method, target, headers }, lookup, now) : undefined
  throw toVerificationRefusal({ ...verification, code, ...(reason && { message: reason }) }, now())
}

/**
 * Lets a principal do something, or not. Every registered key belongs to the owner of all buckets, and may do what its policies
 * allow.
 *
 * @throws {Refusal} `AccessDenied`
 */
export async function authorise(
  principal: Principal,
  access: Access,
  { store, facts }: AuthoriseContext,
): Promise<void> {
  if (principal.kind === 'signer') {
    checkPolicies(principal.key.policies, access, facts)
    return
  }
  const { action, bucket, key } = access
  const bucketAcl = (await store.getBucket(bucket))?.settings?.acl
  const objectAcl = (await store.headObject(bucket, key))?.acl
  if (!grantsToAll(action, { bucketAcl, objectAcl })) throw new Refusal('AccessDenied')
}
