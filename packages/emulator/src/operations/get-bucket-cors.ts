import { toCorsElements } from '../cors-document.ts'
import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { Refusal } from '../refusal.ts'
import { toXmlReply } from '../to-xml-reply.ts'

/** `GET /?cors` */
export async function getBucketCors(
  { bucket }: OperationRequest,
  { store }: OperationServices,
): Promise<Reply> {
  const cors = (await store.getBucket(bucket))?.settings?.cors
  if (cors === undefined) throw new Refusal('NoSuchCORSConfiguration')
  return toXmlReply('CORSConfiguration', toCorsElements(cors))
}
