import type { Caller } from '../caller.ts'
import { ServiceError } from '../errors.ts'
import { decideScope, type Scope, type ScopeWish } from '../grants/decide-scope.ts'
import type { Services } from '../services.ts'
import type { CredentialsAnswer } from '../wire.ts'
import type { IssueTemporaryKey } from './temporary-keys.ts'

/** A temporary key for what a caller asks for, if a grant allows it. */
export async function issueCredentials(
  wish: ScopeWish,
  caller: Caller,
  services: Services,
): Promise<CredentialsAnswer> {
  const issueTemporaryKey = temporaryKeysOf(services)
  const scope = decideScope(wish, caller, services.grants, services)
  const { credential, startsAt, expiresAt, region, enforcement } = await issueTemporaryKey([scope])
  noteKey(services, caller, scope, expiresAt)
  const { bucket, key, keyPrefix, grant, operations } = scope
  const [{ enforced, notEnforced } = { enforced: [], notEnforced: [] }] = enforcement
  return {
    secretId: credential.secretId,
    secretKey: credential.secretKey,
    securityToken: credential.securityToken ?? '',
    startsAt,
    effectiveExpiresAt: expiresAt,
    region,
    bucket,
    ...(key === undefined ? { keyPrefix } : { key }),
    grant: grant.name,
    operations,
    enforced,
    notEnforced,
  }
}

/** Tells the audit of a temporary key, what it is good for. */
export function noteKey(
  { onIssued }: Services,
  caller: Caller,
  { grant, bucket, key, keyPrefix }: Scope,
  expiresAt: number,
): void {
  onIssued?.({ caller, grant, operation: 'credentials', bucket, key: key ?? `${keyPrefix}*`, expiresAt })
}

/** @throws {ServiceError} `ERR_SERVICE_NOT_FOUND`: the service has no STS. */
export function temporaryKeysOf({ issueTemporaryKey }: Services): IssueTemporaryKey {
  if (issueTemporaryKey !== undefined) return issueTemporaryKey
  throw new ServiceError(
    'ERR_SERVICE_NOT_FOUND',
    'This service gives no temporary keys; its configuration lacks sts',
  )
}
