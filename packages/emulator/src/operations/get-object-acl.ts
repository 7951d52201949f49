import { toAclElements } from '../acl-document.ts'
import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { Refusal } from '../refusal.ts'
import { toXmlReply } from '../to-xml-reply.ts'

/** `GET /key?acl`: an object without a list of its own says so in a header. */
export async function getObjectAcl(
  { bucket, key }: OperationRequest,
  { store }: OperationServices,
): Promise<Reply> {
  const record = await store.headObject(bucket, key)
  if (record === undefined) throw new Refusal('NoSuchKey')
  const headers = record.acl === undefined ? { 'x-cos-acl': 'default' } : {}
  return toXmlReply('AccessControlPolicy', toAclElements(bucket, record.acl ?? []), headers)
}
