import { type Database, open } from 'lmdb'
import type { BucketRecord, MultipartRecord, ObjectRecord, PartRecord } from '../store.ts'

/** A bucket, by its name. Its id is what all that is in it has in front of its keys. */
export type StoredBucket = Omit<BucketRecord, 'name'> & { readonly id: string }
/** The file is absent when the bytes are in several, which are in `segments` then. */
export type StoredObject = Omit<ObjectRecord, 'key'> & { readonly file?: string | undefined }
/** The id is what its parts have in front of their keys. */
export type StoredMultipart = MultipartRecord & { readonly id: string }
export type StoredPart = PartRecord & { readonly file: string }

/** The tables of the index, and how they are changed. */
export interface IndexDatabase {
  /** By name. */
  readonly buckets: Database<StoredBucket, Buffer>
  /** By bucket and key. */
  readonly objects: Database<StoredObject, Buffer>
  /** By bucket and key: the files of an object whose bytes are not in one. */
  readonly segments: Database<Buffer, Buffer>
  /** By bucket, key and upload id. */
  readonly multiparts: Database<StoredMultipart, Buffer>
  /** By multipart upload and number. */
  readonly parts: Database<StoredPart, Buffer>
  /** By name: how many objects and parts have bytes in the file. `true`, from the first version, is one. */
  readonly files: Database<number | true, Buffer>
  /**
   * All of it happens, or nothing; resolves when it has been flushed. Changes that come together are flushed together, each
   * as a transaction inside a larger one, so that one that throws does not take the others along.
   */
  change<Result>(act: () => Result): Promise<Result>
  /** Looks at the newest state from now on, not at one seen earlier in this turn of the event loop. */
  refresh(): void
  close(): Promise<void>
}

export function openIndexDatabase(path: string): IndexDatabase {
  // By default lmdb-js resolves when a change can be seen, and flushes afterwards. We acknowledge only what is flushed.
  // And with its batches by turn of the event loop, a commit that fails ends the process: it rejects a promise nobody has.
  const root = open({ path, overlappingSync: false, eventTurnBatching: false })
  const layout = { encoding: 'json', keyEncoding: 'binary' } as const
  return {
    buckets: root.openDB({ name: 'buckets', ...layout }),
    objects: root.openDB({ name: 'objects', ...layout }),
    segments: root.openDB({ name: 'segments', ...layout, encoding: 'binary' }),
    multiparts: root.openDB({ name: 'multiparts', ...layout }),
    parts: root.openDB({ name: 'parts', ...layout }),
    files: root.openDB({ name: 'files', ...layout }),
    async change<Result>(act: () => Result): Promise<Result> {
      try {
        return (await root.childTransaction(act)) as Result
      } catch (error) {
        throw await toCause(error)
      }
    },
    refresh: () => root.resetReadTxn(),
    close: () => root.close(),
  }
}

/** lmdb-js hands the reason of a failed commit over in a promise, which somebody must catch. */
async function toCause(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error
  return await (error.commitError as Promise<never>).catch((cause: unknown) => cause)
}
