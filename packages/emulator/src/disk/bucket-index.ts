import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import type { BucketSettings } from '../bucket-settings.ts'
import type { BucketRecord } from '../store.ts'
import { StoreError } from '../store-error.ts'
import { isStorableKey } from '../store-key.ts'
import type { IndexDatabase, StoredBucket } from './index-database.ts'
import { toSuccessor, toText } from './index-keys.ts'

/** A bucket with the identity it has kept since it was created. */
export interface IndexedBucket {
  readonly record: BucketRecord
  readonly id: Buffer
}

/** Which buckets there are. */
export interface BucketIndex {
  createBucket(bucket: BucketRecord): Promise<boolean>
  getBucket(name: string): IndexedBucket | undefined
  listBuckets(): BucketRecord[]
  updateBucket(
    name: string,
    change: (settings: BucketSettings) => BucketSettings,
  ): Promise<BucketRecord | undefined>
  deleteBucket(name: string): Promise<'deleted' | 'missing' | 'not-empty'>
  /** @throws {StoreError} `ERR_STORE_NO_BUCKET` */
  requireBucket(name: string): IndexedBucket
  /** @throws {StoreError} `ERR_STORE_NO_BUCKET` when exactly that bucket is gone, even if another has its name now. */
  requireSame(bucket: IndexedBucket): void
}

export function createBucketIndex({
  buckets,
  objects,
  multiparts,
  change,
}: Pick<IndexDatabase, 'buckets' | 'objects' | 'multiparts' | 'change'>): BucketIndex {
  return { createBucket, getBucket, listBuckets, updateBucket, deleteBucket, requireBucket, requireSame }

  async function createBucket({ name, ...record }: BucketRecord): Promise<boolean> {
    return await change(() => {
      if (getBucket(name) !== undefined) return false
      buckets.put(Buffer.from(name), { ...record, id: randomBytes(8).toString('hex') })
      return true
    })
  }

  function getBucket(name: string): IndexedBucket | undefined {
    if (!isStorableKey(name)) return undefined
    const found = buckets.get(Buffer.from(name))
    return found && { record: toBucketRecord(name, found), id: Buffer.from(found.id, 'hex') }
  }

  function listBuckets(): BucketRecord[] {
    const entries = buckets.getRange({ start: Buffer.of(0) })
    return [...entries.map(({ key, value }) => toBucketRecord(toText(key), value))]
  }

  async function updateBucket(
    name: string,
    changeSettings: (settings: BucketSettings) => BucketSettings,
  ): Promise<BucketRecord | undefined> {
    return await change(() => {
      const found = isStorableKey(name) ? buckets.get(Buffer.from(name)) : undefined
      if (found === undefined) return undefined
      const updated = { ...found, settings: changeSettings(found.settings ?? {}) }
      buckets.put(Buffer.from(name), updated)
      return toBucketRecord(name, updated)
    })
  }

  async function deleteBucket(name: string): Promise<'deleted' | 'missing' | 'not-empty'> {
    return await change(() => {
      const bucket = getBucket(name)
      if (bucket === undefined) return 'missing'
      const inside = { start: bucket.id, end: toSuccessor(bucket.id), limit: 1 }
      if ([...objects.getKeys(inside), ...multiparts.getKeys(inside)].length > 0) return 'not-empty'
      buckets.remove(Buffer.from(name))
      return 'deleted'
    })
  }

  function requireBucket(name: string): IndexedBucket {
    const bucket = getBucket(name)
    if (bucket === undefined) throw noBucket(name)
    return bucket
  }

  function requireSame({ record, id }: IndexedBucket): void {
    if (getBucket(record.name)?.id.equals(id) !== true) throw noBucket(record.name)
  }
}

function toBucketRecord(name: string, { id: _id, ...stored }: StoredBucket): BucketRecord {
  return { name, ...stored }
}

function noBucket(name: string): StoreError {
  return new StoreError('ERR_STORE_NO_BUCKET', `There is no bucket ${name}`)
}
