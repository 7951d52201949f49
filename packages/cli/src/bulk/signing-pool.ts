import type { BlockOutput, UnwrittenBlock } from './block-output.ts'
import { MAX_BLOCK_BYTES, nextBlockBytes } from './block-size.ts'
import type { BlockSupply } from './blocks.ts'
import type { Threads } from './threads.ts'

/** Signs blocks on several cores, for an output. */
export interface SigningPool extends BlockSupply {
  /** How many blocks may be under way before one waits for another. */
  readonly depth: number
  /** @param block - The beginning of memory that was taken, which now is the pool's. */
  sign(block: Uint8Array): Promise<UnwrittenBlock>
}

/** As much as to learn from what becomes of it, and still worth a message to a thread. */
const LEAST_PIECE_BYTES = 2 * 1024
/** A block as it is read, and the beginning of a record that is not. */
const INPUT_BYTES = 2 * MAX_BLOCK_BYTES

export function createSigningPool(threads: Threads, output: BlockOutput): SigningPool {
  const inputs: ArrayBuffer[] = []
  let pieceBytes = LEAST_PIECE_BYTES
  return {
    depth: 4 * threads.count,
    pieceBytes: () => pieceBytes,
    takeMemory: () => new Uint8Array(inputs.pop() ?? new ArrayBuffer(INPUT_BYTES)),
    async sign(block) {
      const { length } = block
      const signed = await output.sign(threads.next(length), block)
      inputs.push(signed.input)
      pieceBytes = Math.max(LEAST_PIECE_BYTES, nextBlockBytes(length, signed))
      return signed
    },
  }
}
