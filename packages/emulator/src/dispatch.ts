import type { Operation } from './operation.ts'
import { abortMultipartUpload } from './operations/abort-multipart-upload.ts'
import { appendObject } from './operations/append-object.ts'
import { completeMultipartUpload } from './operations/complete-multipart-upload.ts'
import { deleteBucket } from './operations/delete-bucket.ts'
import { deleteBucketCors } from './operations/delete-bucket-cors.ts'
import { deleteMultipleObjects } from './operations/delete-multiple-objects.ts'
import { deleteObject } from './operations/delete-object.ts'
import { deleteObjectTagging } from './operations/delete-object-tagging.ts'
import { getBucket } from './operations/get-bucket.ts'
import { getBucketAcl } from './operations/get-bucket-acl.ts'
import { getBucketCors } from './operations/get-bucket-cors.ts'
import { getBucketLocation } from './operations/get-bucket-location.ts'
import { getBucketVersioning } from './operations/get-bucket-versioning.ts'
import { getObject } from './operations/get-object.ts'
import { getObjectAcl } from './operations/get-object-acl.ts'
import { getObjectTagging } from './operations/get-object-tagging.ts'
import { getService } from './operations/get-service.ts'
import { headBucket } from './operations/head-bucket.ts'
import { headObject } from './operations/head-object.ts'
import { initiateMultipartUpload } from './operations/initiate-multipart-upload.ts'
import { listMultipartUploads } from './operations/list-multipart-uploads.ts'
import { listParts } from './operations/list-parts.ts'
import { postObject } from './operations/post-object.ts'
import { postObjectRestore } from './operations/post-object-restore.ts'
import { putBucket } from './operations/put-bucket.ts'
import { putBucketAcl } from './operations/put-bucket-acl.ts'
import { putBucketCors } from './operations/put-bucket-cors.ts'
import { putObject } from './operations/put-object.ts'
import { putObjectAcl } from './operations/put-object-acl.ts'
import { putObjectCopy } from './operations/put-object-copy.ts'
import { putObjectTagging } from './operations/put-object-tagging.ts'
import { uploadPart } from './operations/upload-part.ts'
import { uploadPartCopy } from './operations/upload-part-copy.ts'

/** What a request addresses: the account, a bucket (path `/`), or an object. */
export type Level = 'service' | 'bucket' | 'object'

/** A row of COS's dispatch table. */
export interface Route {
  readonly method: string
  readonly level: Level
  /** Query parameters that select the operation, in lower case. All must be there, whatever their value. */
  readonly params?: readonly string[]
  /** A header that selects the operation. */
  readonly header?: string
  /** COS's name of the operation, as in policies. */
  readonly name: string
  /** Absent: not implemented. */
  readonly run?: Operation
  /** Whether whom it is from is said in its body, so that the operation itself finds out and decides. */
  readonly isForm?: boolean
  /** Whether the bucket need not exist. */
  readonly createsBucket?: boolean
}

