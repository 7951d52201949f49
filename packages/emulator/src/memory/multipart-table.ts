import { assertPartFits, assertRecordFits } from '../assert-record-fits.ts'
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
import { assertStorableKey } from '../store-key.ts'
import type { Bucket, BucketTable, Stored, StoredMultipart } from './bucket-table.ts'
import type { Budget } from './budget.ts'
import { createIncomingBytes, type IncomingBytes } from './incoming-bytes.ts'
import { isBeforeStart } from './is-before-start.ts'
import type { ObjectTable } from './object-table.ts'

/** See `PartUpload`. */
export interface MemoryPartUpload extends Pick<IncomingBytes, 'write' | 'abort'> {
  commit(part: PartRecord): void
}

/** Which multipart uploads and parts there are. See `Store` for what each of these means. */
export interface MultipartTable {
  createMultipart(bucket: string, upload: MultipartRecord): void
  find(bucket: string, key: string, uploadId: string): StoredMultipart | undefined
  listMultiparts(bucket: string, query: MultipartListQuery): ListPage<MultipartRecord, MultipartPlace>
  createPart(bucket: string, key: string, uploadId: string, number: number): MemoryPartUpload
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
  ): ObjectRecord | undefined
  abortMultipart(bucket: string, key: string, uploadId: string): boolean
}

export function createMultipartTable(
  buckets: BucketTable,
  objects: ObjectTable,
  budget: Budget,
): MultipartTable {
  return {
    createMultipart,
    find,
    listMultiparts,
    createPart,
    listParts,
    completeMultipart,
    abortMultipart,
  }

  function createMultipart(bucketName: string, upload: MultipartRecord): void {
    assertStorableKey(upload.key)
    buckets.require(bucketName).multiparts.add({ record: structuredClone(upload), parts: new Map() })
  }

  function find(bucketName: string, key: string, uploadId: string): StoredMultipart | undefined {
    const bucket = buckets.find(bucketName)
    return bucket && findIn(bucket, key, uploadId)
  }

  function findIn({ multiparts }: Bucket, key: string, uploadId: string): StoredMultipart | undefined {
    const after = { key, uploadId }
    const isBefore = ({ record }: StoredMultipart) =>
      isBeforeStart(record, { after }) && !(record.key === key && record.uploadId === uploadId)
    const [found] = multiparts.from(isBefore)
    return found?.record.key === key && found.record.uploadId === uploadId ? found : undefined
  }

  function listMultiparts(
    bucketName: string,
    query: MultipartListQuery,
  ): ListPage<MultipartRecord, MultipartPlace> {
    const bucket = buckets.find(bucketName)
    if (bucket === undefined) return { items: [], commonPrefixes: [] }
    const { items, commonPrefixes, last } = collectPage(query, function* (start) {
      for (const { record } of bucket.multiparts.from(({ record }) => isBeforeStart(record, start)))
        yield record
    })
    return { items, commonPrefixes, next: toMultipartPlace(last) }
  }

  function createPart(bucketName: string, key: string, uploadId: string, number: number): MemoryPartUpload {
    const upload = find(bucketName, key, uploadId)
    if (upload === undefined) throw noUpload(uploadId)
    const bytes = createIncomingBytes(budget)
    return {
      write: bytes.write,
      abort: bytes.abort,
      commit(part) {
        bytes.finish(({ size, blocks }) => {
          assertPartFits(part, number, size)
          // Compared by identity: an upload of the same id could have been made anew.
          if (find(bucketName, key, uploadId) !== upload) throw noUpload(uploadId)
          budget.giveBack(upload.parts.get(number)?.record.size ?? 0)
          upload.parts.set(number, { record: { ...part }, blocks })
        })
      },
    }
  }

  function listParts(
    bucketName: string,
    key: string,
    uploadId: string,
    { after = 0, limit }: PartQuery,
  ): PartPage | undefined {
    const upload = find(bucketName, key, uploadId)
    if (upload === undefined) return undefined
    const behind = toSortedParts(upload).filter(({ number }) => number > after)
    return { parts: behind.slice(0, limit), isTruncated: limit > 0 && behind.length > limit }
  }

  function completeMultipart(
    bucketName: string,
    key: string,
    uploadId: string,
    complete: (
      upload: MultipartRecord,
      parts: readonly PartRecord[],
      current: ObjectRecord | undefined,
    ) => Completion,
  ): ObjectRecord | undefined {
    const bucket = buckets.find(bucketName)
    const upload = bucket && findIn(bucket, key, uploadId)
    if (bucket === undefined || upload === undefined) return undefined
    const current = bucket.objects.get(key)?.record
    const { record, parts } = complete(upload.record, toSortedParts(upload), current)
    const chosen = parts.map(({ number }) => requirePart(upload, number))
    assertRecordFits(record, key, sumOf(chosen))
    remove(bucket, upload)
    // The parts gave back at least as much a moment ago.
    budget.take(record.size - (current?.size ?? 0))
    return objects.replace(bucket, { record, blocks: chosen.flatMap(({ blocks }) => blocks) })
  }

  function abortMultipart(bucketName: string, key: string, uploadId: string): boolean {
    const bucket = buckets.find(bucketName)
    const upload = bucket && findIn(bucket, key, uploadId)
    if (bucket === undefined || upload === undefined) return false
    remove(bucket, upload)
    return true
  }

  function remove(bucket: Bucket, upload: StoredMultipart): void {
    bucket.multiparts.remove(upload)
    budget.giveBack(sumOf([...upload.parts.values()]))
  }
}

function toSortedParts({ parts }: StoredMultipart): PartRecord[] {
  return [...parts.values()].map(({ record }) => record).sort((a, b) => a.number - b.number)
}

function requirePart({ parts }: StoredMultipart, number: number): Stored<PartRecord> {
  const part = parts.get(number)
  if (part === undefined) throw new RangeError(`The upload has no part ${number}`)
  return part
}

function sumOf(parts: readonly Stored<PartRecord>[]): number {
  return parts.reduce((sum, { record }) => sum + record.size, 0)
}

function noUpload(uploadId: string): StoreError {
  return new StoreError('ERR_STORE_NO_UPLOAD', `There is no multipart upload ${uploadId}`)
}
