/*
 * STS's codes, and the message where the situation has only one. Behind each: how sure we are of the code / of the text.
 * [doc] official documentation, [seen] public reports of the real service, [guess] our choice.
 */
const REFUSALS = {
  'AuthFailure.InvalidAuthorization': 'The Authorization header is not valid.', // [doc] / [guess]
  'AuthFailure.SecretIdNotFound': 'The SecretId is not found, please ensure that your SecretId is correct.', // [doc] / [seen]
  'AuthFailure.SignatureExpire':
    'Signature expired. Timestamp and server time can not differ by more than five minutes.', // [doc] / [guess]
  'AuthFailure.SignatureFailure':
    'The provided credentials could not be validated. Please check your signature is correct.', // [doc] / [doc]
  'AuthFailure.TokenFailure': 'The token of the temporary key is missing, wrong or expired.', // [doc] / [guess]
  'AuthFailure.UnauthorizedOperation': 'This operation cannot be called with a temporary key.', // [doc] / [guess]
  'InternalError.SystemError': 'We encountered an internal error. Please try again.', // [doc] / [guess]
  InvalidAction: 'The action is not known to this service.', // [doc] / [guess]
  InvalidParameter: 'A parameter is not valid.', // [doc] / [guess]
  'InvalidParameter.OverTimeError': 'DurationSeconds is longer than allowed.', // [doc] / [guess]
  'InvalidParameter.PolicyTooLong': 'The policy is too long.', // [doc] / [guess]
  'InvalidParameter.StrategyFormatError': 'The policy is not valid.', // [doc] / [guess]
  'InvalidParameter.StrategyInvalid': 'The policy must not contain the element principal.', // [doc] / [guess]
  InvalidParameterValue: 'The value of a parameter is not valid.', // [doc] / [guess]
  MissingParameter: 'A required parameter is missing.', // [doc] / [guess]
  NoSuchVersion: 'The version of the API does not exist.', // [doc] / [guess]
  RequestLimitExceeded: 'Your current request frequency exceeds the limit.', // [doc] / [guess]
  RequestSizeLimitExceeded: 'The request is too large.', // [doc] / [guess]
  'ResourceNotFound.RoleNotFound': 'The role does not exist.', // [doc] / [guess]
  UnauthorizedOperation: 'You are not authorized to perform this operation.', // [doc] / [guess]
  UnknownParameter: 'A parameter is not known.', // [doc] / [guess]
  UnsupportedOperation: 'The operation is not supported.', // [doc] / [guess]
} as const

/** A code of STS that the emulator answers with. */
export type StsRefusalCode = keyof typeof REFUSALS

/** Thrown by whatever finds that STS would say no, and turned into STS's error answer, whose HTTP status is 200. */
export class StsRefusal extends Error {
  override readonly name = 'StsRefusal'
  /** STS's code. */
  readonly code: StsRefusalCode
  /** For the log alone. */
  readonly reason: string | undefined

  constructor(code: StsRefusalCode, message?: string, reason?: string) {
    super(message ?? REFUSALS[code])
    this.code = code
    this.reason = reason
  }
}
