import { isGrantedToAll } from './acl.ts'
import type { Grant, Permission } from './bucket-settings.ts'
import { Refusal } from './refusal.ts'

/** The access control lists of what a request is for. */
export interface ResourceAcls {
  readonly bucketAcl?: readonly Grant[] | undefined
  /** Absent: the object has none of its own (`default`) and goes by its bucket's. */
  readonly objectAcl?: readonly Grant[] | undefined
}

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
  return isGrantedToAll(level === 'object' ? (objectAcl ?? bucketAcl) : bucketAcl, permission)
}

/**
 * Headers of an answer are chosen by whoever signs for them.
 *
 * @throws {Refusal} `InvalidRequest` [guess; that it is refused is documented]
 */
export function assertNoOverrides(params: ReadonlyMap<string, string>): void {
  const override = [...params.keys()].find((name) => name.startsWith('response-'))
  if (override === undefined) return
  throw new Refusal('InvalidRequest', { message: `The parameter ${override} needs a signed request.` })
}
