import type { BlockOutput, UnwrittenBlock } from './block-output.ts'
import { BAD_KEY_BYTES, OUTPUT_BYTES, PIECE_BYTES } from './block-size.ts'
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
const INPUT_BYTES = 2 * PIECE_BYTES

export function createSigningPool(threads: Threads, output: BlockOutput): SigningPool {
  const inputs: ArrayBuffer[] = []
  let pieceBytes = LEAST_PIECE_BYTES
  /** A block of short keys has many times the output of one of usual keys: then blocks are smaller, so that their output is not larger. */
  const learnFrom = (inputLength: number, { linesBytes, badKeys }: UnwrittenBlock): void => {
    const growth = (linesBytes + badKeys.length * BAD_KEY_BYTES) / inputLength
    pieceBytes = Math.max(LEAST_PIECE_BYTES, Math.min(PIECE_BYTES, Math.floor(OUTPUT_BYTES / growth)))
  }
  return {
    depth: 4 * threads.count,
    pieceBytes: () => pieceBytes,
    takeMemory: () => new Uint8Array(inputs.pop() ?? new ArrayBuffer(INPUT_BYTES)),
    async sign(block) {
      const { length } = block
      const signed = await output.sign(threads.next(length), block)
      inputs.push(signed.input)
      learnFrom(length, signed)
      return signed
    },
  }
}
