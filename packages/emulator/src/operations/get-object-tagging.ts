import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { Refusal } from '../refusal.ts'
import { toTagging } from '../tagging.ts'
import { toXmlReply } from '../to-xml-reply.ts'

/** `GET /key?tagging`. The official clients take `NoSuchTagSet` for an empty list. */
export async function getObjectTagging(
  { bucket, key }: OperationRequest,
  { store }: OperationServices,
): Promise<Reply> {
  const record = await store.headObject(bucket, key)
  if (record === undefined) throw new Refusal('NoSuchKey')
  const { tags = [] } = record
  if (tags.length === 0) throw new Refusal('NoSuchTagSet')
  return toXmlReply('Tagging', toTagging(tags))
}
