import type { UploadConstraints } from 'cos-presign'
import type { Caller } from '../caller.ts'
import { ServiceError } from '../errors.ts'
import { candidatesFor, chooseKey, type DecisionContext, denied } from './decide.ts'
import type { Grant } from './grant.ts'

/** What a temporary key may be good for. */
export const SCOPE_OPERATIONS = ['upload', 'multipart', 'download', 'delete'] as const
export type ScopeOperation = (typeof SCOPE_OPERATIONS)[number]

/** The temporary key that a caller asks for. */
export interface ScopeWish {
  readonly grant?: string | undefined
  readonly bucket?: string | undefined
  /** One object; without it all that the caller has, where the grant is for a prefix, or else a new object. */
  readonly key?: string | undefined
  readonly filename?: string | undefined
  /** All of the grant's when absent. */
  readonly operations?: readonly ScopeOperation[] | undefined
  readonly lifetimeSeconds?: number | undefined
}

/** What a temporary key is good for. */
export interface Scope {
  readonly grant: Grant
  readonly bucket: string
  /** One of the two. */
  readonly key?: string
  readonly keyPrefix?: string
  readonly operations: readonly ScopeOperation[]
  readonly constraints: UploadConstraints
  readonly lifetimeSeconds: number
}

/**
 * Finds the grant that allows a temporary key. It must allow `credentials`, and each operation that the key is for.
 *
 * @throws {ServiceError} As `decide`.
 */
export function decideScope(
  wish: ScopeWish,
  caller: Caller,
  grants: readonly Grant[],
  context: DecisionContext,
): Scope {
  let refusal: ServiceError | undefined
  for (const grant of candidatesFor({ ...wish, operation: 'credentials' }, caller, grants)) {
    const scope = scopeIn(grant, wish, caller, context)
    if (!(scope instanceof ServiceError)) return scope
    refusal ??= scope
  }
  throw refusal ?? denied('No grant allows "credentials" to this caller')
}

function scopeIn(
  grant: Grant,
  wish: ScopeWish,
  caller: Caller,
  context: DecisionContext,
): Scope | ServiceError {
  const { name, bucket, constraints, maxLifetimeSeconds, template } = grant
  const operations = wish.operations ?? SCOPE_OPERATIONS.filter((one) => grant.operations.has(one))
  const missing = operations.find((one) => !grant.operations.has(one))
  if (missing !== undefined) return denied(`The grant "${name}" does not allow "${missing}"`, name)
  const lifetimeSeconds = Math.min(wish.lifetimeSeconds ?? maxLifetimeSeconds, maxLifetimeSeconds)
  const scope = { grant, bucket, operations, constraints, lifetimeSeconds }
  if (wish.key === undefined && template.isPrefix) {
    const keyPrefix = template.prefixFor(caller)
    // The whole bucket is nobody's.
    if (keyPrefix !== '') return { ...scope, keyPrefix }
    return denied(`The grant "${name}" is for all keys of the bucket; the key must be named`, name)
  }
  const isWritten = operations.some((one) => one === 'upload' || one === 'multipart')
  const key = chooseKey({ ...wish, operation: 'credentials', isNew: isWritten }, caller, grant, context)
  return key instanceof ServiceError ? key : { ...scope, key }
}
