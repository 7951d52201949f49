import type { Operation } from './operation.ts'
import { deleteBucket } from './operations/delete-bucket.ts'
import { deleteBucketCors } from './operations/delete-bucket-cors.ts'
import { deleteObject } from './operations/delete-object.ts'
import { getBucketAcl } from './operations/get-bucket-acl.ts'
import { getBucketCors } from './operations/get-bucket-cors.ts'
import { getBucketLocation } from './operations/get-bucket-location.ts'
import { getBucketVersioning } from './operations/get-bucket-versioning.ts'
import { getObject } from './operations/get-object.ts'
import { getService } from './operations/get-service.ts'
import { headBucket } from './operations/head-bucket.ts'
import { headObject } from './operations/head-object.ts'
import { putBucket } from './operations/put-bucket.ts'
import { putBucketAcl } from './operations/put-bucket-acl.ts'
import { putBucketCors } from './operations/put-bucket-cors.ts'
import { putObject } from './operations/put-object.ts'

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
  /** Whether the bucket need not exist. */
  readonly createsBucket?: boolean
}

/** The first row that fits counts, so what is selected by more stands before what is selected by less. */
const ROUTES: readonly Route[] = [
  { method: 'GET', level: 'service', name: 'GetService', run: getService },

  { method: 'GET', level: 'bucket', params: ['versions'], name: 'GetBucketObjectVersions' },
  { method: 'GET', level: 'bucket', params: ['uploads'], name: 'ListMultipartUploads' },
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
  { method: 'POST', level: 'bucket', params: ['delete'], name: 'DeleteMultipleObjects' },
  { method: 'GET', level: 'bucket', name: 'GetBucket' },
  { method: 'HEAD', level: 'bucket', name: 'HeadBucket', run: headBucket },
  { method: 'PUT', level: 'bucket', name: 'PutBucket', run: putBucket, createsBucket: true },
  { method: 'DELETE', level: 'bucket', name: 'DeleteBucket', run: deleteBucket },
  { method: 'POST', level: 'bucket', name: 'PostObject' },

  {
    method: 'PUT',
    level: 'object',
    params: ['partnumber', 'uploadid'],
    header: 'x-cos-copy-source',
    name: 'UploadPartCopy',
  },
  { method: 'PUT', level: 'object', params: ['partnumber', 'uploadid'], name: 'UploadPart' },
  { method: 'PUT', level: 'object', params: ['acl'], name: 'PutObjectACL' },
  { method: 'PUT', level: 'object', params: ['tagging'], name: 'PutObjectTagging' },
  { method: 'PUT', level: 'object', header: 'x-cos-copy-source', name: 'PutObjectCopy' },
  { method: 'POST', level: 'object', params: ['uploads'], name: 'InitiateMultipartUpload' },
  { method: 'POST', level: 'object', params: ['uploadid'], name: 'CompleteMultipartUpload' },
  { method: 'POST', level: 'object', params: ['append'], name: 'AppendObject' },
  { method: 'POST', level: 'object', params: ['restore'], name: 'PostObjectRestore' },
  { method: 'GET', level: 'object', params: ['uploadid'], name: 'ListParts' },
  { method: 'GET', level: 'object', params: ['acl'], name: 'GetObjectACL' },
  { method: 'GET', level: 'object', params: ['tagging'], name: 'GetObjectTagging' },
  { method: 'DELETE', level: 'object', params: ['uploadid'], name: 'AbortMultipartUpload' },
  { method: 'DELETE', level: 'object', params: ['tagging'], name: 'DeleteObjectTagging' },
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
  'versionid',
  'versioning',
  'versions',
  'website',
])

/**
 * Finds the operation a request is for; the order of its parameters does not matter.
 *
 * @param params - Names in lower case.
 * @returns A row without `run` for what is not implemented, `undefined` when COS has no such operation.
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
  return selector === undefined ? route : { method, level, name: `${method} ${level} ?${selector}` }
}
