import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { Refusal } from '../refusal.ts'

/** `DELETE /` on a bucket's host. */
export async function deleteBucket(
  { bucket }: OperationRequest,
  { store }: OperationServices,
): Promise<Reply> {
  const outcome = await store.deleteBucket(bucket)
  if (outcome === 'missing') throw new Refusal('NoSuchBucket')
  if (outcome === 'not-empty') throw new Refusal('BucketNotEmpty')
  return { status: 204, headers: {} }
}
