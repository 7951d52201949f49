import { redact } from 'cos-presign'
import { StsError, type StsErrorCode, type StsErrorFacts } from '../errors.ts'

/** What the service says when it refuses. */
export interface Refusal extends Pick<StsErrorFacts, 'requestId' | 'statusCode' | 'retryAfterMs'> {
  /** Such as `GetFederationToken`. */
  readonly action: string
  readonly upstreamCode: string
  readonly message: string
}

// By what the code starts with (documentation 1312/48200, 1150/49458).
const CODES: readonly (readonly [start: string, code: StsErrorCode])[] = [
  ['RequestLimitExceeded', 'ERR_STS_THROTTLED'],
  ['InvalidParameter.OverLimit', 'ERR_STS_THROTTLED'],
  ['InternalError.GetRoleError', 'ERR_STS_REJECTED'],
  ['InternalError.IllegalRole', 'ERR_STS_REJECTED'],
  ['InternalError', 'ERR_STS_UNAVAILABLE'],
]

const CHECK_ROLE = 'Check the role and that its trust policy names whoever calls.'
const CHECK_POLICY = "parsePolicy(policy, { kind: 'session' }) names the place of a mistake."

/** What to do about a code. */
const ADVICE: Readonly<Record<string, string | undefined>> = {
  'AuthFailure.InvalidSecretId':
    'The SecretId is no API key; take one from the console, of a sub-account with few rights.',
  'AuthFailure.SecretIdNotFound': 'There is no such key, or it is disabled; check it in the console.',
  'AuthFailure.SignatureExpire':
    "This machine's clock differs from the service's by more than five minutes; set it.",
  'AuthFailure.SignatureFailure': 'The SecretKey is not the one of this SecretId; copy both again.',
  'AuthFailure.TokenFailure': 'The token of the calling key is wrong or dead; get another key.',
  'AuthFailure.UnauthorizedOperation': 'The calling key may not do this; grant its owner the action in CAM.',
  UnauthorizedOperation: 'The calling key may not do this; grant its owner the action in CAM.',
  'InvalidParameter.OverTimeError':
    'durationSeconds is over the maximum: for a federation token 7200 with the key of a root account and 129600 with that of a sub-account, for a role 43200.',
  'InvalidParameter.PolicyTooLong': 'Name prefixes instead of many keys, or issue several keys.',
  'InvalidParameter.ExtendStrategyOverSize': 'Name prefixes instead of many keys, or issue several keys.',
  'InvalidParameter.StrategyFormatError': CHECK_POLICY,
  'InvalidParameter.StrategyInvalid': CHECK_POLICY,
  'InvalidParameter.ResouceError':
    'A resource of the policy cannot be; check region, APPID and bucket in it.',
  'InvalidParameter.GrantOtherResource': "A resource of the policy is another account's; check its APPID.",
  'ResourceNotFound.RoleNotFound': CHECK_ROLE,
  'InternalError.GetRoleError': CHECK_ROLE,
  'InternalError.IllegalRole': CHECK_ROLE,
}

/** The error for a refusal, with the next step. */
export function toStsError(refusal: Refusal): StsError {
  const { action, upstreamCode, message, ...facts } = refusal
  const [, code = 'ERR_STS_REJECTED'] = CODES.find(([start]) => upstreamCode.startsWith(start)) ?? []
  const said = redact(message).replace(/\.$/, '')
  const advice = Object.hasOwn(ADVICE, upstreamCode) ? ` ${ADVICE[upstreamCode]}` : ''
  return new StsError(code, `STS refused ${action}: ${upstreamCode}, “${said}”.${advice}`, {
    ...facts,
    upstreamCode,
  })
}
