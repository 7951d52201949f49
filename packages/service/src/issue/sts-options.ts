import { createStsClient } from '@cos-presign/sts'
import type { Credential, CredentialProvider } from 'cos-presign'
import { z } from 'zod'
import { configured } from '../config-error.ts'
import { createTemporaryKeys, type IssueTemporaryKey } from './temporary-keys.ts'
import { createWritingKeys } from './writing-keys.ts'

/** Where temporary keys come from. */
export interface StsOptions {
  /** Of the buckets, which policies name. @default the service's `region` */
  readonly region?: string | undefined
  /** The STS to ask: a host, and a port where it is not the usual one. @default 'sts.tencentcloudapi.com' */
  readonly endpoint?: string | undefined
  /** @default 'https' */
  readonly scheme?: 'https' | 'http' | undefined
  /** A role to assume for each key; without it a key of the service's own account (`GetFederationToken`). */
  readonly roleArn?: string | undefined
}

export const stsSchema: z.ZodType<StsOptions> = z.strictObject({
  region: z
    .string()
    .regex(/^[a-z\d-]+$/, 'must be a region like ap-guangzhou')
    .optional(),
  endpoint: z.string().min(1).optional(),
  scheme: z.enum(['https', 'http']).optional(),
  roleArn: z.string().startsWith('qcs::cam::', 'must be a role like qcs::cam::uin/…:roleName/…').optional(),
})

/** What else is needed to ask STS. */
export interface StsContext {
  readonly credential: Credential | CredentialProvider
  readonly region?: string | undefined
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
}

/** What an STS is good for. */
export interface TemporaryKeys {
  /** For clients. */
  readonly issue: IssueTemporaryKey
  /** For the service: they sign uploads. */
  readonly writing: CredentialProvider
}

/** Temporary keys from the STS of the options. The region was checked. */
export function temporaryKeysFrom(
  { region, endpoint, scheme, roleArn }: StsOptions,
  context: StsContext,
): TemporaryKeys {
  const { credential, fetch, now } = context
  const ofBuckets = region ?? context.region ?? ''
  const sts = configured('sts', () =>
    createStsClient({ credential, region: ofBuckets, endpoint, scheme, fetch, now }),
  )
  const keys = { sts, region: ofBuckets, roleArn, now }
  return { issue: createTemporaryKeys(keys), writing: createWritingKeys(keys) }
}
