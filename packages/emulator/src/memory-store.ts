import { createBucketTable } from './memory/bucket-table.ts'
import { createBudget } from './memory/budget.ts'
import { createMultipartTable } from './memory/multipart-table.ts'
import { createObjectTable } from './memory/object-table.ts'
import type { Store } from './store.ts'

/** How much a memory store holds. */
export interface MemoryStoreOptions {
  /**
   * How many bytes of objects and parts there may be, those on their way included. A copy counts like any other object.
   * @default 1073741824 (1 GiB)
   */
  readonly maxBytes?: number
}

/**
 * A store that is gone with the process.
 *
 * What would go over `maxBytes` rejects with `ERR_STORE_FULL` and leaves everything else as it was. An object that has been
 * replaced or deleted no longer counts, even while somebody still reads it.
 *
 * @throws {RangeError} When `maxBytes` is not a number greater than 0.
 */
export function createMemoryStore({ maxBytes = 1024 ** 3 }: MemoryStoreOptions = {}): Store {
  if (!(maxBytes > 0)) throw new RangeError('"maxBytes" must be a number greater than 0')
  const budget = createBudget(maxBytes)
  const buckets = createBucketTable()
  const objects = createObjectTable(buckets, budget)
  const multiparts = createMultipartTable(buckets, objects, budget)
  let isClosed = false

  return {
    createBucket: whileOpen(buckets.createBucket),
    getBucket: whileOpen((name) => buckets.find(name)?.record),
    listBuckets: whileOpen(buckets.listBuckets),
    updateBucket: whileOpen(buckets.updateBucket),
    deleteBucket: whileOpen(buckets.deleteBucket),
    createUpload: whileOpen((bucket, key) => {
      const { write, commit, append, abort } = objects.createUpload(bucket, key)
      return {
        write: whileOpen(write),
        commit: whileOpen(commit),
        append: whileOpen(append),
        abort: () => Promise.resolve(abort()),
      }
    }),
    headObject: whileOpen((bucket, key) => objects.find(bucket, key)?.record),
    getObject: whileOpen(objects.getObject),
    updateObject: whileOpen(objects.updateObject),
    copyObject: whileOpen(objects.copyObject),
    deleteObject: whileOpen(objects.deleteObject),
    listObjects: whileOpen(objects.listObjects),
    createMultipart: whileOpen(multiparts.createMultipart),
    getMultipart: whileOpen((...upload) => multiparts.find(...upload)?.record),
    listMultiparts: whileOpen(multiparts.listMultiparts),
    createPart: whileOpen((...part) => {
      const { write, commit, abort } = multiparts.createPart(...part)
      return { write: whileOpen(write), commit: whileOpen(commit), abort: () => Promise.resolve(abort()) }
    }),
    listParts: whileOpen(multiparts.listParts),
    completeMultipart: whileOpen(multiparts.completeMultipart),
    abortMultipart: whileOpen(multiparts.abortMultipart),
    close() {
      isClosed = true
      buckets.clear()
      return Promise.resolve()
    },
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
}
