import { type PolicyInput, toPolicyText } from '../known-key.ts'

/** A role that AssumeRole gives keys for. */
export interface EmulatorRole {
  /** `qcs::cam::uin/<uin>:roleName/<name>`, or `…:role/<id>`. */
  readonly arn: string
  /** What the role may do. Without a policy, everything. */
  readonly policy?: PolicyInput | undefined
  /** Whoever assumes the role must know it. */
  readonly externalId?: string | undefined
  /** With this the role can be assumed by AssumeRoleWithWebIdentity too, by whoever has exactly this token. */
  readonly webIdentity?: { readonly providerId: string; readonly token: string } | undefined
}

/** The same, its policy as JSON text. */
export interface Role extends EmulatorRole {
  readonly policy?: string | undefined
}

/** How the name of a role must look. */
export const ROLE_ARN: RegExp = /^qcs::cam::uin\/\d+:role(?:Name)?\/./

/** @throws {RangeError|StsError} What is wrong with the role. */
export function toRole({ policy, ...role }: EmulatorRole): Role {
  if (!ROLE_ARN.test(role.arn)) {
    throw new RangeError('"roles" must have ARNs like qcs::cam::uin/100000000001:roleName/uploader')
  }
  return policy === undefined ? role : { ...role, policy: toPolicyText(policy) }
}
