import { randomBytes } from 'node:crypto'
import { readForbidOverwrite } from '../forbid-overwrite.ts'
import type { Reply } from '../message.ts'
import { readObjectProperties } from '../object-properties.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { toXmlReply } from '../to-xml-reply.ts'

/** `POST /key?uploads`: what it says about the object is kept until the upload is complete. */
export async function initiateMultipartUpload(
  { bucket, key, headers }: OperationRequest,
  { store, now }: OperationServices,
): Promise<Reply> {
  const properties = readObjectProperties(headers)
  readForbidOverwrite(headers)(await store.headObject(bucket, key))
  const initiatedAt = now()
  const uploadId = createUploadId(initiatedAt)
  await store.createMultipart(bucket, { key, uploadId, initiatedAt, ...properties })
  return toXmlReply('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: uploadId })
}

/** As the real ones look: ten digits of time, then hex. The vendor's Go SDK expects lower-case letters and digits. */
function createUploadId(now: number): string {
  return `${Math.floor(now / 1000)}${randomBytes(30).toString('hex')}`
}
