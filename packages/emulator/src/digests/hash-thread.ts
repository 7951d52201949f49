import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { HashAnswer, HashRequest } from './hash-worker.ts'
import type { HashValues } from './hashes.ts'

/** Hashes that are computed elsewhere. */
export interface DistantHashes {
  /** Takes a copy; resolves when more may come. */
  update(chunk: Uint8Array): Promise<void>
  /** Of all bytes; to be called once. */
  values(): Promise<HashValues>
  /** Nobody wants the values any more. Does nothing after them. */
  abandon(): void
}

/** The compiled file, also when this one runs as it was written. */
const WORKER = new URL('../../dist/digests/hash-worker.js', import.meta.url)
const BLOCK_BYTES = 256 * 1024
/** Of one body, on their way to the thread or back. */
const MAX_BLOCKS = 3
/** More bodies than that at once are hashed where they are received, which costs no memory. */
const MAX_BODIES = 4
const IDLE_MS = 10_000

/** What becomes of the answers about a body. */
interface Body {
  onAnswer(answer: HashAnswer): void
  onFailure(error: Error): void
}

interface HashThread {
  readonly worker: Worker
  readonly bodies: Map<number, Body>
  idle?: NodeJS.Timeout
}

let shared: HashThread | undefined
let lastId = 0
let isPossible: boolean | undefined

/**
 * Starts to hash a body in a thread of its own, so that the next bytes are received meanwhile: MD5 alone takes as long as
 * everything else about an upload.
 *
 * The thread begins with the first body, is the same for all, does not keep the process from ending, and goes when there
 * was nothing to do for some seconds.
 *
 * @returns `undefined` where it would not help: the thread has enough to do, or there is one processor only.
 */
export function createDistantHashes(withSha1: boolean): DistantHashes | undefined {
  isPossible ??= availableParallelism() > 1 && existsSync(fileURLToPath(WORKER))
  if (!isPossible || (shared !== undefined && shared.bodies.size >= MAX_BODIES)) return undefined
  shared ??= startThread()
  return openBody(shared, withSha1)
}

function startThread(): HashThread {
  const worker = new Worker(WORKER)
  const thread: HashThread = { worker, bodies: new Map() }
  worker.unref()
  worker.on('message', (answer: HashAnswer) => thread.bodies.get(answer.id)?.onAnswer(answer))
  worker.on('error', (error: Error) => {
    if (shared === thread) shared = undefined
    for (const body of thread.bodies.values()) body.onFailure(error)
  })
  return thread
}

function openBody(thread: HashThread, withSha1: boolean): DistantHashes {
  lastId++
  const id = lastId
  const spare: Uint8Array<ArrayBuffer>[] = []
  let block = new Uint8Array(BLOCK_BYTES)
  let blockCount = 1
  let filled = 0
  /** Who waits for an answer: there is one at a time. */
  let waiting: { resolve(answer: HashAnswer): void; reject(error: Error): void } | undefined
  let failure: Error | undefined

  clearTimeout(thread.idle)
  thread.worker.ref()
  thread.bodies.set(id, { onAnswer, onFailure })
  post({ id, withSha1 })

  return { update, values, abandon }

  async function update(chunk: Uint8Array): Promise<void> {
    for (let taken = 0; taken < chunk.length; ) {
      if (filled === block.length) await passOn()
      const piece = chunk.subarray(taken, taken + block.length - filled)
      block.set(piece, filled)
      filled += piece.length
      taken += piece.length
    }
  }

  /** Sends what there is, and goes on with a block that has come back, or with a new one as long as there are few. */
  async function passOn(): Promise<void> {
    post({ id, block, length: filled }, [block.buffer])
    filled = 0
    if (spare.length === 0 && blockCount < MAX_BLOCKS) {
      spare.push(new Uint8Array(BLOCK_BYTES))
      blockCount++
    }
    while (spare.length === 0) await nextAnswer()
    block = spare.pop() as typeof block
  }

  async function values(): Promise<HashValues> {
    post({ id, block, length: filled }, [block.buffer])
    post({ id, isOver: 'complete' })
    for (;;) {
      const answer = await nextAnswer()
      if ('values' in answer) return answer.values
    }
  }

  function abandon(): void {
    if (!thread.bodies.has(id)) return
    post({ id, isOver: 'abandoned' })
    close()
  }

  function onAnswer(answer: HashAnswer): void {
    if ('block' in answer) spare.push(answer.block)
    else close()
    waiting?.resolve(answer)
    waiting = undefined
  }

  function onFailure(error: Error): void {
    failure = error
    close()
    waiting?.reject(error)
    waiting = undefined
  }

  function nextAnswer(): Promise<HashAnswer> {
    if (failure !== undefined) return Promise.reject(failure)
    return new Promise((resolve, reject) => {
      waiting = { resolve, reject }
    })
  }

  function post(request: HashRequest, transferred: ArrayBuffer[] = []): void {
    thread.worker.postMessage(request, transferred)
  }

  function close(): void {
    thread.bodies.delete(id)
    if (thread.bodies.size > 0) return
    thread.worker.unref()
    thread.idle = setTimeout(stopThread, IDLE_MS, thread).unref()
  }
}

function stopThread(thread: HashThread): void {
  if (shared === thread) shared = undefined
  void thread.worker.terminate()
}
