import { readForbidOverwrite } from '../forbid-overwrite.ts'
import type { Reply } from '../message.ts'
import { readObjectProperties } from '../object-properties.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { receiveBody } from '../receive-body.ts'

/**
 * `PUT /key`: the bytes go to the store as they come and become an object when all of them are there and every check
 * passes; otherwise nothing is seen of them.
 */
export async function putObject(
  request: OperationRequest,
  { store, now }: OperationServices,
): Promise<Reply> {
  const { bucket, key, headers } = request
  const properties = readObjectProperties(headers)
  const mayReplace = readForbidOverwrite(headers)
  // Before the sender takes the trouble; what counts is the commit.
  mayReplace(await store.headObject(bucket, key))
  return await receiveBody(
    request,
    () => store.createUpload(bucket, key),
    async (upload, received) => {
      await upload.commit({ key, ...received, modifiedAt: now(), ...properties }, mayReplace)
      return {
        status: 200,
        headers: { ETag: `"${received.etag}"`, 'x-cos-hash-crc64ecma': received.crc64 },
      }
    },
  )
}
