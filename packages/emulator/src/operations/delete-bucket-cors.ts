import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'

/** `DELETE /?cors`: 204 also when there is no configuration. */
export async function deleteBucketCors(
  { bucket }: OperationRequest,
  { store }: OperationServices,
): Promise<Reply> {
  await store.updateBucket(bucket, ({ cors: _, ...others }) => others)
  return { status: 204, headers: {} }
}
