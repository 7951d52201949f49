import { authoriseCaller } from './caller.ts'
import { assertParams, readDuration, requireText } from './params.ts'
import { readPolicyText } from './policy-text.ts'
import type { SignedAction } from './sts-action.ts'
import { StsRefusal } from './sts-refusal.ts'

const DEFAULT_SECONDS = 1800
const MAX_SECONDS = { root: 7200, sub: 129_600 }

/** A key for somebody else, with a part of the caller's rights (1312/48195). */
export const getFederationToken: SignedAction = (params, caller, { now, maxPolicyCharacters }) => {
  assertParams(params, { Name: true, Policy: true, DurationSeconds: true })
  if (caller.credential.securityToken !== undefined) throw new StsRefusal('AuthFailure.UnauthorizedOperation')
  authoriseCaller(caller, 'GetFederationToken', false)
  // Documented as letters, but the COS SDKs themselves send names like cos-sts-nodejs.
  requireText(params, 'Name', /^[\w+=,.@-]{1,128}$/)
  const { key: issuer } = caller.policies
  const isRoot = issuer === undefined
  const seconds = readDuration(params, DEFAULT_SECONDS, isRoot ? MAX_SECONDS.root : MAX_SECONDS.sub)
  const session = readPolicyText(requireText(params, 'Policy', /./), maxPolicyCharacters)
  return { expiresAt: now + seconds, policies: { session, ...(isRoot ? {} : { issuer }) } }
}
