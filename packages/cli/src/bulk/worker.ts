import { parentPort, workerData } from 'node:worker_threads'
import { createBlockSigner } from './block-signer.ts'
import type { BulkJob } from './job.ts'

/* A worker thread: signs the blocks it is sent and answers in their order. */

/** A block to sign, and memory that may hold its output. */
export interface WorkerRequest {
  readonly block: Uint8Array
  readonly memory: ArrayBuffer | undefined
}

const signing = createBlockSigner(workerData as BulkJob, Date.now)

parentPort?.on('message', async ({ block, memory }: WorkerRequest) => {
  const signBlock = await signing
  const signed = signBlock(block, memory)
  parentPort?.postMessage(signed, [signed.output.buffer as ArrayBuffer])
})
