import { readEncoding, readLimit } from '../listing-params.ts'
import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { toListOwner } from '../owner.ts'
import { storageClassOf } from '../stored-headers.ts'
import { toXmlReply } from '../to-xml-reply.ts'

/** `GET /`: a page of a bucket's objects, in the order of their keys' UTF-8 bytes. */
export async function getBucket(
  { bucket, params }: OperationRequest,
  { store }: OperationServices,
): Promise<Reply> {
  const prefix = params.get('prefix') ?? ''
  const delimiter = params.get('delimiter') ?? ''
  const marker = params.get('marker') ?? ''
  const limit = readLimit(params, 'max-keys')
  const { type, encode } = readEncoding(params)
  const page = await store.listObjects(bucket, { prefix, delimiter, after: marker, limit })
  const owner = toListOwner(bucket)
  return toXmlReply('ListBucketResult', {
    Name: bucket,
    EncodingType: type,
    Prefix: encode(prefix),
    Marker: encode(marker),
    MaxKeys: limit,
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    IsTruncated: page.next !== undefined,
    NextMarker: page.next === undefined ? undefined : encode(page.next),
    CommonPrefixes: page.commonPrefixes.map((commonPrefix) => ({ Prefix: encode(commonPrefix) })),
    Contents: page.items.map((record) => ({
      Key: encode(record.key),
      LastModified: new Date(record.modifiedAt).toISOString(),
      ETag: `"${record.etag}"`,
      Size: record.size,
      Owner: owner,
      StorageClass: storageClassOf(record),
    })),
  })
}
