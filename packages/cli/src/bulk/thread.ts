import { Worker } from 'node:worker_threads'
import { toCliError } from '../errors.ts'
import type { SignedBlock } from './block-signer.ts'
import type { OnBadKeys } from './file-signer.ts'
import type { BulkJob } from './job.ts'
import type { SigningTools } from './signing-tools.ts'
import { createSpareLines } from './spare-lines.ts'
import type { FilePart, WorkerAnswer, WorkerRequest } from './worker.ts'

/** One that signs blocks, in the order in which it gets them. */
export interface Thread {
  /** Whether a block would not wait long. */
  hasRoom(): boolean
  sign(block: Uint8Array): Promise<SignedBlock>
  /** Takes back the memory of lines once they are written. */
  giveBack(lines: ArrayBuffer): void
}

/** A thread that is not this one. */
export interface OtherThread extends Thread {
  /** Whether it has started, and not failed. */
  isReady(): boolean
  /** Signs what it claims of a file. Resolves when nothing is left. */
  signFile(part: FilePart, onBadKeys: OnBadKeys): Promise<void>
  close(): Promise<unknown>
}

/** One that waits, and others after it, so that the thread never does. */
const BLOCKS_OF_A_THREAD = 3
/** Of a thread's young objects, which are few: left to itself, their space grows to 4 MiB and more that it keeps. */
const YOUNG_MIB = 2

/** This thread. */
export function createOwnThread({ signBlock, spareLines }: SigningTools): Thread {
  return {
    hasRoom: () => true,
    sign: async (block) => signBlock(block, spareLines.take()),
    giveBack: spareLines.giveBack,
  }
}

/** Starts another thread. */
export function startThread(job: BulkJob): OtherThread {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: job,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  })
  const waiting: { resolve(answer: WorkerAnswer): void; reject(error: unknown): void }[] = []
  const spareLines = createSpareLines()
  let isReady = false
  let failure: unknown
  let hearOfBadKeys: OnBadKeys = () => undefined
  worker.on('message', (answer: WorkerAnswer) => {
    if (answer === 'ready') isReady = true
    else if (answer !== 'signed' && 'unit' in answer) hearOfBadKeys(answer.unit, answer.badKeys)
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
    isReady: () => isReady,
    hasRoom: () => isReady && waiting.length < BLOCKS_OF_A_THREAD,
    sign(block) {
      const input = block.buffer as ArrayBuffer
      const memory = spareLines.take()
      const moved = memory === undefined ? [input] : [input, memory]
      return ask<SignedBlock>({ sign: block, memory }, moved)
    },
    giveBack: spareLines.giveBack,
    async signFile(part, onBadKeys) {
      hearOfBadKeys = onBadKeys
      await ask<'signed'>(part, [])
    },
    close: () => worker.terminate(),
  }
}
