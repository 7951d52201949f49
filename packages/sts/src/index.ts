export { StsError, type StsErrorCode } from './errors.ts'
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
