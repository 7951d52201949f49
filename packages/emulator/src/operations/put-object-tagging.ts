import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { readXmlBody } from '../read-xml-body.ts'
import { Refusal } from '../refusal.ts'
import { readTagging } from '../tagging.ts'

/** `PUT /key?tagging`: replaces all tags. */
export async function putObjectTagging(
  request: OperationRequest,
  { store }: OperationServices,
): Promise<Reply> {
  const tags = readTagging(await readXmlBody(request, 'Tagging'))
  const record = await store.updateObject(request.bucket, request.key, (current) => ({ ...current, tags }))
  if (record === undefined) throw new Refusal('NoSuchKey')
  return { status: 200, headers: {} }
}
