import { Buffer } from 'node:buffer'
import { assertRecordFits, assertSameBytes } from '../assert-record-fits.ts'
import { collectPage } from '../list-page.ts'
import type { ListPage, ListQuery, ObjectPlace, ObjectRecord } from '../store.ts'
import { assertStorableKey, isStorableKey } from '../store-key.ts'
import type { BucketIndex, IndexedBucket } from './bucket-index.ts'
import { moveFileUsers } from './file-users.ts'
import type { IndexDatabase, StoredObject } from './index-database.ts'
import { toObjectKey, toObjectStart, toSuccessor, toText } from './index-keys.ts'
import { decodeSegments, encodeSegments, type Segment } from './segments.ts'

/** An object and the files that have its bytes. */
export interface IndexedObject {
  readonly record: ObjectRecord
  readonly segments: readonly Segment[]
}

/** What a change leaves behind. */
export interface Changed<Result> {
  readonly result: Result
  /** Files that are nobody's now. */
  readonly unusedFiles: readonly string[]
}

/** Which objects there are, and which files are whose. See {@link Store} for what each of these means. */
export interface ObjectIndex {
  getObject(bucket: string, key: string): IndexedObject | undefined
  getRecord(bucket: string, key: string): ObjectRecord | undefined
  listObjects(bucket: string, query: ListQuery): ListPage<ObjectRecord>
  /** Makes a file the object, in exactly that bucket. */
  putObject(
    bucket: IndexedBucket,
    key: string,
    file: Segment,
    describe: (current: ObjectRecord | undefined) => ObjectRecord,
  ): Promise<Changed<ObjectRecord>>
  /** Makes a file the end of the object, in exactly that bucket. */
  appendObject(
    bucket: IndexedBucket,
    key: string,
    file: Segment,
    describe: (current: ObjectRecord | undefined) => ObjectRecord,
  ): Promise<Changed<ObjectRecord>>
  updateObject(
    bucket: string,
    key: string,
    change: (current: ObjectRecord) => ObjectRecord,
  ): Promise<ObjectRecord | undefined>
  copyObject(
    source: ObjectPlace,
    target: ObjectPlace,
    describe: (source: ObjectRecord, current: ObjectRecord | undefined) => ObjectRecord,
  ): Promise<Changed<ObjectRecord | undefined>>
  deleteObject(bucket: string, key: string): Promise<Changed<boolean>>
  /**
   * Replaces an object, in a transaction.
   *
   * @param released - Files of others that have no use for them any more.
   */
  replace(
    bucket: IndexedBucket,
    key: string,
    object: IndexedObject,
    current: IndexedObject | undefined,
    released?: readonly Segment[],
  ): Changed<ObjectRecord>
}

