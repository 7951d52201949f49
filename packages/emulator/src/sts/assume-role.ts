import { authoriseCaller } from './caller.ts'
import { assertParams, readDuration, readText, requireText } from './params.ts'
import { readPolicyText } from './policy-text.ts'
import { ROLE_ARN, type Role } from './role.ts'
import type { SignedAction, StsActionServices, UnsignedAction } from './sts-action.ts'
import type { StsParams } from './sts-call.ts'
import { StsRefusal } from './sts-refusal.ts'
import type { Grant } from './temporary-keys.ts'

const DEFAULT_SECONDS = 7200
const MAX_SECONDS = 43_200
const NAME = /^[\w+=,.@-]{2,128}$/

/** A key with the rights of a role, or a part of them (1312/48197). */
export const assumeRole: SignedAction = (params, caller, services) => {
  assertParams(params, {
    RoleArn: true,
    RoleSessionName: true,
    DurationSeconds: true,
    Policy: true,
    ExternalId: true,
    Tags: false,
    SourceIdentity: false,
    SerialNumber: false,
    TokenCode: false,
  })
  authoriseCaller(caller, 'AssumeRole', true)
  const role = findRole(params, services)
  // The Go SDK sends ExternalId even when it is empty.
  if (role.externalId !== undefined && readText(params, 'ExternalId') !== role.externalId) {
    throw new StsRefusal('UnauthorizedOperation', 'The role asks for another ExternalId.')
  }
  return toGrant(role, params, services)
}

/** The same for a caller without a key, who has the token of an identity provider (1312/73070). */
export const assumeRoleWithWebIdentity: UnsignedAction = (params, services) => {
  assertParams(params, {
    ProviderId: true,
    WebIdentityToken: true,
    RoleArn: true,
    RoleSessionName: true,
    DurationSeconds: true,
    Policy: true,
  })
  const role = findRole(params, services)
  const providerId = requireText(params, 'ProviderId', /./)
  const token = requireText(params, 'WebIdentityToken', /./)
  if (role.webIdentity?.providerId !== providerId || role.webIdentity.token !== token) {
    throw new StsRefusal('UnauthorizedOperation', 'The role does not trust this identity provider and token.')
  }
  return toGrant(role, params, services)
}

function findRole(params: StsParams, { roles }: StsActionServices): Role {
  const arn = requireText(params, 'RoleArn', ROLE_ARN)
  requireText(params, 'RoleSessionName', NAME)
  const role = roles.get(arn)
  if (role === undefined) throw new StsRefusal('ResourceNotFound.RoleNotFound')
  return role
}

function toGrant(role: Role, params: StsParams, { now, maxPolicyCharacters }: StsActionServices): Grant {
  const seconds = readDuration(params, DEFAULT_SECONDS, MAX_SECONDS)
  const policy = readText(params, 'Policy')
  return {
    expiresAt: now + seconds,
    policies: {
      ...(policy === undefined ? {} : { session: readPolicyText(policy, maxPolicyCharacters) }),
      ...(role.policy === undefined ? {} : { role: role.policy }),
    },
  }
}
