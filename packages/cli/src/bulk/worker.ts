import { parentPort, workerData } from 'node:worker_threads'
import { createBlockSigner, type SignedBlock } from './block-signer.ts'
import type { BulkJob } from './job.ts'
import { createKeptBlocks, type KeptBlock, type Place } from './kept-blocks.ts'

/* A worker thread: says when it is ready, does what it is asked, and answers in that order. */

/** What it is asked to do. */
export type WorkerRequest =
  | { readonly sign: Uint8Array; readonly memory: ArrayBuffer | undefined }
  | { readonly keep: Uint8Array; readonly places: readonly Place[] }
  | { readonly settle: readonly Place[] }

/** What it says: first that it is ready. */
export type WorkerAnswer = 'ready' | 'written' | SignedBlock | KeptBlock

const signBlock = await createBlockSigner(workerData as BulkJob, Date.now)
const keptBlocks = createKeptBlocks(signBlock)

parentPort?.on('message', (request: WorkerRequest) => {
  if ('sign' in request) {
    const signed = signBlock(request.sign, request.memory)
    const { bytes, lines } = signed.output
    return answer(signed, [signed.input, lines.buffer as ArrayBuffer, bytes.buffer as ArrayBuffer])
  }
  if ('keep' in request) {
    for (const place of request.places) keptBlocks.place(place)
    const kept = keptBlocks.sign(request.keep)
    return answer(kept, [kept.input])
  }
  for (const place of request.settle) keptBlocks.place(place)
  keptBlocks.settle()
  answer('written', [])
})
answer('ready', [])

function answer(what: WorkerAnswer, moved: readonly ArrayBuffer[]): void {
  parentPort?.postMessage(what, [...new Set(moved)])
}
