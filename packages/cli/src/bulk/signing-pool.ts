import { Worker } from 'node:worker_threads'
import { createBlockSigner, type SignedBlock } from './block-signer.ts'
import { PIECE_BYTES } from './blocks.ts'
import type { BulkJob } from './job.ts'
import type { WorkerAnswer, WorkerRequest } from './worker.ts'

/** Signs blocks on several cores. */
export interface SigningPool {
  /** How many blocks may be under way before one waits for another. */
  readonly depth: number
  /** Memory for a block. */
  takeMemory(): Uint8Array
  /** @param block - The beginning of memory that was taken, which now is the pool's. */
  sign(block: Uint8Array): Promise<PoolBlock>
  close(): Promise<void>
}

export interface PoolOptions {
  readonly threads: number
  /** `undefined` when it is not known. */
  readonly inputBytes: number | undefined
  /** The clock, in milliseconds. */
  readonly now: () => number
}

/** What became of a block, in memory of the pool. */
export interface PoolBlock {
  readonly signed: SignedBlock
  /** Gives the memory back, once the output is written. */
  release(): void
}

/** Less input than this is signed before a thread would run. */
const INPUT_FOR_THREADS = 4 * 1024 * 1024
/** One that it signs, and others that wait, so that it never does. */
const BLOCKS_OF_A_THREAD = 3
/** A block as it is read, and the beginning of a record that is not. */
const INPUT_BYTES = 2 * PIECE_BYTES
/** Of a thread's young objects, which are few: left to itself, their space grows to 4 MiB and more that it keeps. */
const YOUNG_MIB = 2

/**
 * Makes a pool of so many threads. This one is among them: it signs what comes while all the others are busy. They start while this one gets
 * ready, or, when it is not known how much there is to sign, once enough has come.
 */
export async function createSigningPool(
  job: BulkJob,
  { threads, inputBytes, now }: PoolOptions,
): Promise<SigningPool> {
  const workers: Thread[] = []
  const startThreads = (): void => {
    while (workers.length < threads - 1) workers.push(startThread(job))
  }
  if (inputBytes !== undefined && inputBytes >= INPUT_FOR_THREADS) startThreads()
  const signHere = await createBlockSigner(job, now)
  const here: Thread = {
    spareLines: [],
    hasRoom: () => true,
    sign: async (block, lines) => signHere(block, lines),
    close: async () => undefined,
  }
  const inputs: ArrayBuffer[] = []
  let bytes = 0

  return {
    depth: 4 * threads,
    takeMemory: () => new Uint8Array(inputs.pop() ?? new ArrayBuffer(INPUT_BYTES)),
    async sign(block) {
      bytes += block.length
      if (bytes >= INPUT_FOR_THREADS) startThreads()
      const thread = workers.find((worker) => worker.hasRoom()) ?? here
      const signed = await thread.sign(block, thread.spareLines.pop())
      // Not `...signed` and more: V8 keeps each object made so until it collects all garbage, and gives young objects more memory for them.
      return {
        signed,
        release() {
          inputs.push(signed.memory.input)
          thread.spareLines.push(signed.memory.lines)
        },
      }
    },
    async close() {
      await Promise.all(workers.map((thread) => thread.close()))
    },
  }
}

interface Thread {
  /** Memory it has written to before: while it is in the cache of its core, another core would take it from there byte by byte. */
  readonly spareLines: ArrayBuffer[]
  /** Whether a block would not wait long. */
  hasRoom(): boolean
  sign(block: Uint8Array, lines: ArrayBuffer | undefined): Promise<SignedBlock>
  close(): Promise<unknown>
}

function startThread(job: BulkJob): Thread {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: job,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  })
  const waiting: { resolve(signed: SignedBlock): void; reject(error: Error): void }[] = []
  let isReady = false
  worker.on('message', (answer: WorkerAnswer) => {
    if (answer === 'ready') isReady = true
    else waiting.shift()?.resolve(answer)
  })
  worker.on('error', (error) => {
    isReady = false
    for (const { reject } of waiting.splice(0)) reject(error)
  })
  return {
    spareLines: [],
    hasRoom: () => isReady && waiting.length < BLOCKS_OF_A_THREAD,
    sign(block, lines) {
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        const request: WorkerRequest = { block, lines }
        worker.postMessage(request, [block.buffer as ArrayBuffer, ...(lines ? [lines] : [])])
      })
    },
    close: () => worker.terminate(),
  }
}
