import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createCrc64 } from '../src/digests/crc64.ts'
import type { MultipartRecord, ObjectBody, ObjectRecord, PartRecord, Store } from '../src/store.ts'

export const BUCKET = 'examplebucket-1250000000'

/** The record of an object with that content. */
export function toRecord(key: string, content: string | Buffer): ObjectRecord {
  const bytes = Buffer.from(content)
  const crc64 = createCrc64()
  crc64.update(bytes)
  return {
    key,
    size: bytes.length,
    etag: digest(bytes),
    crc64: crc64.digest(),
    modifiedAt: 1_700_000_000_000,
    headers: { 'content-type': 'text/plain' },
  }
}

/** The record of a part with that content. */
export function toPart(number: number, content: string | Buffer): PartRecord {
  const { size, etag, crc64, modifiedAt } = toRecord('', content)
  return { number, size, etag, crc64, modifiedAt }
}

export function toMultipart(key: string, uploadId: string): MultipartRecord {
  return { key, uploadId, initiatedAt: 1, headers: { 'x-cos-meta-a': 'b' }, tags: [{ key: 'a', value: 'b' }] }
}

export async function putObject(
  store: Store,
  key: string,
  content: string | Buffer,
  bucket: string = BUCKET,
  extra: Partial<ObjectRecord> = {},
): Promise<void> {
  const upload = await store.createUpload(bucket, key)
  await upload.write(Buffer.from(content))
  await upload.commit({ ...toRecord(key, content), ...extra })
}

export async function putPart(
  store: Store,
  key: string,
  uploadId: string,
  number: number,
  content: string | Buffer,
): Promise<void> {
  const part = await store.createPart(BUCKET, key, uploadId, number)
  await part.write(Buffer.from(content))
  await part.commit(toPart(number, content))
}

/** All bytes of what `getObject` gave. */
export async function readBody(found: ObjectBody | undefined): Promise<Buffer> {
  if (found === undefined) throw new Error('There is no such object')
  return found.body instanceof Readable ? await buffer(found.body) : Buffer.from(found.body)
}

export async function readText(
  store: Store,
  key: string,
  bucket: string = BUCKET,
): Promise<string | undefined> {
  const found = await store.getObject(bucket, key)
  return found && (await readBody(found)).toString()
}

export function digest(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex')
}

export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
