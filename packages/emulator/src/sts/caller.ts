import { explainPolicies } from '@cos-presign/sts'
import type { FindKey, KnownKey } from '../known-key.ts'
import type { StsCall } from './sts-call.ts'
import { StsRefusal } from './sts-refusal.ts'

const MAX_SKEW_SECONDS = 5 * 60

/**
 * Finds out who calls.
 *
 * @throws {StsRefusal} `AuthFailure.…`
 */
export function identifyCaller(call: StsCall, findKey: FindKey, now: () => number): KnownKey {
  const { secretId, token, timestamp } = call
  const seconds = Math.floor(now() / 1000)
  if (secretId === undefined) {
    throw new StsRefusal('AuthFailure.InvalidAuthorization', 'This action must be signed.')
  }
  const offBy = timestamp - seconds
  if (Math.abs(offBy) > MAX_SKEW_SECONDS) {
    const where = offBy < 0 ? `${-offBy} s behind` : `${offBy} s ahead of`
    throw new StsRefusal(
      'AuthFailure.SignatureExpire',
      undefined,
      `the timestamp is ${where} the emulator's clock`,
    )
  }
  const key = findKey(secretId, token === undefined ? [] : [token])
  if (key === undefined) throw new StsRefusal('AuthFailure.SecretIdNotFound')
  const { secretKey, securityToken, expiresAt } = key.credential
  const isExpired = expiresAt !== undefined && seconds > expiresAt
  if (securityToken !== token || isExpired) throw new StsRefusal('AuthFailure.TokenFailure')
  if (!call.isSignedWith(secretKey)) throw new StsRefusal('AuthFailure.SignatureFailure')
  return key
}

/**
 * Lets a caller do an action, or not.
 *
 * @param mustAllow - Whether a caller that has a policy needs a statement for this. What GetFederationToken gives is within
 * the caller's own rights anyway, so there only a denial counts [guess].
 * @throws {StsRefusal} `UnauthorizedOperation`
 */
export function authoriseCaller({ policies }: KnownKey, action: string, mustAllow: boolean): void {
  const decision = explainPolicies(policies, { action: `sts:${action}` })
  if (decision.isAllowed || (decision.code === 'not-allowed' && !mustAllow)) return
  throw new StsRefusal(
    'UnauthorizedOperation',
    `You are not authorized to perform the operation (sts:${action}).`,
    decision.message,
  )
}
