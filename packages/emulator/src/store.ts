import type { Readable } from 'node:stream'
import type { BucketSettings } from './bucket-settings.ts'

/** What the emulator knows of a bucket. */
export interface BucketRecord {
  /** `BucketName-APPID`. */
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** What has been configured; absent as long as nothing has. */
  readonly settings?: BucketSettings | undefined
}

/** What the emulator knows of an object, without its bytes. */
export interface ObjectRecord {
  /** The key, without a leading slash of the request path. */
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** The ETag without quotes: the MD5 of the bytes in hex for a simple upload. */
  readonly etag: string
  /** CRC-64/ECMA-182 of the bytes as an unsigned decimal. */
  readonly crc64: string
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number
  /** Headers stored with the object, names in lower case: `content-type`, `cache-control`, `x-cos-meta-*` and so on. */
  readonly headers: Readonly<Record<string, string>>
}

/** An upload under way: invisible until {@link Upload.commit}, gone after {@link Upload.abort}. */
export interface Upload {
  /** Takes the next bytes; resolves when more may be written (back-pressure). The buffer may be reused after that. */
  write(chunk: Uint8Array): Promise<void>
  /**
   * Makes the object visible, whole, replacing an older one. Resolves when it will survive a crash (disk store). A record of
   * another key or size than what was written is a RangeError. After a rejection only {@link Upload.abort} is of use.
   */
  commit(record: ObjectRecord): Promise<void>
  /** Forgets the bytes. Safe to call at any time and more than once; after a commit it does nothing. */
  abort(): Promise<void>
}

/** Bytes of an object: inclusive offsets. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** A record, and the bytes that belong to exactly that record. */
export interface ObjectBody {
  readonly record: ObjectRecord
  /** The caller consumes or destroys it. */
  readonly body: Readable
}

/** A part of a listing: keys in the order of their UTF-8 bytes. */
export interface ListQuery {
  /** Only keys that begin so. @default '' */
  readonly prefix?: string
  /** Only keys strictly after this one. */
  readonly after?: string
  /** At most this many. */
  readonly limit: number
}

/** Where buckets and objects live. The memory store and the disk store pass the same conformance suite. */
export interface Store {
  /** False when a bucket of that name exists. */
  createBucket(bucket: BucketRecord): Promise<boolean>
  getBucket(name: string): Promise<BucketRecord | undefined>
  listBuckets(): Promise<BucketRecord[]>
  /**
   * Replaces the settings of a bucket by what `change` makes of them; `undefined` when there is no such bucket. Changes of
   * one bucket happen one after the other, so none is lost. When `change` throws, the promise rejects with that and the
   * bucket stays as it was.
   */
  updateBucket(
    name: string,
    change: (settings: BucketSettings) => BucketSettings,
  ): Promise<BucketRecord | undefined>
  deleteBucket(name: string): Promise<'deleted' | 'missing' | 'not-empty'>
  /**
   * Opens an upload to an existing bucket; rejects with {@link StoreError} `ERR_STORE_NO_BUCKET` otherwise, also at commit
   * if the bucket went meanwhile. A key that is not 1 to 850 bytes of UTF-8 is a RangeError.
   */
  createUpload(bucket: string, key: string): Promise<Upload>
  headObject(bucket: string, key: string): Promise<ObjectRecord | undefined>
  /**
   * The record and a stream of the bytes that belong to exactly that record, whatever happens to the key meanwhile.
   * `range` may be called again, with another record, when the key is being overwritten.
   */
  getObject(
    bucket: string,
    key: string,
    range?: (record: ObjectRecord) => ByteRange | undefined,
  ): Promise<ObjectBody | undefined>
  /** Whether there was one. */
  deleteObject(bucket: string, key: string): Promise<boolean>
  listObjects(bucket: string, query: ListQuery): Promise<ObjectRecord[]>
  close(): Promise<void>
}
