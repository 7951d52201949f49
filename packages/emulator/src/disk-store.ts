import { Buffer } from 'node:buffer'
import { Readable } from 'node:stream'
import { assertPartFits } from './assert-record-fits.ts'
import { createBucketIndex } from './disk/bucket-index.ts'
import { type DataDirectory, openDataDirectory } from './disk/data-directory.ts'
import { createIncomingFile, type IncomingFile } from './disk/incoming-file.ts'
import { type IndexDatabase, openIndexDatabase } from './disk/index-database.ts'
import { lockDirectory } from './disk/lock-directory.ts'
import { createMultipartIndex } from './disk/multipart-index.ts'
import { createObjectFiles, type ObjectFiles } from './disk/object-files.ts'
import { type Changed, createObjectIndex } from './disk/object-index.ts'
import { readSegments } from './disk/read-segments.ts'
import { syncDirectory } from './disk/sync-directory.ts'
import { toStoreError } from './disk/to-store-error.ts'
import type { ByteChoice, ObjectBody, ObjectRecord, PartUpload, Store, Upload } from './store.ts'
import { StoreError } from './store-error.ts'
import { assertStorableKey } from './store-key.ts'

/**
 * A store in a directory, which is created if need be. What has been acknowledged survives the process, a SIGKILL and a power
 * loss: a change when its promise has resolved, and before that nothing is seen of it.
 *
 * Opening it removes what a crash left behind. One process at a time may have a directory open.
 *
 * @throws {StoreError} `ERR_STORE_IN_USE`, `ERR_STORE_FORMAT`, `ERR_STORE_INACCESSIBLE`, `ERR_STORE_FULL`; the message
 * names the directory.
 */
export async function createDiskStore(dataDir: string): Promise<Store> {
  try {
    const directory = await openDataDirectory(dataDir)
    const unlock = await lockDirectory(directory)
    try {
      return await openStore(directory, unlock)
    } catch (error) {
      await unlock()
      throw error
    }
  } catch (error) {
    throw toStoreError(error, dataDir)
  }
}

async function openStore(directory: DataDirectory, unlock: () => Promise<void>): Promise<Store> {
  const database = openIndexDatabase(directory.index)
  const files = createObjectFiles(directory.objects)
  try {
    await syncDirectory(directory.index)
    await files.sweep((name) => database.files.doesExist(Buffer.from(name)))
  } catch (error) {
    await database.close()
    throw error
  }
  return createStore({ directory, database, files, unlock })
}

interface StoreParts {
  readonly directory: DataDirectory
  readonly database: IndexDatabase
  readonly files: ObjectFiles
  unlock(): Promise<void>
}

