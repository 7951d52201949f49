import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { collectPage, toMultipartPlace } from '../list-page.ts'
import type {
  Completion,
  ListPage,
  MultipartListQuery,
  MultipartPlace,
  MultipartRecord,
  ObjectRecord,
  PartPage,
  PartQuery,
  PartRecord,
} from '../store.ts'
import { StoreError } from '../store-error.ts'
import { assertStorableKey, isStorableKey } from '../store-key.ts'
import type { BucketIndex, IndexedBucket } from './bucket-index.ts'
import { moveFileUsers } from './file-users.ts'
import type { IndexDatabase, StoredMultipart, StoredPart } from './index-database.ts'
import { toMultipartKey, toMultipartStart, toPartKey, toSuccessor } from './index-keys.ts'
import type { Changed, ObjectIndex } from './object-index.ts'

/** A multipart upload with the identity it has in its bucket. */
export interface IndexedMultipart {
  readonly bucket: IndexedBucket
  readonly record: MultipartRecord
  readonly id: Buffer
}

/** Which multipart uploads and parts there are. See {@link Store} for what each of these means. */
export interface MultipartIndex {
  createMultipart(bucket: string, upload: MultipartRecord): Promise<void>
  getMultipart(bucket: string, key: string, uploadId: string): IndexedMultipart | undefined
  listMultiparts(bucket: string, query: MultipartListQuery): ListPage<MultipartRecord, MultipartPlace>
  /** @throws {StoreError} `ERR_STORE_NO_UPLOAD` */
  requireMultipart(bucket: string, key: string, uploadId: string): IndexedMultipart
  putPart(upload: IndexedMultipart, part: PartRecord, file: string): Promise<Changed<void>>
  listParts(bucket: string, key: string, uploadId: string, query: PartQuery): PartPage | undefined
  completeMultipart(
    bucket: string,
    key: string,
    uploadId: string,
    complete: (
      upload: MultipartRecord,
      parts: readonly PartRecord[],
      current: ObjectRecord | undefined,
    ) => Completion,
  ): Promise<Changed<ObjectRecord | undefined>>
  abortMultipart(bucket: string, key: string, uploadId: string): Promise<Changed<boolean>>
}

