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

/** After so many bytes the flush of a large file begins, while the rest of it still comes. */
const FLUSHED_BYTES = 16 * 1024 ** 2
/** How much waits to be written before the sender has to wait, too. */
const MAX_QUEUED_BYTES = 256 * 1024

/**
 * Writes chunks to a file while others come and are hashed: what came during a write goes into the next one, all of it at
 * once. A chunk from a socket is 64 KiB, and a write for each of them took as long as their MD5.
 */
export function createIncomingFile({
  name,
  handle,
  syncName,
  discard,
  onEnd,
}: IncomingFileParts): IncomingFile {
  let state: 'under way' | 'ending' | 'over' = 'under way'
  let queue: Uint8Array[] = []
  let queuedBytes = 0
  let writtenBytes = 0
  /** The write under way. One that failed stays, so that everything after it fails. */
  let writing: Promise<void> | undefined
  let unflushedBytes = 0
  /** The flush under way. One that failed stays, because a later one could succeed without those bytes. */
  let flushing: Promise<void> | undefined
  let finishing: Promise<unknown> | undefined

  return { write, finish, abort }

  function write(chunk: Uint8Array): Promise<void> {
    if (state !== 'under way') return Promise.reject(new Error('The upload is over'))
    queue.push(chunk)
    queuedBytes += chunk.length
    if (writing === undefined) startWriting()
    return queuedBytes < MAX_QUEUED_BYTES || writing === undefined ? Promise.resolve() : writing
  }

  function startWriting(): void {
    writing = writeQueue()
    // Whoever waits for it is told; when nobody does yet, `finish` is.
    writing.catch(() => undefined)
  }

  async function writeQueue(): Promise<void> {
    const chunks = queue
    queue = []
    let size = 0
    for (const { length } of chunks) size += length
    await writeWhole(chunks, size)
    queuedBytes -= size
    writtenBytes += size
    unflushedBytes += size
    if (unflushedBytes >= FLUSHED_BYTES && flushing === undefined) startFlushing()
    writing = undefined
    if (queue.length > 0) startWriting()
  }

  function startFlushing(): void {
    unflushedBytes = 0
    flushing = handle.datasync().then(() => {
      flushing = undefined
    })
    flushing.catch(() => undefined)
  }

  async function writeWhole(chunks: readonly Uint8Array[], size: number): Promise<void> {
    const { bytesWritten } = await handle.writev(chunks)
    if (bytesWritten === size) return
    const rest = Buffer.concat(chunks).subarray(bytesWritten)
    for (let offset = 0; offset < rest.length; ) {
      offset += (await handle.write(rest, offset)).bytesWritten
    }
  }

  function finish<Result>(publish: (file: Segment) => Promise<Result>): Promise<Result> {
    if (state !== 'under way') return Promise.reject(new Error('The upload is over'))
    state = 'ending'
    const finished = flushAnd(publish)
    finishing = finished
    return finished
  }

  async function flushAnd<Result>(publish: (file: Segment) => Promise<Result>): Promise<Result> {
    while (writing !== undefined) await writing
    await flushing
    await handle.sync()
    await handle.close()
    await syncName()
    const result = await publish({ file: name, size: writtenBytes })
    end()
    return result
  }

  async function abort(): Promise<void> {
    if (state === 'under way') state = 'ending'
    await finishing?.catch(() => undefined)
    if (state === 'over') return
    end()
    await Promise.allSettled([writing, flushing])
    await handle.close()
    await discard()
  }

  function end(): void {
    state = 'over'
    onEnd()
  }
}
