import { Buffer } from 'node:buffer'
import type { ScanStart } from '../list-page.ts'
import type { MultipartPlace } from '../store.ts'
import { MAX_KEY_BYTES } from '../store-key.ts'

/*
 * Keys of the tables are bytes, and lmdb keeps them in order. What is in a bucket begins with the bucket's id, so it is
 * together, in the order of the UTF-8 bytes of the objects' keys.
 */

/** The end of a key with something behind it. A zero in the key itself becomes 0x00 0x01, so the order stays. */
const END = Buffer.from([0, 0])

/** Of an object. A key longer than any object's becomes one that no object has. */
export function toObjectKey(bucketId: Buffer, key: string): Buffer {
  return Buffer.concat([bucketId, toKeyBytes(key)])
}

/** Of a multipart upload. */
export function toMultipartKey(bucketId: Buffer, key: string, uploadId: string): Buffer {
  return Buffer.concat([bucketId, escapeZeros(toKeyBytes(key)), END, Buffer.from(uploadId)])
}

/** Of a part. */
export function toPartKey(multipartId: Buffer, number: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(number)
  return Buffer.concat([multipartId, bytes])
}

/** The first place in a bucket's objects that a scan may look at. */
export function toObjectStart(bucketId: Buffer, start: ScanStart): Buffer {
  if ('at' in start) return toObjectKey(bucketId, start.at)
  if ('behind' in start) return toSuccessor(toObjectKey(bucketId, start.behind))
  // Nothing lies between a key and the same key with a zero byte behind it.
  return Buffer.concat([toObjectKey(bucketId, start.after.key), Buffer.of(0)])
}

/** The first place in a bucket's multipart uploads that a scan may look at. */
export function toMultipartStart(bucketId: Buffer, start: ScanStart): Buffer {
  if ('after' in start) return toAfterMultipart(bucketId, start.after)
  const text = 'at' in start ? start.at : start.behind
  const bytes = Buffer.concat([bucketId, escapeZeros(toKeyBytes(text))])
  return 'at' in start ? bytes : toSuccessor(bytes)
}

function toAfterMultipart(bucketId: Buffer, { key, uploadId }: MultipartPlace): Buffer {
  if (uploadId === undefined) return toSuccessor(toMultipartKey(bucketId, key, ''))
  return Buffer.concat([toMultipartKey(bucketId, key, uploadId), Buffer.of(0)])
}

/** The first place behind everything that begins with these bytes. The last byte that can grow, grows. */
export function toSuccessor(bytes: Buffer): Buffer {
  let last = bytes.length - 1
  while (bytes[last] === 0xff) last--
  const successor = Buffer.from(bytes.subarray(0, last + 1))
  successor[last] = (successor[last] ?? 0) + 1
  return successor
}

/** lmdb-js answers with an array of bytes that is no Buffer where it can. */
export function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
}

function toKeyBytes(key: string): Buffer {
  return Buffer.from(key).subarray(0, MAX_KEY_BYTES + 1)
}

function escapeZeros(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll('\0', '\0\u0001'), 'latin1')
}
