import { parentPort } from 'node:worker_threads'
import { createHashes, type Hashes, type HashValues } from './hashes.ts'

/** What the thread is told about one body; the first message about it opens it. */
export type HashRequest =
  | { readonly id: number; readonly withSha1: boolean }
  | { readonly id: number; readonly block: Uint8Array<ArrayBuffer>; readonly length: number }
  | { readonly id: number; readonly isOver: 'complete' | 'abandoned' }

/** What it answers: a block that may be filled again, or the values. */
export type HashAnswer =
  | { readonly id: number; readonly block: Uint8Array<ArrayBuffer> }
  | { readonly id: number; readonly values: HashValues }

const bodies = new Map<number, Hashes>()

parentPort?.on('message', (request: HashRequest) => {
  if ('withSha1' in request) bodies.set(request.id, createHashes(request.withSha1))
  else if ('block' in request) take(request)
  else end(request)
})

function take({ id, block, length }: Extract<HashRequest, { block: unknown }>): void {
  bodies.get(id)?.update(block.subarray(0, length))
  answer({ id, block }, [block.buffer])
}

function end({ id, isOver }: Extract<HashRequest, { isOver: unknown }>): void {
  const hashes = bodies.get(id)
  bodies.delete(id)
  if (hashes !== undefined && isOver === 'complete') answer({ id, values: hashes.values() })
}

function answer(message: HashAnswer, transferred: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transferred)
}
