import { Readable } from 'node:stream'
import { assertRecordFits } from './assert-record-fits.ts'
import type { BucketSettings } from './bucket-settings.ts'
import { createByteList, sliceBlocks } from './memory/byte-list.ts'
import { createKeyList, type KeyList } from './memory/key-list.ts'
import type { BucketRecord, ByteRange, ListQuery, ObjectBody, ObjectRecord, Store, Upload } from './store.ts'
import { StoreError } from './store-error.ts'
import { assertStorableKey, compareKeys } from './store-key.ts'

/** How much a memory store holds. */
export interface MemoryStoreOptions {
  /**
   * How many bytes of objects there may be, those of uploads under way included.
   * @default 1073741824 (1 GiB)
   */
  readonly maxBytes?: number
}

interface StoredObject {
  readonly record: ObjectRecord
  readonly blocks: readonly Uint8Array[]
}

interface Bucket {
  record: BucketRecord
  readonly objects: Map<string, StoredObject>
  readonly keys: KeyList
}

/**
 * A store that is gone with the process.
 *
 * An upload that would go over `maxBytes` rejects with `ERR_STORE_FULL` and leaves everything else as it was. An object
 * that has been replaced or deleted no longer counts, even while somebody still reads it.
 *
 * @throws {RangeError} When `maxBytes` is not a number greater than 0.
 */
export function createMemoryStore({ maxBytes = 1024 ** 3 }: MemoryStoreOptions = {}): Store {
  if (!(maxBytes > 0)) throw new RangeError('"maxBytes" must be a number greater than 0')
  const buckets = new Map<string, Bucket>()
  let usedBytes = 0
  let isClosed = false

  return {
    createBucket: whileOpen(createBucket),
    getBucket: whileOpen((name: string) => buckets.get(name)?.record),
    listBuckets: whileOpen(listBuckets),
    updateBucket: whileOpen(updateBucket),
    deleteBucket: whileOpen(deleteBucket),
    createUpload: whileOpen(createUpload),
    headObject: whileOpen((bucket: string, key: string) => find(bucket, key)?.record),
    getObject: whileOpen(getObject),
    deleteObject: whileOpen(deleteObject),
    listObjects: whileOpen(listObjects),
    close,
  }

  function createBucket(record: BucketRecord): boolean {
    if (buckets.has(record.name)) return false
    buckets.set(record.name, { record: { ...record }, objects: new Map(), keys: createKeyList() })
    return true
  }

  function listBuckets(): BucketRecord[] {
    const records = [...buckets.values()].map(({ record }) => record)
    return records.sort((a, b) => compareKeys(a.name, b.name))
  }

  function updateBucket(
    name: string,
    change: (settings: BucketSettings) => BucketSettings,
  ): BucketRecord | undefined {
    const bucket = buckets.get(name)
    if (bucket === undefined) return undefined
    bucket.record = { ...bucket.record, settings: structuredClone(change(bucket.record.settings ?? {})) }
    return bucket.record
  }

  function deleteBucket(name: string): 'deleted' | 'missing' | 'not-empty' {
    const bucket = buckets.get(name)
    if (bucket === undefined) return 'missing'
    if (bucket.objects.size > 0) return 'not-empty'
    buckets.delete(name)
    return 'deleted'
  }

  function createUpload(bucketName: string, key: string): Upload {
    assertStorableKey(key)
    const bucket = buckets.get(bucketName)
    if (bucket === undefined) throw noBucket(bucketName)
    return openUpload(bucket, key)
  }

  function openUpload(bucket: Bucket, key: string): Upload {
    const bytes = createByteList()
    let isOver = false

    return { write: whileOpen(write), commit: whileOpen(commit), abort }

    function write(chunk: Uint8Array): void {
      assertUnderWay()
      if (usedBytes + chunk.length > maxBytes) throw full()
      usedBytes += chunk.length
      bytes.append(chunk)
    }

    function commit(record: ObjectRecord): void {
      assertUnderWay()
      assertRecordFits(record, key, bytes.length)
      // Compared by identity: a bucket that was made anew under the name is not the one this was for.
      if (buckets.get(bucket.record.name) !== bucket) throw noBucket(bucket.record.name)
      isOver = true
      forget(bucket, key)
      const headers = { ...record.headers }
      bucket.objects.set(key, { record: { ...record, headers }, blocks: bytes.toBlocks() })
      bucket.keys.add(key)
    }

    function abort(): Promise<void> {
      if (!isOver) usedBytes -= bytes.length
      isOver = true
      return Promise.resolve()
    }

    function assertUnderWay(): void {
      if (isOver) throw new Error('The upload is over')
    }
  }

  function getObject(
    bucketName: string,
    key: string,
    chooseRange: (record: ObjectRecord) => ByteRange | undefined = () => undefined,
  ): ObjectBody | undefined {
    const found = find(bucketName, key)
    if (found === undefined) return undefined
    const { record, blocks } = found
    const { start, end } = chooseRange(record) ?? { start: 0, end: record.size - 1 }
    return { record, body: Readable.from(sliceBlocks(blocks, start, end), { objectMode: false }) }
  }

  function deleteObject(bucketName: string, key: string): boolean {
    const bucket = buckets.get(bucketName)
    return bucket !== undefined && forget(bucket, key)
  }

  function listObjects(bucketName: string, query: ListQuery): ObjectRecord[] {
    const bucket = buckets.get(bucketName)
    return bucket === undefined ? [] : listBucket(bucket, query)
  }

  function close(): Promise<void> {
    isClosed = true
    buckets.clear()
    return Promise.resolve()
  }

  function find(bucketName: string, key: string): StoredObject | undefined {
    return buckets.get(bucketName)?.objects.get(key)
  }

  function forget(bucket: Bucket, key: string): boolean {
    const found = bucket.objects.get(key)
    if (found === undefined) return false
    usedBytes -= found.record.size
    bucket.objects.delete(key)
    bucket.keys.remove(key)
    return true
  }

  /** As the interface wants it: what is thrown rejects, and nothing works after {@link Store.close}. */
  function whileOpen<Args extends unknown[], Result>(
    act: (...args: Args) => Result,
  ): (...args: Args) => Promise<Result> {
    return (...args) =>
      new Promise((resolve) => {
        if (isClosed) throw new Error('The store is closed')
        resolve(act(...args))
      })
  }

  function full(): StoreError {
    return new StoreError(
      'ERR_STORE_FULL',
      `The emulator keeps objects in memory, at most ${maxBytes} bytes of them, and this one does not fit. Delete some, raise the limit, or give it a data directory.`,
    )
  }
}

function listBucket(
  { objects, keys }: Bucket,
  { prefix = '', after = '', limit }: ListQuery,
): ObjectRecord[] {
  const records: ObjectRecord[] = []
  const isAfterLater = compareKeys(after, prefix) >= 0
  for (const key of keys.from(isAfterLater ? after : prefix, isAfterLater && after !== '')) {
    if (records.length >= limit || !key.startsWith(prefix)) break
    records.push((objects.get(key) as StoredObject).record)
  }
  return records
}

function noBucket(name: string): StoreError {
  return new StoreError('ERR_STORE_NO_BUCKET', `There is no bucket ${name}`)
}
