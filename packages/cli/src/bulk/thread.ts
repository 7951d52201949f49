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
  worker.on('error', (error) => {
    isReady = false
    failure = toCliError(error)
    for (const { reject } of waiting.splice(0)) reject(failure)
  })
  const ask = (request: WorkerRequest, moved: readonly ArrayBuffer[]): Promise<WorkerAnswer> =>
    new Promise((resolve, reject) => {
      if (failure !== undefined) return reject(failure)
      waiting.push({ resolve, reject })
      worker.postMessage(request, moved)
    })
  return {
    hasRoom: () => isReady && waiting.length < BLOCKS_OF_A_THREAD,
    sign(block) {
      const input = block.buffer as ArrayBuffer
      const memory = spareLines.take()
      const moved = memory === undefined ? [input] : [input, memory]
      return ask({ sign: block, memory }, moved) as Promise<SignedBlock>
    },
    giveBack: spareLines.giveBack,
    keep(block) {
      hasKept = true
      const request = { keep: block, places: places.splice(0) }
      return ask(request, [block.buffer as ArrayBuffer]) as Promise<KeptBlock>
    },
    place(place) {
      places.push(place)
    },
    async settle() {
      if (hasKept) await ask({ keep: undefined, places: places.splice(0) }, [])
    },
    close: () => worker.terminate(),
  }
}
