import { Readable } from 'node:stream'
import { assertRecordFits, assertSameBytes } from '../assert-record-fits.ts'
import { collectPage } from '../list-page.ts'
import type { ByteChoice, ListPage, ListQuery, ObjectBody, ObjectPlace, ObjectRecord } from '../store.ts'
import { assertStorableKey } from '../store-key.ts'
import type { Bucket, BucketTable, Stored } from './bucket-table.ts'
import type { Budget } from './budget.ts'
import { sliceBlocks } from './byte-list.ts'
import { createIncomingBytes, type IncomingBytes } from './incoming-bytes.ts'
import { isBeforeStart } from './is-before-start.ts'

/** See `Upload`. */
export interface MemoryUpload extends Pick<IncomingBytes, 'write' | 'abort'> {
  commit(record: ObjectRecord, mayReplace?: (current: ObjectRecord | undefined) => void): void
  append(describe: (current: ObjectRecord | undefined) => ObjectRecord): ObjectRecord
}

/** Which objects there are. See `Store` for what each of these means. */
export interface ObjectTable {
  createUpload(bucket: string, key: string): MemoryUpload
  find(bucket: string, key: string): Stored<ObjectRecord> | undefined
  getObject(
    bucket: string,
    key: string,
    choose?: (record: ObjectRecord) => ByteChoice,
  ): ObjectBody | undefined
  updateObject(
    bucket: string,
    key: string,
    change: (current: ObjectRecord) => ObjectRecord,
  ): ObjectRecord | undefined
  copyObject(
    source: ObjectPlace,
    target: ObjectPlace,
    describe: (source: ObjectRecord, current: ObjectRecord | undefined) => ObjectRecord,
  ): ObjectRecord | undefined
  deleteObject(bucket: string, key: string): boolean
  listObjects(bucket: string, query: ListQuery): ListPage<ObjectRecord>
  /** Puts an object in the place of an older one; the caller settles with the budget. */
  replace(bucket: Bucket, object: Stored<ObjectRecord>): ObjectRecord
}

export function createObjectTable(buckets: BucketTable, budget: Budget): ObjectTable {
  return { createUpload, find, getObject, updateObject, copyObject, deleteObject, listObjects, replace }

  function createUpload(bucketName: string, key: string): MemoryUpload {
    assertStorableKey(key)
    const bucket = buckets.require(bucketName)
    const bytes = createIncomingBytes(budget)
    return {
      write: bytes.write,
      abort: bytes.abort,
      commit(record, mayReplace) {
        bytes.finish(({ size, blocks }) => {
          assertRecordFits(record, key, size)
          buckets.requireSame(bucket)
          mayReplace?.(bucket.objects.get(key)?.record)
          budget.giveBack(bucket.objects.get(key)?.record.size ?? 0)
          replace(bucket, { record, blocks })
        })
      },
      append(describe) {
        return bytes.finish((added) => {
          buckets.requireSame(bucket)
          const current = bucket.objects.get(key)
          const record = describe(current?.record)
          assertRecordFits(record, key, (current?.record.size ?? 0) + added.size)
          return replace(bucket, { record, blocks: [...(current?.blocks ?? []), ...added.blocks] })
        })
      },
    }
  }

  function replace(bucket: Bucket, { record, blocks }: Stored<ObjectRecord>): ObjectRecord {
    const kept = structuredClone(record)
    bucket.objects.set(kept.key, { record: kept, blocks })
    bucket.keys.add(kept.key)
    return kept
  }

  function find(bucketName: string, key: string): Stored<ObjectRecord> | undefined {
    return buckets.find(bucketName)?.objects.get(key)
  }

  function getObject(
    bucketName: string,
    key: string,
    choose: (record: ObjectRecord) => ByteChoice = () => 'all',
  ): ObjectBody | undefined {
    const found = find(bucketName, key)
    if (found === undefined) return undefined
    const { record, blocks } = found
    const choice = choose(record)
    if (choice === 'none') return { record, body: new Uint8Array() }
    const { start, end } = choice === 'all' ? { start: 0, end: record.size - 1 } : choice
    const pieces = [...sliceBlocks(blocks, start, end)]
    const [first = new Uint8Array(), ...others] = pieces
    return { record, body: others.length === 0 ? first : Readable.from(pieces, { objectMode: false }) }
  }

  function updateObject(
    bucketName: string,
    key: string,
    change: (current: ObjectRecord) => ObjectRecord,
  ): ObjectRecord | undefined {
    const bucket = buckets.find(bucketName)
    const current = bucket?.objects.get(key)
    if (bucket === undefined || current === undefined) return undefined
    const record = change(current.record)
    assertSameBytes(current.record, record)
    return replace(bucket, { record, blocks: current.blocks })
  }

  function copyObject(
    source: ObjectPlace,
    target: ObjectPlace,
    describe: (source: ObjectRecord, current: ObjectRecord | undefined) => ObjectRecord,
  ): ObjectRecord | undefined {
    assertStorableKey(target.key)
    const bucket = buckets.require(target.bucket)
    const from = find(source.bucket, source.key)
    if (from === undefined) return undefined
    const current = bucket.objects.get(target.key)?.record
    const record = describe(from.record, current)
    assertRecordFits(record, target.key, from.record.size)
    budget.take(record.size - (current?.size ?? 0))
    return replace(bucket, { record, blocks: from.blocks })
  }

  function deleteObject(bucketName: string, key: string): boolean {
    const bucket = buckets.find(bucketName)
    const found = bucket?.objects.get(key)
    if (bucket === undefined || found === undefined) return false
    budget.giveBack(found.record.size)
    bucket.objects.delete(key)
    bucket.keys.remove(key)
    return true
  }

  function listObjects(bucketName: string, { after = '', ...query }: ListQuery): ListPage<ObjectRecord> {
    const bucket = buckets.find(bucketName)
    if (bucket === undefined) return { items: [], commonPrefixes: [] }
    const { objects, keys } = bucket
    const { items, commonPrefixes, last } = collectPage(
      { ...query, after: { key: after } },
      function* (start) {
        for (const key of keys.from((key) => isBeforeStart({ key }, start))) {
          yield (objects.get(key) as Stored<ObjectRecord>).record
        }
      },
    )
    return { items, commonPrefixes, next: last?.key }
  }
}
