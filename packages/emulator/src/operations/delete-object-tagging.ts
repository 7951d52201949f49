import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { Refusal } from '../refusal.ts'

/** `DELETE /key?tagging`: 204 also when there are none. */
export async function deleteObjectTagging(
  { bucket, key }: OperationRequest,
  { store }: OperationServices,
): Promise<Reply> {
  const record = await store.updateObject(bucket, key, ({ tags: _tags, ...untagged }) => untagged)
  if (record === undefined) throw new Refusal('NoSuchKey')
  return { status: 204, headers: {} }
}
