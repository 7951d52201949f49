import { parentPort, workerData } from 'node:worker_threads'
import { createBlockSigner, type SignedBlock } from './block-signer.ts'
import type { BulkJob } from './job.ts'

/* A worker thread: says when it is ready, signs the blocks it is sent, and answers in their order. */

/** A block to sign, and memory that may hold its output. */
export interface WorkerRequest {
  readonly block: Uint8Array
  readonly lines: ArrayBuffer | undefined
}

/** What it says: first that it is ready. */
export type WorkerAnswer = 'ready' | SignedBlock

const signBlock = await createBlockSigner(workerData as BulkJob, Date.now)

parentPort?.on('message', ({ block, lines }: WorkerRequest) => {
  const signed = signBlock(block, lines)
  const { memory, output } = signed
  answer(signed, new Set([memory.input, memory.lines, output.buffer as ArrayBuffer]))
})
answer('ready', new Set())

function answer(what: WorkerAnswer, moved: ReadonlySet<ArrayBuffer>): void {
  parentPort?.postMessage(what, [...moved])
}
