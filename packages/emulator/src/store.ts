import type { Readable } from 'node:stream'
import type { BucketSettings, Grant } from './bucket-settings.ts'

/** What the emulator knows of a bucket. */
export interface BucketRecord {
  /** `BucketName-APPID`. */
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** What has been configured; absent as long as nothing has. */
  readonly settings?: BucketSettings | undefined
}

/** A tag of an object. */
export interface ObjectTag {
  readonly key: string
  readonly value: string
}

/** What an upload says about its object, beside the bytes. */
export interface ObjectProperties {
  /** Headers stored with the object, names in lower case: `content-type`, `cache-control`, `x-cos-meta-*` and so on. */
  readonly headers: Readonly<Record<string, string>>
  /** Absent or empty: none. */
  readonly tags?: readonly ObjectTag[] | undefined
  /** What is granted to others than the owner; absent: as the bucket has it. */
  readonly acl?: readonly Grant[] | undefined
}

/** What the emulator knows of an object, without its bytes. */
export interface ObjectRecord extends ObjectProperties {
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
  /** Whether bytes may be appended. @default 'normal' */
  readonly type?: 'normal' | 'appendable' | undefined
  /** Of an archived object that somebody wants to read: from when until when that can be done, in milliseconds. */
  readonly restoration?: { readonly readyAt: number; readonly expiresAt: number } | undefined
}

/** A multipart upload that has been initiated and neither completed nor aborted. */
export interface MultipartRecord extends ObjectProperties {
  readonly key: string
  /** Different from all others of this key. */
  readonly uploadId: string
  /** Milliseconds since the epoch. */
  readonly initiatedAt: number
}

/** A part of a multipart upload, without its bytes. */
export interface PartRecord {
  /** 1 to 10,000. */
  readonly number: number
  /** Bytes. */
  readonly size: number
  /** The ETag without quotes. */
  readonly etag: string
  /** CRC-64/ECMA-182 of the bytes as an unsigned decimal. */
  readonly crc64: string
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number
}

/** Bytes on their way: seen by nobody before they are committed, gone after {@link Incoming.abort}. */
export interface Incoming {
  /** Takes the next bytes, which must stay as they are; resolves when more may be written (back-pressure). */
  write(chunk: Uint8Array): Promise<void>
  /** Forgets the bytes. Safe to call at any time and more than once; after a commit it does nothing. */
  abort(): Promise<void>
}

/** An object on its way. */
export interface Upload extends Incoming {
  /**
   * Makes the object visible, whole, replacing an older one. Resolves when it will survive a crash (disk store). A record of
   * another key or size than what was written is a RangeError. After a rejection only {@link Incoming.abort} is of use.
   *
   * @param mayReplace - Sees the object that is there at the very moment, if there is one, and throws to leave it there; what
   * it throws is what the commit rejects with. Nothing comes between the look and the commit.
   */
  commit(record: ObjectRecord, mayReplace?: (current: ObjectRecord | undefined) => void): Promise<void>
  /**
   * Puts the bytes behind those of the object instead, or makes them a new one.
   *
   * @param describe - Sees the object that is there at the very moment and gives the record of the whole, or throws as above.
   * @returns That record.
   */
  append(describe: (current: ObjectRecord | undefined) => ObjectRecord): Promise<ObjectRecord>
}

/** A part on its way. */
export interface PartUpload extends Incoming {
  /**
   * Makes it a part of its multipart upload, replacing an older one of that number. Resolves when it will survive a crash.
   * Rejects with {@link StoreError} `ERR_STORE_NO_UPLOAD` when the upload has been completed or aborted meanwhile.
   */
  commit(part: PartRecord): Promise<void>
}

/** Bytes of an object: inclusive offsets. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Which bytes of an object somebody wants. */
export type ByteChoice = ByteRange | 'all' | 'none'

/** A record, and the bytes that belong to exactly that record. */
export interface ObjectBody {
  readonly record: ObjectRecord
  /** Few bytes come as they are; a stream the caller consumes or destroys. */
  readonly body: Uint8Array | Readable
}

/** A page of a listing: keys in the order of their UTF-8 bytes. */
export interface ListQuery {
  /** Only keys that begin so. @default '' */
  readonly prefix?: string
  /**
   * Keys that have this behind the prefix are rolled up: those that agree up to its first occurrence count as one entry,
   * which is what they agree in. @default '' (nothing is rolled up)
   */
  readonly delimiter?: string
  /** Only entries strictly after this one. @default '' */
  readonly after?: string
  /** At most this many entries, rolled-up ones included. */
  readonly limit: number
}

/** Entries in order, those that were rolled up apart. */
export interface ListPage<Item, Place = string> {
  readonly items: readonly Item[]
  /** What keys that were rolled up begin with, the delimiter included. */
  readonly commonPrefixes: readonly string[]
  /** The last entry, when there are more behind it. */
  readonly next?: Place | undefined
}

