export {
  type AssumeRoleParams,
  createStsClient,
  type FederationTokenParams,
  type StsCallOptions,
  type StsClient,
  type WebIdentityParams,
} from './client/sts-client.ts'
export type { StsClientOptions } from './client/sts-settings.ts'
export type { TemporaryKey } from './client/wire.ts'
export {
  type CreatedPolicy,
  type CreatePolicyParams,
  createPolicy,
  type PolicyGrant,
} from './create-policy/create-policy.ts'
export type { PolicyWarning } from './create-policy/grant-resource.ts'
export type { PolicyOperation } from './create-policy/operations.ts'
export type {
  PolicyDocument,
  PolicyDocumentConditions,
  PolicyDocumentStatement,
} from './create-policy/policy-document.ts'
export { StsError, type StsErrorCode } from './errors.ts'
export { checkPresigningKey, type PresigningKeyFinding } from './policy/check-presigning-key.ts'
export type { PolicyCondition } from './policy/condition.ts'
export {
  explainPolicies,
  explainPolicy,
  type PolicyAllowance,
  type PolicyDecision,
  type PolicyDenial,
  type PolicySource,
  type StatementReference,
} from './policy/explain-policy.ts'
export type { Mismatch } from './policy/mismatch.ts'
export { type ParsePolicyOptions, type PolicyKind, parsePolicy } from './policy/parse-policy.ts'
export type { Effect, Policy, PolicyStatement } from './policy/policy.ts'
export type { PolicyFields, PolicyRequest, PolicyResource } from './policy/policy-request.ts'
export {
  byFolder,
  type CachedProvider,
  type CachedProviderOptions,
  createCachedProvider,
} from './providers/cached-provider.ts'
export { createChainProvider } from './providers/chain-provider.ts'
export { createEnvironmentProvider, type Environment } from './providers/environment-provider.ts'
export { createInstanceRoleProvider, type InstanceRoleOptions } from './providers/instance-role-provider.ts'
export {
  createCloudSdkProfileProvider,
  createCoscliProvider,
  createProfileProvider,
  type ProfileOptions,
  type ReadText,
  type YamlProfileOptions,
} from './providers/profile-providers.ts'
export { createStaticProvider } from './providers/static-provider.ts'
export { createWebIdentityProvider, type WebIdentityOptions } from './providers/web-identity-provider.ts'
export { signTc1, type Tc1Method, type Tc1Request } from './signature/sign-tc1.ts'
export { type SignedTc3Request, signTc3, type Tc3Options, type Tc3Request } from './signature/sign-tc3.ts'
