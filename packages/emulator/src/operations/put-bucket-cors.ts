import { readCorsConfiguration } from '../cors-document.ts'
import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { readXmlBody } from '../read-xml-body.ts'

/** `PUT /?cors`: replaces the whole configuration. */
export async function putBucketCors(request: OperationRequest, { store }: OperationServices): Promise<Reply> {
  const cors = readCorsConfiguration(await readXmlBody(request, 'CORSConfiguration', { needsMd5: true }))
  await store.updateBucket(request.bucket, (settings) => ({ ...settings, cors }))
  return { status: 200, headers: {} }
}
