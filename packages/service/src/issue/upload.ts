import { getPresignedPost, type PostParams, presignUpload } from 'cos-presign'
import type { Permission } from '../grants/decide.ts'
import type { Services } from '../services.ts'
import type { PostFormAnswer, UploadAnswer } from '../wire.ts'

/** What the client says it will send. */
export interface Announced {
  readonly contentType?: string | undefined
  readonly sizeBytes?: number | undefined
  /** 16 bytes in Base64. */
  readonly contentMd5?: string | undefined
}

/** A presigned PUT. What was announced is checked against the constraints and signed, and so enforced. */
export async function issuePut(
  permission: Permission,
  announced: Announced,
  { clientFor }: Services,
): Promise<UploadAnswer> {
  const { bucket, key, constraints, lifetimeSeconds } = permission
  const client = await clientFor(lifetimeSeconds)
  const params = { Bucket: bucket, Key: key, Expired: lifetimeSeconds, Headers: toHeaders(announced) }
  const { method, url, headers, ...rest } = presignUpload(client, params, constraints)
  return { method, url, headers, ...placeOf(permission), ...enforcementOf(rest) }
}

/**
 * A form for a POST. The policy holds the constraints, so a type or size that is announced is only checked, and may be another
 * within them.
 */
export async function issuePostForm(
  permission: Permission,
  { contentType, sizeBytes }: Announced,
  { clientFor }: Services,
  fields: PostParams['Fields'] = [],
): Promise<PostFormAnswer> {
  const { bucket, key, constraints, lifetimeSeconds } = permission
  const client = await clientFor(lifetimeSeconds)
  // The signature of a PUT with these headers would be refused: so is the form.
  presignUpload(
    client,
    { Bucket: bucket, Key: key, Headers: toHeaders({ contentType, sizeBytes }) },
    constraints,
  )
  const type = contentType === undefined ? [] : [['Content-Type', contentType] as const]
  const form = getPresignedPost(
    client,
    {
      Bucket: bucket,
      Key: key,
      Expired: lifetimeSeconds,
      Fields: [...type, ...(Array.isArray(fields) ? fields : Object.entries(fields))],
    },
    constraints,
  )
  return {
    method: 'POST',
    url: form.url,
    fields: form.fields,
    openFields: form.openFields,
    ...placeOf(permission),
    ...enforcementOf(form),
  }
}

/** Where an object is, and what allowed it. */
export function placeOf({ bucket, key, grant }: Permission): {
  readonly bucket: string
  readonly key: string
  readonly grant: string
} {
  return { bucket, key, grant: grant.name }
}

type Enforced = Pick<UploadAnswer, 'enforced' | 'notEnforced' | 'effectiveExpiresAt'>

function enforcementOf({ enforced, notEnforced, effectiveExpiresAt }: Enforced): Enforced {
  return { effectiveExpiresAt, enforced, notEnforced }
}

/** The headers of what was announced. */
export function toHeaders({ contentType, sizeBytes, contentMd5 }: Announced): [string, string | number][] {
  const headers = { 'Content-Type': contentType, 'Content-Length': sizeBytes, 'Content-MD5': contentMd5 }
  return Object.entries(headers).filter((pair): pair is [string, string | number] => pair[1] !== undefined)
}
