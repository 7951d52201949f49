import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { receiveBody } from '../receive-body.ts'
import { readPartParams } from '../upload-part-params.ts'

/** `PUT /key?partNumber=n&uploadId=…`: the last one of a number counts. */
export async function uploadPart(
  request: OperationRequest,
  { store, now }: OperationServices,
): Promise<Reply> {
  const { uploadId, number } = readPartParams(request)
  return await receiveBody(
    request,
    () => store.createPart(request.bucket, request.key, uploadId, number),
    async (part, received) => {
      await part.commit({ number, ...received, modifiedAt: now() })
      return {
        status: 200,
        headers: { ETag: `"${received.etag}"`, 'x-cos-hash-crc64ecma': received.crc64 },
      }
    },
  )
}
