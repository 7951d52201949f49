import type { FileHandle } from 'node:fs/promises'
import { assertRecordFits } from '../assert-record-fits.ts'
import type { ObjectRecord, Upload } from '../store.ts'

/** A new file, and what becomes of it. */
export interface DiskUploadParts {
  readonly key: string
  readonly handle: FileHandle
  /** Makes the file, which has been flushed and closed, the object. */
  publish(record: ObjectRecord): Promise<void>
  /** Removes the file, which has been closed. */
  discard(): Promise<void>
  /** Called once, when the upload needs nothing any more. */
  onEnd(): void
}

/**
 * Writes chunks to a file as they come, one at a time, and keeps none of them. A chunk from a socket is 64 KiB, and it
 * is hashed by the caller while it is written: gathering several was no faster.
 */
export function createDiskUpload({ key, handle, publish, discard, onEnd }: DiskUploadParts): Upload {
  let state: 'under way' | 'ending' | 'over' = 'under way'
  let writtenBytes = 0
  /** Writes asked for and not yet done; one that failed stays. */
  let unfinishedWrites = 0
  /** The last thing asked for; the next one waits for it. */
  let last: Promise<void> = Promise.resolve()

  return { write, commit, abort }

  function write(chunk: Uint8Array): Promise<void> {
    if (state !== 'under way') return Promise.reject(new Error('The upload is over'))
    // At once where possible, not a microtask later: the caller hashes the chunk before it waits.
    const isIdle = unfinishedWrites === 0
    unfinishedWrites++
    last = isIdle ? writeWhole(chunk) : last.then(() => writeWhole(chunk))
    return last
  }

  async function writeWhole(chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.length; ) {
      const { bytesWritten } = await handle.write(chunk, offset)
      offset += bytesWritten
      writtenBytes += bytesWritten
    }
    unfinishedWrites--
  }

  function commit(record: ObjectRecord): Promise<void> {
    if (state !== 'under way') return Promise.reject(new Error('The upload is over'))
    state = 'ending'
    last = last.then(() => publishWhole(record))
    return last
  }

  async function publishWhole(record: ObjectRecord): Promise<void> {
    assertRecordFits(record, key, writtenBytes)
    await handle.sync()
    await handle.close()
    await publish(record)
    end()
  }

  async function abort(): Promise<void> {
    if (state === 'under way') state = 'ending'
    await last.catch(() => undefined)
    if (state === 'over') return
    end()
    await handle.close()
    await discard()
  }

  function end(): void {
    state = 'over'
    onEnd()
  }
}