/** The first row that fits counts, so what is selected by more stands before what is selected by less. */
const ROUTES: readonly Route[] = [
  { method: 'GET', level: 'service', name: 'GetService', run: getService },

  { method: 'GET', level: 'bucket', params: ['versions'], name: 'GetBucketObjectVersions' },
  {
    method: 'GET',
    level: 'bucket',
    params: ['uploads'],
    name: 'ListMultipartUploads',
    run: listMultipartUploads,
  },
  { method: 'GET', level: 'bucket', params: ['acl'], name: 'GetBucketACL', run: getBucketAcl },
  { method: 'PUT', level: 'bucket', params: ['acl'], name: 'PutBucketACL', run: putBucketAcl },
  { method: 'GET', level: 'bucket', params: ['cors'], name: 'GetBucketCORS', run: getBucketCors },
  { method: 'PUT', level: 'bucket', params: ['cors'], name: 'PutBucketCORS', run: putBucketCors },
  { method: 'DELETE', level: 'bucket', params: ['cors'], name: 'DeleteBucketCORS', run: deleteBucketCors },
  { method: 'GET', level: 'bucket', params: ['location'], name: 'GetBucketLocation', run: getBucketLocation },
  {
    method: 'GET',
    level: 'bucket',
    params: ['versioning'],
    name: 'GetBucketVersioning',
    run: getBucketVersioning,
  },
  { method: 'PUT', level: 'bucket', params: ['versioning'], name: 'PutBucketVersioning' },
  {
    method: 'POST',
    level: 'bucket',
    params: ['delete'],
    name: 'DeleteMultipleObjects',
    run: deleteMultipleObjects,
  },
  { method: 'GET', level: 'bucket', name: 'GetBucket', run: getBucket },
  { method: 'HEAD', level: 'bucket', name: 'HeadBucket', run: headBucket },
  { method: 'PUT', level: 'bucket', name: 'PutBucket', run: putBucket, createsBucket: true },
  { method: 'DELETE', level: 'bucket', name: 'DeleteBucket', run: deleteBucket },
  { method: 'POST', level: 'bucket', name: 'PostObject', run: postObject, isForm: true },

  {
    method: 'PUT',
    level: 'object',
    params: ['partnumber', 'uploadid'],
    header: 'x-cos-copy-source',
    name: 'UploadPartCopy',
    run: uploadPartCopy,
  },
  { method: 'PUT', level: 'object', params: ['partnumber', 'uploadid'], name: 'UploadPart', run: uploadPart },
  { method: 'PUT', level: 'object', params: ['acl'], name: 'PutObjectACL', run: putObjectAcl },
  { method: 'PUT', level: 'object', params: ['tagging'], name: 'PutObjectTagging', run: putObjectTagging },
  { method: 'PUT', level: 'object', header: 'x-cos-copy-source', name: 'PutObjectCopy', run: putObjectCopy },
  {
    method: 'POST',
    level: 'object',
    params: ['uploads'],
    name: 'InitiateMultipartUpload',
    run: initiateMultipartUpload,
  },
  {
    method: 'POST',
    level: 'object',
    params: ['uploadid'],
    name: 'CompleteMultipartUpload',
    run: completeMultipartUpload,
  },
  { method: 'POST', level: 'object', params: ['append'], name: 'AppendObject', run: appendObject },
  { method: 'POST', level: 'object', params: ['restore'], name: 'PostObjectRestore', run: postObjectRestore },
  { method: 'GET', level: 'object', params: ['uploadid'], name: 'ListParts', run: listParts },
  { method: 'GET', level: 'object', params: ['acl'], name: 'GetObjectACL', run: getObjectAcl },
  { method: 'GET', level: 'object', params: ['tagging'], name: 'GetObjectTagging', run: getObjectTagging },
  {
    method: 'DELETE',
    level: 'object',
    params: ['uploadid'],
    name: 'AbortMultipartUpload',
    run: abortMultipartUpload,
  },
  {
    method: 'DELETE',
    level: 'object',
    params: ['tagging'],
    name: 'DeleteObjectTagging',
    run: deleteObjectTagging,
  },
  { method: 'GET', level: 'object', name: 'GetObject', run: getObject },
  { method: 'HEAD', level: 'object', name: 'HeadObject', run: headObject },
  { method: 'PUT', level: 'object', name: 'PutObject', run: putObject },
  { method: 'DELETE', level: 'object', name: 'DeleteObject', run: deleteObject },
]

/**
 * Parameters that select an operation in COS, with or without a row above. A request that has one is never the plain
 * operation of its method.
 */
const SUB_RESOURCES: ReadonlySet<string> = new Set([
  'accelerate',
  'acl',
  'append',
  'callback',
  'cors',
  'delete',
  'domain',
  'domaincertificate',
  'encryption',
  'intelligent-tiering',
  'intelligenttiering',
  'inventory',
  'legal-hold',
  'lifecycle',
  'location',
  'logging',
  'notification',
  'object-lock',
  'origin',
  'partnumber',
  'policy',
  'referer',
  'rename',
  'replication',
  'restore',
  'retention',
  'select',
  'symlink',
  'tagging',
  'torrent',
  'uploadid',
  'uploads',
  'versioning',
  'versions',
  'website',
])

/**
 * Finds the operation a request is for; the order of its parameters does not matter.
 *
 * @param params - Names in lower case.
 * @returns A row without `run` for what is not implemented, `undefined` when COS has no such operation: a method that a
 * sub-resource of the table does not know.
 */
export function findRoute(
  method: string,
  level: Level,
  params: ReadonlyMap<string, string>,
  headers: ReadonlyMap<string, string>,
): Route | undefined {
  const route = ROUTES.find(
    (row) =>
      row.method === method &&
      row.level === level &&
      (row.params ?? []).every((name) => params.has(name)) &&
      (row.header === undefined || headers.has(row.header)),
  )
  if (route?.params || level === 'service') return route
  const selector = [...params.keys()].find((name) => SUB_RESOURCES.has(name))
  if (selector === undefined) return route
  const isKnown = ROUTES.some((row) => row.level === level && row.params?.includes(selector))
  return isKnown ? undefined : { method, level, name: `${method} ${level} ?${selector}` }
}
