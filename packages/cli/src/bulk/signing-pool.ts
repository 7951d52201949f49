import { Worker } from 'node:worker_threads'
import { createBlockSigner, LINES_BYTES, type SignedBlock } from './block-signer.ts'
import type { BlockSupply } from './blocks.ts'
import type { BulkJob } from './job.ts'
import type { WorkerAnswer, WorkerRequest } from './worker.ts'

/** Signs blocks on several cores. */
export interface SigningPool extends BlockSupply {
  /** How many blocks may be under way before one waits for another. */
  readonly depth: number
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
/** Small enough that a block and its output stay in a processor's cache; large enough that threads seldom talk. */
const PIECE_BYTES = 64 * 1024
/** As much as to learn from what becomes of it, and still worth a message to a thread. */
const LEAST_PIECE_BYTES = 2 * 1024
/** What becomes of a block, at most: a quarter less than its memory, as the next block may have shorter keys. */
const OUTPUT_BYTES: number = (LINES_BYTES / 4) * 3
/** What a bad key takes while it is on its way between threads, about. */
const BAD_KEY_BYTES = 512
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
  let pieceBytes = LEAST_PIECE_BYTES
  /** A block of short keys has many times the output of one of usual keys: then blocks are smaller, so that their output is not larger. */
  const learnFrom = (inputLength: number, { lines, badKeys }: SignedBlock): void => {
    const growth = (lines.length + badKeys.length * BAD_KEY_BYTES) / inputLength
    pieceBytes = Math.max(LEAST_PIECE_BYTES, Math.min(PIECE_BYTES, Math.floor(OUTPUT_BYTES / growth)))
  }

  return {
    depth: 4 * threads,
    pieceBytes: () => pieceBytes,
    takeMemory: () => new Uint8Array(inputs.pop() ?? new ArrayBuffer(INPUT_BYTES)),
    async sign(block) {
      const { length } = block
      bytes += length
      if (bytes >= INPUT_FOR_THREADS) startThreads()
      const thread = workers.find((worker) => worker.hasRoom()) ?? here
      const signed = await thread.sign(block, thread.spareLines.pop())
      learnFrom(length, signed)
      // Not `...signed` and more: V8 keeps each object made so until it collects all garbage, and gives young objects more memory for them.
      return {
        signed,
        release() {
          inputs.push(signed.memory.input)
          // Larger than usual when keys became short suddenly.
          if (signed.memory.lines.byteLength <= 2 * LINES_BYTES) thread.spareLines.push(signed.memory.lines)
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
