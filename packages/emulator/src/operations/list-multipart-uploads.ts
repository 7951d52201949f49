import { readEncoding, readLimit } from '../listing-params.ts'
import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { toOwner } from '../owner.ts'
import { storageClassOf } from '../stored-headers.ts'
import { toXmlReply } from '../to-xml-reply.ts'

/** `GET /?uploads`: a page of the multipart uploads under way, by key, those of one key by id. */
export async function listMultipartUploads(
  { bucket, params }: OperationRequest,
  { store }: OperationServices,
): Promise<Reply> {
  const prefix = params.get('prefix') ?? ''
  const delimiter = params.get('delimiter') ?? ''
  const key = params.get('key-marker') ?? ''
  // Without a key it is ignored.
  const uploadId = (key !== '' && params.get('upload-id-marker')) || undefined
  const limit = readLimit(params, 'max-uploads')
  const { type, encode } = readEncoding(params)
  const after = { key, uploadId }
  const page = await store.listMultiparts(bucket, { prefix, delimiter, after, limit })
  const commonPrefixes = page.commonPrefixes.map((commonPrefix) => ({ Prefix: encode(commonPrefix) }))
  const encodedDelimiter = delimiter === '' ? undefined : encode(delimiter)
  return toXmlReply('ListMultipartUploadsResult', {
    Bucket: bucket,
    // The documentation has both spellings, and so do the official clients.
    EncodingType: type,
    'Encoding-Type': type,
    KeyMarker: encode(key),
    UploadIdMarker: uploadId ?? '',
    NextKeyMarker: page.next && encode(page.next.key),
    NextUploadIdMarker: page.next?.uploadId,
    MaxUploads: limit,
    IsTruncated: page.next !== undefined,
    Prefix: encode(prefix),
    Delimiter: encodedDelimiter,
    // The spellings that BucketService.ListMultipartUploads of the vendor's Go SDK reads.
    delimiter: encodedDelimiter,
    CommonPrefixs: commonPrefixes,
    Upload: page.items.map((upload) => ({
      Key: encode(upload.key),
      UploadId: upload.uploadId,
      StorageClass: storageClassOf(upload),
      Initiator: toOwner(bucket),
      Owner: toOwner(bucket),
      Initiated: new Date(upload.initiatedAt).toISOString(),
    })),
    CommonPrefixes: commonPrefixes,
  })
}
