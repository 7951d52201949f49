import type { Grant, Permission } from './bucket-settings.ts'

/** The access control lists of what a request is for. */
export interface ResourceAcls {
  readonly bucketAcl?: readonly Grant[] | undefined
  /** Absent: the object has none of its own (`default`) and goes by its bucket's. */
  readonly objectAcl?: readonly Grant[] | undefined
}

/** Everybody, under both names that COS has for it. */
const ALL_USERS: ReadonlySet<string> = new Set([
  'http://cam.qcloud.com/groups/global/AllUsers',
  'qcs::cam::anyone:anyone',
])

/** Which permission an operation needs, on its bucket or on its object (436/30752). What is not here is never public. */
const NEEDED: Readonly<Record<string, readonly ['bucket' | 'object', Permission]>> = {
  GetBucket: ['bucket', 'READ'],
  HeadBucket: ['bucket', 'READ'],
  ListMultipartUploads: ['bucket', 'READ'],
  GetBucketACL: ['bucket', 'READ_ACP'],
  PutBucketACL: ['bucket', 'WRITE_ACP'],
  PutObject: ['bucket', 'WRITE'],
  PostObject: ['bucket', 'WRITE'],
  AppendObject: ['bucket', 'WRITE'],
  DeleteObject: ['bucket', 'WRITE'],
  DeleteMultipleObjects: ['bucket', 'WRITE'],
  InitiateMultipartUpload: ['bucket', 'WRITE'],
  UploadPart: ['bucket', 'WRITE'],
  ListParts: ['bucket', 'WRITE'],
  CompleteMultipartUpload: ['bucket', 'WRITE'],
  AbortMultipartUpload: ['bucket', 'WRITE'],
  GetObject: ['object', 'READ'],
  HeadObject: ['object', 'READ'],
  GetObjectACL: ['object', 'READ_ACP'],
  PutObjectACL: ['object', 'WRITE_ACP'],
}

/** Whether anybody at all may do this. */
export function grantsToAll(action: string, { bucketAcl = [], objectAcl }: ResourceAcls): boolean {
  const [level, permission] = NEEDED[action] ?? []
  if (permission === undefined) return false
  const acl = level === 'object' ? (objectAcl ?? bucketAcl) : bucketAcl
  return acl.some(
    (grant) =>
      ALL_USERS.has(grant.grantee) &&
      (grant.permission === permission || grant.permission === 'FULL_CONTROL'),
  )
}
