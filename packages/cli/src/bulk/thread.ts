import { Worker } from 'node:worker_threads'
import { toCliError } from '../errors.ts'
import { createBlockSigner, type SignedBlock } from './block-signer.ts'
import type { BulkJob } from './job.ts'
import { createKeptBlocks, type KeptBlock, type Place } from './kept-blocks.ts'
import { createSpareLines } from './spare-lines.ts'
import type { WorkerAnswer, WorkerRequest } from './worker.ts'

/** One that signs blocks, in the order in which it gets them. */
export interface Thread {
  /** Whether a block would not wait long. */
  hasRoom(): boolean
  /** Signs a block for somebody else to write. */
  sign(block: Uint8Array): Promise<SignedBlock>
  /** Takes back the memory of lines once they are written. */
  giveBack(lines: ArrayBuffer): void
  /** Signs a block, and keeps its lines. */
  keep(block: Uint8Array): Promise<KeptBlock>
  /** Says where the lines of the oldest block belong that has no place yet. */
  place(place: Place): void
  /** Resolves when all that has a place is written. */
  settle(): Promise<void>
  close(): Promise<unknown>
}

/** One that waits, and others after it, so that the thread never does. */
const BLOCKS_OF_A_THREAD = 3
/** Of a thread's young objects, which are few: left to itself, their space grows to 4 MiB and more that it keeps. */
const YOUNG_MIB = 2

/** This thread. */
export async function createOwnThread(job: BulkJob, now: () => number): Promise<Thread> {
  const signBlock = await createBlockSigner(job, now)
  const keptBlocks = createKeptBlocks(signBlock)
  const spareLines = createSpareLines()
  return {
    hasRoom: () => true,
    sign: async (block) => signBlock(block, spareLines.take()),
    giveBack: spareLines.giveBack,
    keep: async (block) => keptBlocks.sign(block),
    place: keptBlocks.place,
    settle: async () => keptBlocks.settle(),
    close: async () => undefined,
  }
}

/** Another thread. */
export function startThread(job: BulkJob): Thread {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: job,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  })
  const waiting: { resolve(answer: WorkerAnswer): void; reject(error: unknown): void }[] = []
  const spareLines = createSpareLines()
  const places: Place[] = []
  let isReady = false
  let hasKept = false
  let failure: unknown
  worker.on('message', (answer: WorkerAnswer) => {
    if (answer === 'ready') isReady = true
    else waiting.shift()?.resolve(answer)
  })
  const fail = (error: unknown): void => {
    isReady = false
    failure ??= toCliError(error)
    for (const { reject } of waiting.splice(0)) reject(failure)
  }
  worker.on('error', fail)
  // After an error, or when it is closed; of itself it has no reason to.
  worker.on('exit', () => fail(new Error('A thread that signs has ended')))
  // Answers come in the order of requests, so that each is of its request's kind.
  const ask = <Answer extends WorkerAnswer>(
    request: WorkerRequest,
    moved: readonly ArrayBuffer[],
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (failure !== undefined) return reject(failure)
      waiting.push({ resolve: (answer) => resolve(answer as Answer), reject })
      worker.postMessage(request, moved)
    })
  return {
    hasRoom: () => isReady && waiting.length < BLOCKS_OF_A_THREAD,
    sign(block) {
      const input = block.buffer as ArrayBuffer
      const memory = spareLines.take()
      const moved = memory === undefined ? [input] : [input, memory]
      return ask<SignedBlock>({ sign: block, memory }, moved)
    },
    giveBack: spareLines.giveBack,
    keep(block) {
      hasKept = true
      const request = { keep: block, places: places.splice(0) }
      return ask<KeptBlock>(request, [block.buffer as ArrayBuffer])
    },
    place(place) {
      places.push(place)
    },
    async settle() {
      if (hasKept) await ask({ settle: places.splice(0) }, [])
    },
    close: () => worker.terminate(),
  }
}
