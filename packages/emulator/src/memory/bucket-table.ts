import type { BucketSettings } from '../bucket-settings.ts'
import type { BucketRecord, MultipartRecord, ObjectRecord, PartRecord } from '../store.ts'
import { StoreError } from '../store-error.ts'
import { compareKeys } from '../store-key.ts'
import type { HeldBytes } from './incoming-bytes.ts'
import { createSortedList, type SortedList } from './sorted-list.ts'

/** An object, or a part of a multipart upload. */
export interface Stored<Record> {
  readonly record: Record
  readonly blocks: HeldBytes['blocks']
}

/** A multipart upload with its parts by number. */
export interface StoredMultipart {
  readonly record: MultipartRecord
  readonly parts: Map<number, Stored<PartRecord>>
}

/** A bucket and all that is in it. */
export interface Bucket {
  record: BucketRecord
  readonly objects: Map<string, Stored<ObjectRecord>>
  /** Those of the objects. */
  readonly keys: SortedList<string>
  /** By key, those of one key by id. */
  readonly multiparts: SortedList<StoredMultipart>
}

/** Which buckets there are. See `Store` for what each of these means. */
export interface BucketTable {
  createBucket(record: BucketRecord): boolean
  find(name: string): Bucket | undefined
  /** @throws {StoreError} `ERR_STORE_NO_BUCKET` */
  require(name: string): Bucket
  /** @throws {StoreError} `ERR_STORE_NO_BUCKET` when exactly that bucket is gone, even if another has its name now. */
  requireSame(bucket: Bucket): void
  listBuckets(): BucketRecord[]
  updateBucket(name: string, change: (settings: BucketSettings) => BucketSettings): BucketRecord | undefined
  deleteBucket(name: string): 'deleted' | 'missing' | 'not-empty'
  clear(): void
}

export function createBucketTable(): BucketTable {
  const buckets = new Map<string, Bucket>()

  return {
    createBucket,
    find: (name) => buckets.get(name),
    require: requireBucket,
    requireSame,
    listBuckets,
    updateBucket,
    deleteBucket,
    clear: () => buckets.clear(),
  }

  function createBucket(record: BucketRecord): boolean {
    if (buckets.has(record.name)) return false
    buckets.set(record.name, {
      record: structuredClone(record),
      objects: new Map(),
      keys: createSortedList(compareKeys),
      multiparts: createSortedList(compareMultiparts),
    })
    return true
  }

  function requireBucket(name: string): Bucket {
    const bucket = buckets.get(name)
    if (bucket === undefined) throw noBucket(name)
    return bucket
  }

  function requireSame(bucket: Bucket): void {
    const { name } = bucket.record
    if (buckets.get(name) !== bucket) throw noBucket(name)
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
    if (bucket.objects.size + bucket.multiparts.length > 0) return 'not-empty'
    buckets.delete(name)
    return 'deleted'
  }
}

function compareMultiparts({ record: a }: StoredMultipart, { record: b }: StoredMultipart): number {
  return compareKeys(a.key, b.key) || compareKeys(a.uploadId, b.uploadId)
}

function noBucket(name: string): StoreError {
  return new StoreError('ERR_STORE_NO_BUCKET', `There is no bucket ${name}`)
}