/** Where a listing of multipart uploads goes on. */
export interface MultipartPlace {
  readonly key: string
  /** Absent: behind all uploads of the key. */
  readonly uploadId?: string | undefined
}

/** A page of a listing of multipart uploads, in the order of their keys, those of one key in the order of their ids. */
export interface MultipartListQuery extends Omit<ListQuery, 'after'> {
  readonly after?: MultipartPlace | undefined
}

/** Parts with a number above `after`, at most `limit` of them. */
export interface PartQuery {
  /** @default 0 */
  readonly after?: number
  readonly limit: number
}

/** Parts in the order of their numbers, and whether there are more behind them. */
export interface PartPage {
  readonly parts: readonly PartRecord[]
  readonly isTruncated: boolean
}

/** What a complete multipart upload becomes. */
export interface Completion {
  readonly record: ObjectRecord
  /** Those of the upload's parts that the object consists of, in this order. */
  readonly parts: readonly PartRecord[]
}

/** Which object. */
export interface ObjectPlace {
  readonly bucket: string
  readonly key: string
}

/**
 * Where buckets and objects live. The memory store and the disk store pass the same conformance suite.
 *
 * Every change is atomic, and has been made durable (disk store) when its promise resolves. The callbacks of changes see what
 * is there at the very moment, are synchronous, and may throw: then nothing changes, and the promise rejects with that.
 * Where a bucket is needed and missing it is {@link StoreError} `ERR_STORE_NO_BUCKET`. A key that is not 1 to 850 bytes of
 * UTF-8 is a RangeError where something would be stored under it, and nobody's elsewhere.
 */
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
  /** A bucket with objects or multipart uploads is `not-empty`. */
  deleteBucket(name: string): Promise<'deleted' | 'missing' | 'not-empty'>

  /** Opens an upload to an existing bucket. That bucket is needed again at the commit, not one that was made anew. */
  createUpload(bucket: string, key: string): Promise<Upload>
  headObject(bucket: string, key: string): Promise<ObjectRecord | undefined>
  /**
   * The record and the bytes that belong to exactly that record, whatever happens to the key meanwhile.
   *
   * @param choose - May throw, which is what the promise rejects with; may be called again, with another record, when the
   * key is being overwritten. All bytes unless given.
   */
  getObject(
    bucket: string,
    key: string,
    choose?: (record: ObjectRecord) => ByteChoice,
  ): Promise<ObjectBody | undefined>
  /**
   * Replaces what the store knows of an object; its bytes stay. `undefined` when there is no such object. A record of another
   * key, size, ETag or CRC is a RangeError.
   */
  updateObject(
    bucket: string,
    key: string,
    change: (current: ObjectRecord) => ObjectRecord,
  ): Promise<ObjectRecord | undefined>
  /**
   * Makes the bytes of one object those of another one, too, or of itself, without copying them.
   *
   * @param describe - Gives the record of the copy.
   * @returns That record; `undefined` when there is no source.
   */
  copyObject(
    source: ObjectPlace,
    target: ObjectPlace,
    describe: (source: ObjectRecord, current: ObjectRecord | undefined) => ObjectRecord,
  ): Promise<ObjectRecord | undefined>
  /** Whether there was one. */
  deleteObject(bucket: string, key: string): Promise<boolean>
  listObjects(bucket: string, query: ListQuery): Promise<ListPage<ObjectRecord>>

  createMultipart(bucket: string, upload: MultipartRecord): Promise<void>
  getMultipart(bucket: string, key: string, uploadId: string): Promise<MultipartRecord | undefined>
  listMultiparts(
    bucket: string,
    query: MultipartListQuery,
  ): Promise<ListPage<MultipartRecord, MultipartPlace>>
  /** Opens the upload of a part; rejects with {@link StoreError} `ERR_STORE_NO_UPLOAD` when there is no such upload. */
  createPart(bucket: string, key: string, uploadId: string, number: number): Promise<PartUpload>
  /** Parts in the order of their numbers; `undefined` when there is no such upload. */
  listParts(bucket: string, key: string, uploadId: string, query: PartQuery): Promise<PartPage | undefined>
  /**
   * Makes parts of an upload an object, without copying them, and forgets the upload with its other parts.
   *
   * @param complete - Sees all parts in the order of their numbers, and the object that is there.
   * @returns The record; `undefined` when there is no such upload.
   */
  completeMultipart(
    bucket: string,
    key: string,
    uploadId: string,
    complete: (
      upload: MultipartRecord,
      parts: readonly PartRecord[],
      current: ObjectRecord | undefined,
    ) => Completion,
  ): Promise<ObjectRecord | undefined>
  /** Forgets an upload and its parts. Whether there was one. */
  abortMultipart(bucket: string, key: string, uploadId: string): Promise<boolean>
  /** Uploads that are under way are aborted. */
  close(): Promise<void>
}
