import { readAcl } from '../acl-document.ts'
import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { Refusal } from '../refusal.ts'

/** `PUT /key?acl`: replaces the whole list; `x-cos-acl: default` takes it away. */
export async function putObjectAcl(request: OperationRequest, { store }: OperationServices): Promise<Reply> {
  const { bucket, key } = request
  const { acl } = await readAcl(request, 'object')
  const updated = await store.updateObject(bucket, key, (record) => ({ ...record, acl }))
  if (updated === undefined) throw new Refusal('NoSuchKey')
  return { status: 200, headers: {} }
}