export function createObjectIndex(database: IndexDatabase, buckets: BucketIndex): ObjectIndex {
  const { objects, segments, change } = database

  return {
    getObject,
    getRecord,
    listObjects,
    putObject,
    appendObject,
    updateObject,
    copyObject,
    deleteObject,
    replace,
  }

  function getObject(bucketName: string, key: string): IndexedObject | undefined {
    const bucket = buckets.getBucket(bucketName)
    return bucket && find(bucket, key)
  }

  function getRecord(bucketName: string, key: string): ObjectRecord | undefined {
    const bucket = buckets.getBucket(bucketName)
    const found = bucket && isStorableKey(key) ? objects.get(toObjectKey(bucket.id, key)) : undefined
    return found && toRecord(key, found)
  }

  function find({ id }: IndexedBucket, key: string): IndexedObject | undefined {
    if (!isStorableKey(key)) return undefined
    const objectKey = toObjectKey(id, key)
    const found = objects.get(objectKey)
    if (found === undefined) return undefined
    const { file, size } = found
    const list =
      file === undefined ? decodeSegments(segments.get(objectKey) ?? Buffer.alloc(0)) : [{ file, size }]
    return { record: toRecord(key, found), segments: list }
  }

  function listObjects(bucketName: string, { after = '', ...query }: ListQuery): ListPage<ObjectRecord> {
    const bucket = buckets.getBucket(bucketName)
    if (bucket === undefined) return { items: [], commonPrefixes: [] }
    const end = toSuccessor(bucket.id)
    const { items, commonPrefixes, last } = collectPage({ ...query, after: { key: after } }, (from) =>
      objects
        .getRange({ start: toObjectStart(bucket.id, from), end })
        .map(({ key, value }) => toRecord(toText(key.subarray(bucket.id.length)), value)),
    )
    return { items, commonPrefixes, next: last?.key }
  }

  async function putObject(
    bucket: IndexedBucket,
    key: string,
    file: Segment,
    describe: (current: ObjectRecord | undefined) => ObjectRecord,
  ): Promise<Changed<ObjectRecord>> {
    return await change(() => {
      buckets.requireSame(bucket)
      const current = find(bucket, key)
      return replace(bucket, key, { record: describe(current?.record), segments: [file] }, current)
    })
  }

  async function appendObject(
    bucket: IndexedBucket,
    key: string,
    file: Segment,
    describe: (current: ObjectRecord | undefined) => ObjectRecord,
  ): Promise<Changed<ObjectRecord>> {
    return await change(() => {
      buckets.requireSame(bucket)
      const current = find(bucket, key)
      const list = [...(current?.segments ?? []), file]
      return replace(bucket, key, { record: describe(current?.record), segments: list }, current)
    })
  }

  function replace(
    { id }: IndexedBucket,
    key: string,
    { record, segments: list }: IndexedObject,
    current: IndexedObject | undefined,
    released: readonly Segment[] = [],
  ): Changed<ObjectRecord> {
    const size = list.reduce((sum, segment) => sum + segment.size, 0)
    assertRecordFits(record, key, size)
    const { key: _key, ...stored } = record
    const objectKey = toObjectKey(id, key)
    const [first] = list
    if (first !== undefined && list.length === 1) {
      objects.put(objectKey, { ...stored, file: first.file })
      if (current !== undefined && current.segments.length !== 1) segments.remove(objectKey)
    } else {
      objects.put(objectKey, stored)
      segments.put(objectKey, encodeSegments(list))
    }
    const removed = [...(current?.segments ?? []), ...released]
    return { result: record, unusedFiles: moveFileUsers(database, list, removed) }
  }

  async function updateObject(
    bucketName: string,
    key: string,
    changeRecord: (current: ObjectRecord) => ObjectRecord,
  ): Promise<ObjectRecord | undefined> {
    return await change(() => {
      const bucket = buckets.getBucket(bucketName)
      const current = bucket && find(bucket, key)
      if (bucket === undefined || current === undefined) return undefined
      const record = changeRecord(current.record)
      assertSameBytes(current.record, record)
      return replace(bucket, key, { record, segments: current.segments }, current).result
    })
  }

  async function copyObject(
    source: ObjectPlace,
    target: ObjectPlace,
    describe: (source: ObjectRecord, current: ObjectRecord | undefined) => ObjectRecord,
  ): Promise<Changed<ObjectRecord | undefined>> {
    assertStorableKey(target.key)
    return await change(() => {
      const from = getObject(source.bucket, source.key)
      const bucket = buckets.requireBucket(target.bucket)
      if (from === undefined) return { result: undefined, unusedFiles: [] }
      const current = find(bucket, target.key)
      const record = describe(from.record, current?.record)
      return replace(bucket, target.key, { record, segments: from.segments }, current)
    })
  }

  async function deleteObject(bucketName: string, key: string): Promise<Changed<boolean>> {
    const nothing = { result: false, unusedFiles: [] }
    if (getRecord(bucketName, key) === undefined) return nothing
    return await change(() => {
      const bucket = buckets.getBucket(bucketName)
      const current = bucket && find(bucket, key)
      if (bucket === undefined || current === undefined) return nothing
      const objectKey = toObjectKey(bucket.id, key)
      objects.remove(objectKey)
      if (current.segments.length !== 1) segments.remove(objectKey)
      return { result: true, unusedFiles: moveFileUsers(database, [], current.segments) }
    })
  }
}

function toRecord(key: string, { file: _file, ...stored }: StoredObject): ObjectRecord {
  return { key, ...stored }
}
