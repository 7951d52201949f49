import { createStsClient } from '@cos-presign/sts'
import type { Credential, CredentialProvider } from 'cos-presign'
import { z } from 'zod'
import { configured } from '../config-error.ts'
import { ServiceError } from '../errors.ts'
import type { GrantOptions } from '../grants/grant.ts'
import { createSigningKeys } from './signing-keys.ts'
import { createTemporaryKeys, type IssueTemporaryKey } from './temporary-keys.ts'

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
  /** For the service: each signs one kind of what clients send, and can do nothing else. */
  readonly writing: CredentialProvider
  readonly reading: CredentialProvider
  readonly deleting: CredentialProvider
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
  return {
    issue: createTemporaryKeys(keys),
    writing: createSigningKeys(keys, ['upload', 'resumable-upload']),
    reading: createSigningKeys(keys, ['download', 'head']),
    deleting: createSigningKeys(keys, ['delete']),
  }
}

/** What of the service's options says whether temporary keys are needed, and can be had. */
export interface StsChoice {
  readonly sts?: StsOptions | false | undefined
  readonly region?: string | undefined
  readonly grants: readonly Pick<GrantOptions, 'name' | 'operations' | 'forms'>[]
}

/**
 * What an uploader can do with a key that is not made for uploads is nothing to be left to a default.
 *
 * @throws {ServiceError} `ERR_SERVICE_CONFIG_INVALID`: `sts` is missing where uploads or temporary keys are granted, or lacks the region.
 */
export function assertStsChosen({ sts, region, grants }: StsChoice): void {
  if (sts) {
    if ((sts.region ?? region) !== undefined) return
    throw invalid(
      '"sts" must have the "region" of the buckets, which its policies name; or "region" must be there',
    )
  }
  const wantsKeys = grants.find(({ operations }) => operations.includes('credentials'))
  if (wantsKeys !== undefined) {
    const { name } = wantsKeys
    throw invalid(`The grant "${name}" allows "credentials", so "sts" must be an object, such as {}`, name)
  }
  const writes = grants.find(({ operations }) => operations.some(isWriting))
  if (sts === undefined && writes !== undefined) {
    const { name } = writes
    throw invalid(
      `The grant "${name}" allows uploads, so "sts" must say with which key they are signed. An object, such as {}: a temporary key that can only upload, from STS. false: the service's own key; whoever gets a presigned PUT can then do with it what that key may do, such as read any object by adding x-cos-copy-source`,
      name,
    )
  }
}

/** What an operator who chose `sts: false` is told at each start; nothing where forms alone are handed out, to which nothing can be added. */
export function noticeOfBorrowedKey({ sts, grants }: StsChoice): string | undefined {
  const lenders = grants.filter(
    ({ operations, forms }) => operations.some(isWriting) && (forms?.includes('put') ?? true),
  )
  if (sts || lenders.length === 0) return undefined
  const names = lenders.map(({ name }) => name).join(', ')
  return `UPLOADERS CAN BORROW THE KEY: sts is false, so uploads are signed with the service's own key. Whoever may upload by ${names} can do what that key may do, such as read any object (x-cos-copy-source) or change an ACL. Set sts, or "forms: [post]" in these grants.`
}

function isWriting(operation: string): boolean {
  return operation === 'upload' || operation === 'multipart'
}

function invalid(message: string, grant?: string): ServiceError {
  return new ServiceError('ERR_SERVICE_CONFIG_INVALID', message, { grant })
}
