import { assertCopyable, readCopySource } from '../copy-source.ts'
import { readForbidOverwrite } from '../forbid-overwrite.ts'
import type { HeaderMap, Reply } from '../message.ts'
import { readObjectProperties } from '../object-properties.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { MAX_BODY_BYTES } from '../receive-body.ts'
import { Refusal } from '../refusal.ts'
import type { ObjectProperties, ObjectRecord } from '../store.ts'
import { toXmlReply } from '../to-xml-reply.ts'

/** `PUT /key` with `x-cos-copy-source`. The ETag stays that of the source, also of one that was uploaded in parts [guess]. */
export async function putObjectCopy(request: OperationRequest, services: OperationServices): Promise<Reply> {
  const { bucket, key, headers } = request
  const { store, now } = services
  const given = readObjectProperties(headers)
  const replacesHeaders = isReplaced(headers, 'x-cos-metadata-directive')
  const replacesTags = isReplaced(headers, 'x-cos-tagging-directive')
  const mayReplace = readForbidOverwrite(headers)
  const source = await readCopySource(request, services)
  if (source.bucket === bucket && source.key === key && !replacesHeaders) throw copyToItself()
  const copied = await store.copyObject(source, { bucket, key }, (record, current) => {
    assertCopyable(headers, record, now())
    if (record.size > MAX_BODY_BYTES) throw new Refusal('EntityTooLarge')
    mayReplace(current)
    return {
      ...given,
      key,
      size: record.size,
      etag: record.etag,
      crc64: record.crc64,
      modifiedAt: now(),
      headers: replacesHeaders ? given.headers : toCopiedHeaders(record, given),
      tags: replacesTags ? given.tags : record.tags,
    }
  })
  if (copied === undefined) throw new Refusal('NoSuchCopySource')
  return toXmlReply('CopyObjectResult', {
    ETag: `"${copied.etag}"`,
    CRC64: copied.crc64,
    LastModified: new Date(copied.modifiedAt).toISOString().replace(/\.\d+Z$/, 'Z'),
  })
}

/** The storage class is never copied: it is what the request says, or STANDARD. */
function toCopiedHeaders(source: ObjectRecord, given: ObjectProperties): ObjectProperties['headers'] {
  const { 'x-cos-storage-class': _ofSource, ...copied } = source.headers
  const storageClass = given.headers['x-cos-storage-class']
  return storageClass === undefined ? copied : { ...copied, 'x-cos-storage-class': storageClass }
}

function isReplaced(headers: HeaderMap, name: string): boolean {
  const directive = (headers.get(name) || 'copy').toLowerCase()
  if (directive !== 'copy' && directive !== 'replaced')
    throw new Refusal('InvalidArgument', { message: `${name} must be Copy or Replaced.` })
  return directive === 'replaced'
}

function copyToItself(): Refusal {
  return new Refusal('InvalidRequest', {
    message: 'An object is copied to itself only with x-cos-metadata-directive: Replaced.',
  })
}
