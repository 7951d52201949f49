import type { FileHandle } from 'node:fs/promises'
import type { Incoming } from '../store.ts'
import type { Segment } from './segments.ts'

/** A new file, and what becomes of it. */
export interface IncomingFileParts {
  readonly name: string
  readonly handle: FileHandle
  /** Makes the name survive a power loss. */
  syncName(): Promise<void>
  /** Removes the file, which has been closed. */
  discard(): Promise<void>
  /** Called once, when the file needs nothing any more. */
  onEnd(): void
}

/** Bytes on their way into a file. */
export interface IncomingFile extends Incoming {
  /**
   * Flushes and closes the file, so that its bytes and its name are there whatever happens.
   *
   * @param publish - Makes it somebody's then.
   */
  finish<Result>(publish: (file: Segment) => Promise<Result>): Promise<Result>
}

/**
 * Writes chunks to a file as they come, one at a time, and keeps none of them. A chunk from a socket is 64 KiB, and it
 * is hashed by the caller while it is written: gathering several was no faster.
 */
export function createIncomingFile({
  name,
  handle,
  syncName,
  discard,
  onEnd,
}: IncomingFileParts): IncomingFile {
  let state: 'under way' | 'ending' | 'over' = 'under way'
  let writtenBytes = 0
  /** Writes asked for and not yet done; one that failed stays. */
  let unfinishedWrites = 0
  /** The last thing asked for; the next one waits for it. */
  let last: Promise<unknown> = Promise.resolve()

  return { write, finish, abort }

  function write(chunk: Uint8Array): Promise<void> {
    if (state !== 'under way') return Promise.reject(new Error('The upload is over'))
    // At once where possible, not a microtask later: the caller hashes the chunk before it waits.
    const isIdle = unfinishedWrites === 0
    unfinishedWrites++
    const written = isIdle ? writeWhole(chunk) : last.then(() => writeWhole(chunk))
    last = written
    return written
  }

  async function writeWhole(chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.length; ) {
      const { bytesWritten } = await handle.write(chunk, offset)
      offset += bytesWritten
      writtenBytes += bytesWritten
    }
    unfinishedWrites--
  }

  function finish<Result>(publish: (file: Segment) => Promise<Result>): Promise<Result> {
    if (state !== 'under way') return Promise.reject(new Error('The upload is over'))
    state = 'ending'
    const finished = last.then(() => flushAnd(publish))
    last = finished
    return finished
  }

  async function flushAnd<Result>(publish: (file: Segment) => Promise<Result>): Promise<Result> {
    await handle.sync()
    await handle.close()
    await syncName()
    const result = await publish({ file: name, size: writtenBytes })
    end()
    return result
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
