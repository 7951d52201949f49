export {
  type AuthorizedRequest,
  CosClient,
  type CosClientOptions,
  type DownloadUrlParams,
  type ExpiryPolicy,
  type Method,
  type ObjectParams,
  type PresignedRequest,
  type PresignParams,
  type RequestParams,
  type SignParams,
} from './client.ts'
export { clockOffsetOf } from './clock-offset.ts'
export {
  assertConstraints,
  type ConstraintName,
  type Enforcement,
  enforcementOf,
  type ObjectAcl,
  type StorageClass,
  type UnenforcedConstraint,
  type UploadConstraints,
} from './constraints.ts'
export { type Disposition, toContentDisposition } from './content-disposition.ts'
export { type Credential, createCredential } from './credential.ts'
export type { CredentialProvider, CredentialRequest } from './credential-provider.ts'
export { downloadName } from './download-name.ts'
export { SignatureError, type SignatureErrorCode } from './errors.ts'
export {
  type CorsExplanation,
  type ExplainedCorsRequest,
  type ExplainedRule,
  explainCors,
  generateCors,
  type UploadMode,
} from './explain-cors.ts'
export { getPresignedPost, type PostParams, type PresignedPost } from './get-presigned-post.ts'
export type { Scheme } from './host.ts'
export { type LintCode, type LintFinding, type LintOptions, lint } from './lint.ts'
export { type CorsLack, type CorsMatch, type CorsRequest, type CorsRule, matchCors } from './match-cors.ts'
export type { Pairs, PairValue } from './pairs.ts'
export { type ParsedAuthorization, parseAuthorization } from './parse-authorization.ts'
export { type ParsedPresignedUrl, parsePresignedUrl } from './parse-presigned-url.ts'
export type { FieldCondition, PostCondition } from './post-policy.ts'
export { type PresignedPair, presignPair } from './presign-pair.ts'
export { type PartsParams, type PresignedPart, type PresignedParts, presignParts } from './presign-parts.ts'
export { type PresignedUpload, presignUpload } from './presign-upload.ts'
export { type PresignableRequest, type PresignOptions, presignUrl } from './presign-url.ts'
export type { ProvidedClient } from './provided-client.ts'
export type { ReceivedHeaders, ReceivedRequest } from './read-request.ts'
export { redact } from './redact.ts'
export { parseRequestTarget, type RequestTarget, type TargetParam } from './request-target.ts'
export { signMany } from './sign-many.ts'
export { type SignedPostPolicy, signPostPolicy } from './sign-post-policy.ts'
export { type SignableRequest, type SignOptions, signRequest } from './sign-request.ts'
export type { SignatureFields } from './signature-fields.ts'
export type { TimeWindow, WindowOptions } from './time-window.ts'
export { type SignatureTrace, traceSignature } from './trace-signature.ts'
export {
  type PostFailureCode,
  type PostVerification,
  type ReceivedForm,
  type RefusedForm,
  type VerifiedForm,
  type VerifyPostOptions,
  verifyPostPolicy,
} from './verify-post-policy.ts'
export {
  type KeyLookup,
  type KeyRecord,
  type RefusedRequest,
  type Verification,
  type VerificationFailureCode,
  type VerifiedRequest,
  type VerifyOptions,
  verifyRequest,
} from './verify-request.ts'
