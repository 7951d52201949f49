import { readAclHeaders } from '../acl.ts'
import { assertBucketName } from '../bucket-name.ts'
import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { Refusal } from '../refusal.ts'
import { notImplemented } from '../unsupported.ts'

/** `PUT /` on a bucket's host. */
export async function putBucket(
  request: OperationRequest,
  { store, now }: OperationServices,
): Promise<Reply> {
  assertBucketName(request.bucket)
  const settings = readAclHeaders(request.headers, 'bucket')
  for await (const chunk of request.openBody()) {
    if (chunk.length > 0) throw notImplemented('a body of PutBucket (BucketAZConfig, BucketArchConfig)')
  }
  const isNew = await store.createBucket({ name: request.bucket, createdAt: now(), settings })
  if (!isNew) throw new Refusal('BucketAlreadyOwnedByYou')
  return { status: 200, headers: {} }
}
