import { getPresignedPost, type PostParams, presignUpload } from 'cos-presign'
import { ServiceError } from '../errors.ts'
import type { Permission } from '../grants/decide.ts'
import type { Grant, UploadForm } from '../grants/grant.ts'
import { noteIssued } from '../observe/issued.ts'
import type { Services } from '../services.ts'
import { whenReady } from '../when-ready.ts'
import type { PostFormAnswer, UploadAnswer } from '../wire.ts'

/** What the client says it will send. */
export interface Announced {
  readonly contentType?: string | undefined
  readonly sizeBytes?: number | undefined
  /** 16 bytes in Base64. */
  readonly contentMd5?: string | undefined
}

/** A presigned PUT. What was announced is checked against the constraints and signed, and so enforced. */
export function issuePut(
  permission: Permission,
  announced: Announced,
  services: Services,
): UploadAnswer | Promise<UploadAnswer> {
  assertForm(permission, 'put')
  const { bucket, key, constraints, lifetimeSeconds } = permission
  const params = { Bucket: bucket, Key: key, Expired: lifetimeSeconds, Headers: toHeaders(announced) }
  return whenReady(services.writerFor(lifetimeSeconds, bucket), (client) => {
    const { method, url, headers, effectiveExpiresAt, enforced, notEnforced } = presignUpload(
      client,
      params,
      constraints,
    )
    assertKept(permission, notEnforced)
    noteIssued(services, permission, effectiveExpiresAt)
    const grant = permission.grant.name
    return { method, url, headers, bucket, key, grant, effectiveExpiresAt, enforced, notEnforced }
  })
}

/**
 * A form for a POST. The policy holds the constraints, so a type or size that is announced is only checked, and may be another
 * within them.
 */
export async function issuePostForm(
  permission: Permission,
  { contentType, sizeBytes }: Announced,
  services: Services,
  fields: PostParams['Fields'] = [],
): Promise<PostFormAnswer> {
  assertForm(permission, 'post')
  const { bucket, key, constraints, lifetimeSeconds } = permission
  const client = await services.clientFor(lifetimeSeconds)
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
  assertKept(permission, form.notEnforced)
  noteIssued(services, permission, form.effectiveExpiresAt)
  return {
    method: 'POST',
    url: form.url,
    fields: form.fields,
    openFields: form.openFields,
    ...placeOf(permission),
    ...enforcementOf(form),
  }
}

/**
 * Refuses a way to upload that the grant does not have.
 *
 * @throws {ServiceError} `ERR_SERVICE_NOT_GRANTED`
 */
export function assertForm({ grant: { name, forms } }: Permission, form: UploadForm): void {
  if (forms.includes(form)) return
  const message = `The grant "${name}" allows uploads by ${forms.join()} alone; ask for form: '${forms.join()}'`
  throw new ServiceError('ERR_SERVICE_NOT_GRANTED', message, { grant: name })
}

/** What the client can say so that a signature holds it to a constraint. */
const TO_ANNOUNCE: Readonly<Record<string, string>> = {
  contentType: 'contentType',
  minSizeBytes: 'sizeBytes',
  maxSizeBytes: 'sizeBytes',
}

/**
 * Refuses what would let the client do more than the grant says.
 *
 * @throws {ServiceError} `ERR_SERVICE_REQUEST_INVALID`: the client must announce more. `ERR_SERVICE_NOT_GRANTED`: the constraint cannot
 * be kept in this way.
 */
export function assertKept({ grant }: Permission, notEnforced: Enforced['notEnforced']): void {
  const open = findOpen(grant, notEnforced)
  if (open === undefined) return
  const missing = TO_ANNOUNCE[open.constraint]
  if (missing === undefined) throw notKept(grant, open)
  throw new ServiceError(
    'ERR_SERVICE_REQUEST_INVALID',
    `The grant "${grant.name}" limits this: say ${missing}, which is then signed; or ask for a form, which can hold a range`,
    { grant: grant.name },
  )
}

type Unenforced = Enforced['notEnforced'][number]

/** The first constraint that would not hold. A key that nobody can guess needs no ban on overwriting. */
export function findOpen(grant: Grant, notEnforced: readonly Unenforced[]): Unenforced | undefined {
  const isFresh = grant.template.isUnguessable && !grant.clientMayChooseKey
  return notEnforced.find(({ constraint }) => !(constraint === 'forbidOverwrite' && isFresh))
}

/** The refusal of what cannot keep a constraint. */
export function notKept({ name }: Grant, { constraint, reason }: Unenforced): ServiceError {
  return new ServiceError(
    'ERR_SERVICE_NOT_GRANTED',
    `The grant "${name}" has ${constraint}, which cannot be kept so. ${reason}`,
    { grant: name },
  )
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
  const headers: [string, string | number][] = []
  if (contentType !== undefined) headers.push(['Content-Type', contentType])
  if (sizeBytes !== undefined) headers.push(['Content-Length', sizeBytes])
  if (contentMd5 !== undefined) headers.push(['Content-MD5', contentMd5])
  return headers
}
