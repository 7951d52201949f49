import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { type DataDirectory, openDataDirectory } from './disk/data-directory.ts'
import { createDiskUpload } from './disk/disk-upload.ts'
import { lockDirectory } from './disk/lock-directory.ts'
import { createObjectFiles, type ObjectFiles } from './disk/object-files.ts'
import { type IndexedBucket, type ObjectIndex, openObjectIndex } from './disk/object-index.ts'
import { syncDirectory } from './disk/sync-directory.ts'
import { toStoreError } from './disk/to-store-error.ts'
import type { ByteRange, ObjectBody, ObjectRecord, Store, Upload } from './store.ts'
import { StoreError } from './store-error.ts'
import { assertStorableKey } from './store-key.ts'

/** Bytes read at once for a download. */
const READ_BYTES = 128 * 1024

/**
 * A store in a directory, which is created if need be. Objects survive the process, a SIGKILL and a power loss once
 * {@link Upload.commit} has resolved; before that nothing is seen of them.
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
  const index = openObjectIndex(directory.index)
  const files = createObjectFiles(directory.objects)
  try {
    await syncDirectory(directory.index)
    await files.sweep(index.hasFile)
  } catch (error) {
    await index.close()
    throw error
  }
  return createStore({ directory, index, files, unlock })
}

interface StoreParts {
  readonly directory: DataDirectory
  readonly index: ObjectIndex
  readonly files: ObjectFiles
  unlock(): Promise<void>
}

function createStore({ directory, index, files, unlock }: StoreParts): Store {
  const uploads = new Set<Upload>()
  /** Changes and removals under way, which closing waits for. */
  const pending = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  return {
    createBucket: whileOpen(index.createBucket),
    getBucket: whileOpen((name: string) => index.getBucket(name)?.record),
    listBuckets: whileOpen(index.listBuckets),
    updateBucket: whileOpen(index.updateBucket),
    deleteBucket: whileOpen(index.deleteBucket),
    createUpload: whileOpen(createUpload),
    headObject: whileOpen((bucket: string, key: string) => index.getObject(bucket, key)?.record),
    getObject: whileOpen(getObject),
    deleteObject: whileOpen(deleteObject),
    listObjects: whileOpen(index.listObjects),
    close() {
      closing ??= closeNow()
      return closing
    },
  }

  async function createUpload(bucketName: string, key: string): Promise<Upload> {
    assertStorableKey(key)
    const bucket = index.getBucket(bucketName)
    if (bucket === undefined) throw noBucket(bucketName)
    const { name, handle } = await files.create()
    const upload = createDiskUpload({
      key,
      handle,
      publish: (record) => publish(bucket, record, name),
      discard: () => discard(name),
      onEnd: () => uploads.delete(guarded),
    })
    const guarded: Upload = {
      write: whileOpen(upload.write),
      commit: whileOpen(upload.commit),
      abort: () => track(upload.abort()),
    }
    uploads.add(guarded)
    return guarded
  }

  /** The file is flushed; after its name is, too, one transaction makes it the object, and only then the old one goes. */
  async function publish(bucket: IndexedBucket, record: ObjectRecord, file: string): Promise<void> {
    await files.syncNames()
    const { isDone, replacedFile } = await index.putObject(bucket, { record, file })
    if (!isDone) throw noBucket(bucket.record.name)
    if (replacedFile !== undefined) removeLater(replacedFile)
  }

  /** A transaction that failed may nevertheless have happened; then the file is an object's. */
  async function discard(file: string): Promise<void> {
    index.refresh()
    if (!index.hasFile(file)) await files.remove(file)
  }

  async function getObject(
    bucket: string,
    key: string,
    chooseRange: (record: ObjectRecord) => ByteRange | undefined = () => undefined,
  ): Promise<ObjectBody | undefined> {
    for (let missing: string | undefined; ; ) {
      const found = index.getObject(bucket, key)
      if (found === undefined) return undefined
      const { record, file } = found
      const range = chooseRange(record)
      const handle = await files.open(file)
      if (handle !== undefined) return { record, body: createBody(handle, range) }
      // Replaced between the look-up and the opening: look again. The same file twice is another matter.
      if (file === missing) throw damaged(key, file)
      missing = file
      index.refresh()
    }
  }

  async function deleteObject(bucket: string, key: string): Promise<boolean> {
    const file = await index.deleteObject(bucket, key)
    if (file !== undefined) removeLater(file)
    return file !== undefined
  }

  /** The object is gone already. A file that cannot be removed now is swept at the next start. */
  function removeLater(file: string): void {
    track(files.remove(file).catch(() => undefined))
  }

  async function closeNow(): Promise<void> {
    await Promise.allSettled(pending)
    await Promise.allSettled([...uploads].map((upload) => upload.abort()))
    // What the two lines above have begun themselves.
    await Promise.allSettled(pending)
    await index.close()
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

  function damaged(key: string, file: string): StoreError {
    return new StoreError(
      'ERR_STORE_DAMAGED',
      `The data directory ${directory.path} lacks the file ${file} of the object ${JSON.stringify(key)}`,
    )
  }
}

/** The handle belongs to the stream and keeps the bytes readable, even when the file is removed. */
function createBody(handle: FileHandle, range: ByteRange | undefined): Readable {
  return handle.createReadStream({ ...range, highWaterMark: READ_BYTES })
}

function noBucket(name: string): StoreError {
  return new StoreError('ERR_STORE_NO_BUCKET', `There is no bucket ${name}`)
}
