import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'

/** `DELETE /key`: 204 also when there is no such object. */
export async function deleteObject(
  { bucket, key }: OperationRequest,
  { store }: OperationServices,
): Promise<Reply> {
  await store.deleteObject(bucket, key)
  return { status: 204, headers: {} }
}