function createStore({ directory, database, files, unlock }: StoreParts): Store {
  const buckets = createBucketIndex(database)
  const objects = createObjectIndex(database, buckets)
  const multiparts = createMultipartIndex(database, buckets, objects)
  const incoming = new Set<IncomingFile>()
  /** Changes and removals under way, which closing waits for. */
  const pending = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  return {
    createBucket: whileOpen(buckets.createBucket),
    getBucket: whileOpen((name) => buckets.getBucket(name)?.record),
    listBuckets: whileOpen(buckets.listBuckets),
    updateBucket: whileOpen(buckets.updateBucket),
    deleteBucket: whileOpen(buckets.deleteBucket),
    createUpload: whileOpen(createUpload),
    headObject: whileOpen(objects.getRecord),
    getObject: whileOpen(getObject),
    updateObject: whileOpen(objects.updateObject),
    copyObject: whileOpen((...copy) => settle(objects.copyObject(...copy))),
    deleteObject: whileOpen((...object) => settle(objects.deleteObject(...object))),
    listObjects: whileOpen(objects.listObjects),
    createMultipart: whileOpen(multiparts.createMultipart),
    getMultipart: whileOpen((...upload) => multiparts.getMultipart(...upload)?.record),
    listMultiparts: whileOpen(multiparts.listMultiparts),
    createPart: whileOpen(createPart),
    listParts: whileOpen(multiparts.listParts),
    completeMultipart: whileOpen((...completion) => settle(multiparts.completeMultipart(...completion))),
    abortMultipart: whileOpen((...upload) => settle(multiparts.abortMultipart(...upload))),
    close() {
      closing ??= closeNow()
      return closing
    },
  }

  async function createUpload(bucketName: string, key: string): Promise<Upload> {
    assertStorableKey(key)
    const bucket = buckets.requireBucket(bucketName)
    const bytes = await receive()
    return {
      write: whileOpen(bytes.write),
      commit: whileOpen((record, mayReplace) =>
        bytes.finish(async (file) => {
          const describe = (current: ObjectRecord | undefined) => {
            mayReplace?.(current)
            return record
          }
          await settle(objects.putObject(bucket, key, file, describe))
        }),
      ),
      append: whileOpen((describe) =>
        bytes.finish((file) => settle(objects.appendObject(bucket, key, file, describe))),
      ),
      abort: () => track(bytes.abort()),
    }
  }

  async function createPart(
    bucket: string,
    key: string,
    uploadId: string,
    number: number,
  ): Promise<PartUpload> {
    const upload = multiparts.requireMultipart(bucket, key, uploadId)
    const bytes = await receive()
    return {
      write: whileOpen(bytes.write),
      commit: whileOpen((part) =>
        bytes.finish(async (file) => {
          assertPartFits(part, number, file.size)
          await settle(multiparts.putPart(upload, part, file.file))
        }),
      ),
      abort: () => track(bytes.abort()),
    }
  }

  async function receive(): Promise<IncomingFile> {
    const { name, handle } = await files.create()
    const bytes = createIncomingFile({
      name,
      handle,
      syncName: files.syncNames,
      discard: () => removeUnlessUsed(name),
      onEnd: () => incoming.delete(bytes),
    })
    incoming.add(bytes)
    return bytes
  }

  /** A transaction that failed may nevertheless have happened; then the file is somebody's. */
  async function removeUnlessUsed(file: string): Promise<void> {
    database.refresh()
    if (!database.files.doesExist(Buffer.from(file))) await files.remove([file])
  }

  async function getObject(
    bucket: string,
    key: string,
    choose: (record: ObjectRecord) => ByteChoice = () => 'all',
  ): Promise<ObjectBody | undefined> {
    for (let missing: string | undefined; ; ) {
      const found = objects.getObject(bucket, key)
      if (found === undefined) return undefined
      const { record, segments } = found
      // Held before anything is awaited: files that are replaced meanwhile stay until the last of them has been read.
      const release = files.hold(segments.map(({ file }) => file))
      try {
        const body = await readSegments(segments, choose(record), files.open, (file) => damaged(file, key))
        if (body instanceof Readable) body.once('close', release)
        else release()
        return { record, body }
      } catch (error) {
        release()
        // Replaced before the look-up, which saw an older state: look again. The same file twice is another matter.
        if (!(error instanceof StoreError) || error.message === missing) throw error
        missing = error.message
        database.refresh()
      }
    }
  }

  function damaged(file: string, key: string): StoreError {
    return new StoreError(
      'ERR_STORE_DAMAGED',
      `The data directory ${directory.path} lacks the file ${file} of the object ${JSON.stringify(key)}, or bytes of it`,
    )
  }

  /** Removes what a change left over, without anybody waiting for it. */
  async function settle<Result>(change: Promise<Changed<Result>>): Promise<Result> {
    const { result, unusedFiles } = await change
    // A file that cannot be removed now is swept at the next start.
    if (unusedFiles.length > 0) void track(files.remove(unusedFiles).catch(() => undefined))
    return result
  }

  async function closeNow(): Promise<void> {
    await Promise.allSettled(pending)
    await Promise.allSettled([...incoming].map((bytes) => track(bytes.abort())))
    // What the two lines above have begun themselves.
    await Promise.allSettled(pending)
    await database.close()
    await unlock()
  }

  function track<Result>(action: Promise<Result>): Promise<Result> {
    pending.add(action)
    return action.finally(() => pending.delete(action))
  }

  /** What is thrown rejects, in words that name the directory; and nothing works after {@link Store.close}. */
  function whileOpen<Args extends unknown[], Result>(
    act: (...args: Args) => Result | Promise<Result>,
  ): (...args: Args) => Promise<Result> {
    return (...args) => track(run(() => act(...args)))
  }

  async function run<Result>(act: () => Result | Promise<Result>): Promise<Result> {
    if (closing !== undefined) throw new Error('The store is closed')
    try {
      return await act()
    } catch (error) {
      throw toStoreError(error, directory.path)
    }
  }
}
