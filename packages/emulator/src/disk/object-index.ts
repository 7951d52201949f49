import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { type Database, open } from 'lmdb'
import type { BucketSettings } from '../bucket-settings.ts'
import type { BucketRecord, ListQuery, ObjectRecord } from '../store.ts'
import { isStorableKey, MAX_KEY_BYTES } from '../store-key.ts'

/** An object and the file that has its bytes. */
export interface IndexedObject {
  readonly file: string
  readonly record: ObjectRecord
}

/** The database: which buckets and objects there are, and which file is whose. */
export interface ObjectIndex {
  createBucket(bucket: BucketRecord): Promise<boolean>
  getBucket(name: string): IndexedBucket | undefined
  listBuckets(): BucketRecord[]
  updateBucket(
    name: string,
    change: (settings: BucketSettings) => BucketSettings,
  ): Promise<BucketRecord | undefined>
  deleteBucket(name: string): Promise<'deleted' | 'missing' | 'not-empty'>
  getObject(bucket: string, key: string): IndexedObject | undefined
  listObjects(bucket: string, query: ListQuery): ObjectRecord[]
  /** Puts the object into exactly that bucket; `isDone` is false when it is gone, even if another has its name now. */
  putObject(bucket: IndexedBucket, object: IndexedObject): Promise<PutOutcome>
  /** @returns The file that is nobody's now. */
  deleteObject(bucket: string, key: string): Promise<string | undefined>
  /** Whether the file has the bytes of an object. */
  hasFile(file: string): boolean
  /** Looks at the newest state from now on, not at one seen earlier in this turn of the event loop. */
  refresh(): void
  close(): Promise<void>
}

/** A bucket with the identity it has kept since it was created. */
export interface IndexedBucket {
  readonly record: BucketRecord
  readonly id: Buffer
}

export interface PutOutcome {
  readonly isDone: boolean
  /** The file that is nobody's now. */
  readonly replacedFile?: string | undefined
}

type StoredBucket = Omit<BucketRecord, 'name'> & { readonly id: string }
type StoredObject = Omit<ObjectRecord, 'key'> & { readonly file: string }

/** Every change is one transaction, and its promise resolves when that has been flushed. */
export function openObjectIndex(path: string): ObjectIndex {
  // By default lmdb-js resolves when a change can be seen, and flushes afterwards. We acknowledge only what is flushed.
  // And with its batches by turn of the event loop, a commit that fails ends the process: it rejects a promise nobody has.
  const root = open({ path, overlappingSync: false, eventTurnBatching: false })
  // Keys are bytes: names of buckets; the id of a bucket and an object's key; names of files.
  const layout = { encoding: 'json', keyEncoding: 'binary' } as const
  const buckets: Database<StoredBucket, Buffer> = root.openDB({ name: 'buckets', ...layout })
  const objects: Database<StoredObject, Buffer> = root.openDB({ name: 'objects', ...layout })
  const files: Database<true, Buffer> = root.openDB({ name: 'files', ...layout })

  return {
    createBucket,
    getBucket,
    listBuckets,
    updateBucket,
    deleteBucket,
    getObject,
    listObjects,
    putObject,
    deleteObject,
    hasFile: (file) => files.doesExist(Buffer.from(file)),
    refresh: () => root.resetReadTxn(),
    close: () => root.close(),
  }

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
      const [first] = objects.getKeys({ start: bucket.id, end: toSuccessor(bucket.id), limit: 1 })
      if (first !== undefined) return 'not-empty'
      buckets.remove(Buffer.from(name))
      return 'deleted'
    })
  }

  function getObject(bucketName: string, key: string): IndexedObject | undefined {
    const bucket = getBucket(bucketName)
    if (bucket === undefined || !isStorableKey(key)) return undefined
    const found = objects.get(toObjectKey(bucket, key))
    return found && toIndexedObject(key, found)
  }

  function listObjects(bucketName: string, { prefix = '', after = '', limit }: ListQuery): ObjectRecord[] {
    const bucket = getBucket(bucketName)
    if (bucket === undefined || limit <= 0) return []
    const from = toObjectKey(bucket, prefix)
    const start = toStart(bucket, from, after)
    const end = toSuccessor(from)
    if (start.compare(end) >= 0) return []
    const entries = objects.getRange({ start, end, limit })
    return [
      ...entries.map(
        ({ key, value }) => toIndexedObject(toText(key.subarray(bucket.id.length)), value).record,
      ),
    ]
  }

  async function putObject(bucket: IndexedBucket, { file, record }: IndexedObject): Promise<PutOutcome> {
    const { key, ...stored } = record
    const objectKey = toObjectKey(bucket, key)
    return await change(() => {
      if (getBucket(bucket.record.name)?.id.equals(bucket.id) !== true) return { isDone: false }
      const replacedFile = objects.get(objectKey)?.file
      objects.put(objectKey, { ...stored, file })
      files.put(Buffer.from(file), true)
      if (replacedFile !== undefined) files.remove(Buffer.from(replacedFile))
      return { isDone: true, replacedFile }
    })
  }

  async function deleteObject(bucketName: string, key: string): Promise<string | undefined> {
    if (getObject(bucketName, key) === undefined) return undefined
    return await change(() => {
      const bucket = getBucket(bucketName)
      if (bucket === undefined) return undefined
      const objectKey = toObjectKey(bucket, key)
      const file = objects.get(objectKey)?.file
      if (file === undefined) return undefined
      objects.remove(objectKey)
      files.remove(Buffer.from(file))
      return file
    })
  }

  /**
   * All of it happens, or nothing. Changes that come together are flushed together, each as a transaction inside a
   * larger one, so that one that throws does not take the others along.
   */
  async function change<Result>(act: () => Result): Promise<Result> {
    try {
      return (await root.childTransaction(act)) as Result
    } catch (error) {
      throw await toCause(error)
    }
  }
}

/** lmdb-js hands the reason of a failed commit over in a promise, which somebody must catch. */
async function toCause(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<never> }
  if (commitError === undefined) return error
  return await commitError.catch((cause: unknown) => cause)
}

function toBucketRecord(name: string, { id: _id, ...stored }: StoredBucket): BucketRecord {
  return { name, ...stored }
}

function toIndexedObject(key: string, { file, ...stored }: StoredObject): IndexedObject {
  return { file, record: { key, ...stored } }
}

/** Keys of one bucket are together, in the order of their UTF-8 bytes. */
function toObjectKey({ id }: IndexedBucket, key: string): Buffer {
  return Buffer.concat([id, Buffer.from(key).subarray(0, MAX_KEY_BYTES + 1)])
}

/** The first place that is neither before the prefix nor at or before `after`. */
function toStart(bucket: IndexedBucket, from: Buffer, after: string): Buffer {
  if (after === '') return from
  // Nothing lies between a key and the same key with a zero byte behind it.
  const next = Buffer.concat([toObjectKey(bucket, after), Buffer.of(0)])
  return next.compare(from) > 0 ? next : from
}

/** The first place behind everything that begins with these bytes. The last byte that can grow, grows. */
function toSuccessor(bytes: Buffer): Buffer {
  let last = bytes.length - 1
  while (bytes[last] === 0xff) last--
  const successor = Buffer.from(bytes.subarray(0, last + 1))
  successor[last] = (successor[last] ?? 0) + 1
  return successor
}

/** lmdb-js answers with an array of bytes that is no Buffer where it can. */
function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
}
