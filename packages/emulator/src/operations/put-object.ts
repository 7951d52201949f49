import { createDigests, type ExpectedDigests, readExpectedDigests } from '../digests.ts'
import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { Refusal } from '../refusal.ts'
import type { Upload } from '../store.ts'
import { pickStoredHeaders } from '../stored-headers.ts'

/** 5 GB, as COS has it for one PUT. */
const MAX_OBJECT_BYTES = 5 * 1024 ** 3

/**
 * `PUT /key`: the bytes go to the store as they come and become an object when all of them are there and every check
 * passes; otherwise nothing is seen of them.
 */
export async function putObject(
  request: OperationRequest,
  { store, now }: OperationServices,
): Promise<Reply> {
  const { bucket, key, headers } = request
  const stored = pickStoredHeaders(headers)
  const expected = readExpectedDigests(headers)
  const length = readContentLength(request)
  const upload = await store.createUpload(bucket, key)
  try {
    const { size, etag, crc64 } = await receive(request, upload, expected, length)
    await upload.commit({ key, size, etag, crc64, modifiedAt: now(), headers: stored })
    return { status: 200, headers: { ETag: `"${etag}"`, 'x-cos-hash-crc64ecma': crc64 } }
  } catch (error) {
    await upload.abort()
    throw error
  }
}

/** The announced length, or `undefined` for a chunked body. */
function readContentLength({ headers }: OperationRequest): number | undefined {
  const text = headers.get('content-length')
  if (text === undefined) {
    if (!headers.has('transfer-encoding')) throw new Refusal('MissingContentLength')
    return undefined
  }
  if (!/^\d+$/.test(text))
    throw new Refusal('InvalidArgument', { message: 'Content-Length is not a number.' })
  if (Number(text) > MAX_OBJECT_BYTES) throw new Refusal('EntityTooLarge')
  return Number(text)
}

async function receive(
  request: OperationRequest,
  upload: Upload,
  expected: ExpectedDigests,
  length: number | undefined,
): Promise<{ size: number; etag: string; crc64: string }> {
  const digests = createDigests(expected)
  let size = 0
  for await (const chunk of request.openBody()) {
    size += chunk.length
    if (size > MAX_OBJECT_BYTES) throw new Refusal('EntityTooLarge')
    const written = upload.write(chunk)
    digests.update(chunk)
    await written
  }
  if (length !== undefined && size !== length) throw new Refusal('IncompleteBody')
  return { size, ...digests.finish() }
}
