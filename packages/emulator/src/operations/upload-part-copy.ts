import { Readable } from 'node:stream'
import { assertCopyable, readCopySource } from '../copy-source.ts'
import { createDigests } from '../digests.ts'
import type { Reply } from '../message.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { MAX_BODY_BYTES, receiveBytes } from '../receive-body.ts'
import { Refusal } from '../refusal.ts'
import type { ByteChoice, ByteRange, ObjectRecord } from '../store.ts'
import { toXmlReply } from '../to-xml-reply.ts'
import { readPartParams } from '../upload-part-params.ts'

/** `PUT /key?partNumber=n&uploadId=…` with `x-cos-copy-source`: an object, or a range of it, becomes a part. */
export async function uploadPartCopy(request: OperationRequest, services: OperationServices): Promise<Reply> {
  const { store, now } = services
  const { uploadId, number } = readPartParams(request)
  const source = await readCopySource(request, services)
  const part = await store.createPart(request.bucket, request.key, uploadId, number)
  try {
    const found = await store.getObject(source.bucket, source.key, (record) => {
      assertCopyable(request.headers, record, now())
      return readSourceRange(request.headers.get('x-cos-copy-source-range'), record)
    })
    if (found === undefined) throw new Refusal('NoSuchCopySource')
    const chunks = found.body instanceof Readable ? found.body : Readable.from([found.body])
    const received = await receiveBytes(chunks, part, createDigests({}, found.record.size))
    const modifiedAt = now()
    await part.commit({ number, ...received, modifiedAt })
    return toXmlReply('CopyPartResult', {
      ETag: `"${received.etag}"`,
      CRC64: received.crc64,
      LastModified: new Date(modifiedAt).toISOString(),
    })
  } catch (error) {
    await part.abort()
    throw error
  }
}

/** @throws {Refusal} `InvalidArgument`, `InvalidRange` when it is not inside the source; `EntityTooLarge` over 5 GB. */
function readSourceRange(header: string | undefined, { size }: ObjectRecord): ByteChoice {
  const range = header === undefined ? undefined : parseSourceRange(header)
  if (range !== undefined && range.end >= size) throw new Refusal('InvalidRange')
  const { start, end } = range ?? { start: 0, end: size - 1 }
  if (end - start >= MAX_BODY_BYTES) throw new Refusal('EntityTooLarge')
  return range ?? 'all'
}

function parseSourceRange(header: string): ByteRange {
  const [, start, end] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header.trim()) ?? []
  if (start === undefined || end === undefined || Number(start) > Number(end)) {
    throw new Refusal('InvalidArgument', {
      message: 'x-cos-copy-source-range must be bytes=<first>-<last>, both inside the source.',
    })
  }
  return { start: Number(start), end: Number(end) }
}
