import { readEncoding, readLimit } from '../listing-params.ts'
import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { toOwner } from '../owner.ts'
import { Refusal } from '../refusal.ts'
import { storageClassOf } from '../stored-headers.ts'
import { toXmlReply } from '../to-xml-reply.ts'

/** `GET /key?uploadId=…`: the parts of a multipart upload, a page of them in the order of their numbers. */
export async function listParts(
  { bucket, key, params }: OperationRequest,
  { store }: OperationServices,
): Promise<Reply> {
  const uploadId = params.get('uploadid') ?? ''
  const limit = readLimit(params, 'max-parts')
  const marker = params.get('part-number-marker') || '0'
  if (!/^\d{1,10}$/.test(marker)) {
    throw new Refusal('InvalidArgument', { message: 'part-number-marker must be a number.' })
  }
  const { type, encode } = readEncoding(params)
  const upload = await store.getMultipart(bucket, key, uploadId)
  const page = await store.listParts(bucket, key, uploadId, { after: Number(marker), limit })
  if (upload === undefined || page === undefined) throw new Refusal('NoSuchUpload')
  const { parts, isTruncated } = page
  return toXmlReply('ListPartsResult', {
    Bucket: bucket,
    // The documentation has both spellings, and so do the official clients.
    EncodingType: type,
    'Encoding-type': type,
    Key: encode(key),
    UploadId: uploadId,
    Initiator: toOwner(bucket),
    Owner: toOwner(bucket),
    StorageClass: storageClassOf(upload),
    PartNumberMarker: marker,
    NextPartNumberMarker: isTruncated ? parts.at(-1)?.number : undefined,
    MaxParts: limit,
    IsTruncated: isTruncated,
    Part: parts.map(({ number, modifiedAt, etag, size }) => ({
      PartNumber: number,
      LastModified: new Date(modifiedAt).toISOString(),
      ETag: `"${etag}"`,
      Size: size,
    })),
  })
}
