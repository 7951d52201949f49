import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { Refusal } from '../refusal.ts'

/** `DELETE /key?uploadId=…`: forgets an upload and its parts; one that is on its way will fail. */
export async function abortMultipartUpload(
  { bucket, key, params }: OperationRequest,
  { store }: OperationServices,
): Promise<Reply> {
  const wasThere = await store.abortMultipart(bucket, key, params.get('uploadid') ?? '')
  if (!wasThere) throw new Refusal('NoSuchUpload')
  return { status: 204, headers: {} }
}
