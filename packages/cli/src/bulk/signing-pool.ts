import { Worker } from 'node:worker_threads'
import { createBlockSigner, type SignedBlock } from './block-signer.ts'
import type { BulkJob } from './job.ts'
import type { WorkerRequest } from './worker.ts'

/** Signs blocks on several cores. */
export interface SigningPool {
  /** How many blocks may be under way before one waits for another. */
  readonly depth: number
  sign(block: Uint8Array): Promise<SignedBlock>
  /** Gives the memory of a block that is written back. */
  release(signed: SignedBlock): void
  close(): Promise<void>
}

/** Blocks that are signed before threads are started: those of a small input are done before a thread would run. */
const FIRST_BLOCKS = 4

/** Makes a pool of so many threads; with one, it signs in this. */
export async function createSigningPool(
  job: BulkJob,
  threads: number,
  now: () => number,
): Promise<SigningPool> {
  const signHere = await createBlockSigner(job, now)
  const spare: ArrayBuffer[] = []
  const workers: Thread[] = []
  let blocks = 0

  return {
    depth: threads === 1 ? 1 : 2 * threads,
    async sign(block) {
      if (threads === 1 || blocks++ < FIRST_BLOCKS) return signHere(block, spare.pop())
      while (workers.length < threads) workers.push(startThread(job))
      const thread = workers[blocks % threads] as Thread
      return await thread.sign({ block, memory: spare.pop() })
    },
    release({ output }) {
      // What gzip made is of a size of its own.
      if (!job.gzip && output.buffer instanceof ArrayBuffer) spare.push(output.buffer)
    },
    async close() {
      await Promise.all(workers.map((thread) => thread.close()))
    },
  }
}

interface Thread {
  sign(request: WorkerRequest): Promise<SignedBlock>
  close(): Promise<unknown>
}

function startThread(job: BulkJob): Thread {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: job })
  const waiting: { resolve(signed: SignedBlock): void; reject(error: Error): void }[] = []
  worker.on('message', (signed: SignedBlock) => waiting.shift()?.resolve(signed))
  worker.on('error', (error) => {
    for (const { reject } of waiting.splice(0)) reject(error)
  })
  return {
    sign(request) {
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        worker.postMessage(request, request.memory ? [request.memory] : [])
      })
    },
    close: () => worker.terminate(),
  }
}
