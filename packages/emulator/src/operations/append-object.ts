import { combineCrc64 } from '../digests/crc64-combine.ts'
import type { Reply } from '../message.ts'
import { readObjectProperties } from '../object-properties.ts'
import type { OperationRequest, OperationServices } from '../operation.ts'
import { MAX_BODY_BYTES, type ReceivedBody, receiveBody } from '../receive-body.ts'
import { Refusal } from '../refusal.ts'
import type { ObjectRecord } from '../store.ts'

/** `POST /key?append&position=n`: puts bytes behind those of an appendable object, or makes one at position 0. */
export async function appendObject(
  request: OperationRequest,
  { store, now }: OperationServices,
): Promise<Reply> {
  const { bucket, key, headers, params } = request
  const position = readPosition(params.get('position'))
  const properties = readObjectProperties(headers)
  if (properties.headers['x-cos-storage-class'] === 'INTELLIGENT_TIERING')
    throw new Refusal('NotSupportedStorageClass')
  // Before the sender takes the trouble; what counts is the commit.
  assertAppendable(await store.headObject(bucket, key), position)
  return await receiveBody(
    request,
    () => store.createUpload(bucket, key),
    async (upload, received) => {
      const { size, etag, crc64 } = await upload.append((current) => {
        assertAppendable(current, position)
        return current === undefined
          ? { key, ...received, type: 'appendable', modifiedAt: now(), ...properties }
          : { ...extend(current, received), modifiedAt: now() }
      })
      return {
        status: 200,
        headers: {
          ETag: `"${etag}"`,
          'x-cos-hash-crc64ecma': crc64,
          'x-cos-next-append-position': String(size),
          // Not what the name says: the vendor's Go SDK compares it with the MD5 of what it sent.
          'x-cos-content-sha1': received.etag,
        },
      }
    },
  )
}

function readPosition(text = ''): number {
  if (!/^\d{1,15}$/.test(text))
    throw new Refusal('InvalidArgument', { message: 'position must be a number of bytes.' })
  return Number(text)
}

function assertAppendable(current: ObjectRecord | undefined, position: number): void {
  if (current !== undefined && current.type !== 'appendable') throw new Refusal('ObjectNotAppendable')
  const size = current?.size ?? 0
  if (position !== size) {
    // [guess] that the header is there
    throw new Refusal('AppendPositionErr', { headers: { 'x-cos-next-append-position': String(size) } })
  }
}

function extend(current: ObjectRecord, received: ReceivedBody): ObjectRecord {
  const size = current.size + received.size
  if (size > MAX_BODY_BYTES) throw new Refusal('EntityTooLarge')
  return {
    ...current,
    size,
    etag: toNextEtag(current.etag, received.etag),
    crc64: combineCrc64([current, received]),
  }
}

/** With a hyphen, so that no client takes it for the MD5 of the whole, which nobody knows [guess]. */
function toNextEtag(current: string, received: string): string {
  const [, pieces = '1'] = current.split('-')
  return `${received}-${Number(pieces) + 1}`
}