export function createMultipartIndex(
  database: IndexDatabase,
  buckets: BucketIndex,
  objects: ObjectIndex,
): MultipartIndex {
  const { multiparts, parts, change } = database

  return {
    createMultipart,
    getMultipart,
    listMultiparts,
    requireMultipart,
    putPart,
    listParts,
    completeMultipart,
    abortMultipart,
  }

  async function createMultipart(bucketName: string, upload: MultipartRecord): Promise<void> {
    assertStorableKey(upload.key)
    await change(() => {
      const { id } = buckets.requireBucket(bucketName)
      const multipartKey = toMultipartKey(id, upload.key, upload.uploadId)
      multiparts.put(multipartKey, { ...upload, id: randomBytes(8).toString('hex') })
    })
  }

  function getMultipart(bucketName: string, key: string, uploadId: string): IndexedMultipart | undefined {
    const bucket = buckets.getBucket(bucketName)
    if (bucket === undefined || !isStorableKey(key) || !isStorableKey(uploadId)) return undefined
    const found = multiparts.get(toMultipartKey(bucket.id, key, uploadId))
    return found && { bucket, record: toMultipartRecord(found), id: Buffer.from(found.id, 'hex') }
  }

  function requireMultipart(bucketName: string, key: string, uploadId: string): IndexedMultipart {
    const upload = getMultipart(bucketName, key, uploadId)
    if (upload === undefined) throw noUpload(uploadId)
    return upload
  }

  function listMultiparts(
    bucketName: string,
    query: MultipartListQuery,
  ): ListPage<MultipartRecord, MultipartPlace> {
    const bucket = buckets.getBucket(bucketName)
    if (bucket === undefined) return { items: [], commonPrefixes: [] }
    const end = toSuccessor(bucket.id)
    const { items, commonPrefixes, last } = collectPage(query, (from) =>
      multiparts
        .getRange({ start: toMultipartStart(bucket.id, from), end })
        .map(({ value }) => toMultipartRecord(value)),
    )
    return { items, commonPrefixes, next: toMultipartPlace(last) }
  }

  async function putPart(
    { bucket, record, id }: IndexedMultipart,
    part: PartRecord,
    file: string,
  ): Promise<Changed<void>> {
    return await change(() => {
      const found = getMultipart(bucket.record.name, record.key, record.uploadId)
      if (found?.id.equals(id) !== true) throw noUpload(record.uploadId)
      const partKey = toPartKey(id, part.number)
      const replaced = parts.get(partKey)
      parts.put(partKey, { ...part, file })
      const removed = replaced === undefined ? [] : [replaced]
      return { result: undefined, unusedFiles: moveFileUsers(database, [{ file, size: part.size }], removed) }
    })
  }

  function listParts(
    bucketName: string,
    key: string,
    uploadId: string,
    { after = 0, limit }: PartQuery,
  ): PartPage | undefined {
    const upload = getMultipart(bucketName, key, uploadId)
    if (upload === undefined) return undefined
    const start = toPartKey(upload.id, after + 1)
    const range = parts.getRange({ start, end: toSuccessor(upload.id), limit: limit + 1 })
    const found = [...range.map(({ value }) => toPartRecord(value))]
    return { parts: found.slice(0, limit), isTruncated: limit > 0 && found.length > limit }
  }

  async function completeMultipart(
    bucketName: string,
    key: string,
    uploadId: string,
    complete: (
      upload: MultipartRecord,
      parts: readonly PartRecord[],
      current: ObjectRecord | undefined,
    ) => Completion,
  ): Promise<Changed<ObjectRecord | undefined>> {
    return await change(() => {
      const upload = getMultipart(bucketName, key, uploadId)
      if (upload === undefined) return { result: undefined, unusedFiles: [] }
      const all = new Map(storedParts(upload).map((part) => [part.number, part]))
      const current = objects.getObject(bucketName, key)
      const { record, parts: chosen } = complete(
        upload.record,
        [...all.values()].map(toPartRecord),
        current?.record,
      )
      const segments = chosen.map(({ number }) => requirePart(all, number))
      remove(upload, [...all.values()])
      return objects.replace(upload.bucket, key, { record, segments }, current, [...all.values()])
    })
  }

  async function abortMultipart(
    bucketName: string,
    key: string,
    uploadId: string,
  ): Promise<Changed<boolean>> {
    return await change(() => {
      const upload = getMultipart(bucketName, key, uploadId)
      if (upload === undefined) return { result: false, unusedFiles: [] }
      const all = storedParts(upload)
      remove(upload, all)
      return { result: true, unusedFiles: moveFileUsers(database, [], all) }
    })
  }

  function storedParts({ id }: IndexedMultipart): StoredPart[] {
    return [...parts.getRange({ start: id, end: toSuccessor(id) }).map(({ value }) => value)]
  }

  function remove({ bucket, record, id }: IndexedMultipart, all: readonly StoredPart[]): void {
    multiparts.remove(toMultipartKey(bucket.id, record.key, record.uploadId))
    for (const { number } of all) parts.remove(toPartKey(id, number))
  }
}

function requirePart(parts: ReadonlyMap<number, StoredPart>, number: number): StoredPart {
  const part = parts.get(number)
  if (part === undefined) throw new RangeError(`The upload has no part ${number}`)
  return part
}

function toMultipartRecord({ id: _id, ...record }: StoredMultipart): MultipartRecord {
  return record
}

function toPartRecord({ file: _file, ...record }: StoredPart): PartRecord {
  return record
}

function noUpload(uploadId: string): StoreError {
  return new StoreError('ERR_STORE_NO_UPLOAD', `There is no multipart upload ${uploadId}`)
}
