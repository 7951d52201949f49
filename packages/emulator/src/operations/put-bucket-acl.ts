import { readAcl } from '../acl-document.ts'
import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'

/** `PUT /?acl`: replaces the whole list. */
export async function putBucketAcl(request: OperationRequest, { store }: OperationServices): Promise<Reply> {
  const { acl } = await readAcl(request, 'bucket')
  await store.updateBucket(request.bucket, (settings) => ({ ...settings, acl }))
  return { status: 200, headers: {} }
}
