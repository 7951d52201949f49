import { toAclElements } from '../acl-document.ts'
import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { toXmlReply } from '../to-xml-reply.ts'

/** `GET /?acl` */
export async function getBucketAcl(
  { bucket }: OperationRequest,
  { store }: OperationServices,
): Promise<Reply> {
  const acl = (await store.getBucket(bucket))?.settings?.acl ?? []
  return toXmlReply('AccessControlPolicy', toAclElements(bucket, acl))
}
