import { createPolicy, type PolicyOperation, type StsClient, type TemporaryKey } from '@cos-presign/sts'
import type { Credential, Enforcement } from 'cos-presign'
import { ServiceError } from '../errors.ts'
import type { Scope, ScopeOperation } from '../grants/decide-scope.ts'
import { findOpen, notKept } from './upload.ts'

/** A temporary key, and what it is good for. */
export interface IssuedKey {
  readonly credential: Credential
  /** Unix seconds. */
  readonly startsAt: number
  readonly expiresAt: number
  readonly requestId: string
  readonly region: string
  readonly enforcement: readonly Enforcement[]
}

/** Gets temporary keys that are good for some scopes and nothing else. */
export type IssueTemporaryKey = (scopes: readonly [Scope, ...Scope[]]) => Promise<IssuedKey>

/** How temporary keys are got. */
export interface TemporaryKeysContext {
  readonly sts: Pick<StsClient, 'getFederationToken' | 'assumeRole'>
  /** Of the buckets. */
  readonly region: string
  /** Assumed for each key; a key of the service's own account when absent. */
  readonly roleArn?: string | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

interface Kept {
  readonly key: Promise<TemporaryKey>
  /** Unix seconds: until then it is given to others who ask for the same. */
  freshUntil: number
}

/** Keys are small, and callers many. */
const MAX_KEPT = 1000
/** How long a key of a role may live (documentation 1312/48197). */
const MAX_ROLE_SECONDS = 43_200

const POLICY_OPERATIONS: Readonly<Record<ScopeOperation, readonly PolicyOperation[]>> = {
  upload: ['upload'],
  multipart: ['resumable-upload'],
  download: ['download', 'head'],
  delete: ['delete'],
}

/** Asks STS for a key with the rights of a policy. */
export function getKey(
  { sts, roleArn }: TemporaryKeysContext,
  policy: object,
  durationSeconds: number,
): Promise<TemporaryKey> {
  if (roleArn !== undefined) return sts.assumeRole({ roleArn, policy, durationSeconds })
  return sts.getFederationToken({ policy, durationSeconds })
}

/**
 * Whoever asks for the same scope while a key for it is on its way, or for half of its life, gets that key: STS limits how often it is
 * asked.
 */
export function createTemporaryKeys(context: TemporaryKeysContext): IssueTemporaryKey {
  const { region, roleArn, now } = context
  const kept = new Map<string, Kept>()

  function keep(id: string, policy: object, durationSeconds: number): Promise<TemporaryKey> {
    const key = getKey(context, policy, durationSeconds)
    const entry: Kept = { key, freshUntil: Number.POSITIVE_INFINITY }
    kept.set(id, entry)
    key.then(
      ({ startsAt, expiresAt }) => {
        entry.freshUntil = (startsAt + expiresAt) / 2
      },
      () => kept.delete(id),
    )
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_KEPT) break
      kept.delete(oldest)
    }
    return key
  }

  return async function issueTemporaryKey(scopes) {
    const [{ bucket }] = scopes
    const longest = roleArn === undefined ? Number.POSITIVE_INFINITY : MAX_ROLE_SECONDS
    const durationSeconds = Math.min(longest, ...scopes.map(({ lifetimeSeconds }) => lifetimeSeconds))
    const { policy, text, grants } = createPolicy({
      bucket,
      region,
      grants: scopes.map(({ key, keyPrefix, operations, constraints }) => ({
        operations: operations.flatMap((one) => POLICY_OPERATIONS[one]),
        ...(key === undefined ? { keyPrefix } : { key }),
        constraints,
      })),
    })
    for (const [at, { grant }] of scopes.entries()) {
      const open = findOpen(grant, grants[at]?.notEnforced ?? [])
      if (open !== undefined) throw notKept(grant, open)
    }
    const id = `${durationSeconds} ${text}`
    const found = kept.get(id)
    const isFresh = found !== undefined && now() / 1000 < found.freshUntil
    const key = await (isFresh ? found.key : keep(id, policy, durationSeconds)).catch(toServiceError)
    return { ...key, region, enforcement: grants }
  }
}

/** @throws {ServiceError} What a failure of STS means here. */
export function toServiceError(cause: unknown): never {
  // Of the provider of the key that asks.
  if (cause instanceof ServiceError) throw cause
  const { code, retryable, upstreamCode } = cause as {
    code?: string
    retryable?: boolean
    upstreamCode?: string
  }
  const why = upstreamCode ?? code ?? 'no answer'
  if (retryable === true) {
    throw new ServiceError('ERR_SERVICE_COS_UNREACHABLE', `STS gave no temporary key: ${why}`, { cause })
  }
  throw new ServiceError('ERR_SERVICE_COS_REFUSED', `STS refused a temporary key: ${why}`, { cause })
}
