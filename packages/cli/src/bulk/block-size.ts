import type { SignedBlock } from './block-signer.ts'
import { LINES_BYTES } from './spare-lines.ts'

/** Small enough that a block and its output stay in a processor's cache; large enough that threads seldom talk. */
export const MAX_BLOCK_BYTES: number = 64 * 1024
/** What becomes of a block, at most: a quarter less than its memory, as the next block may have shorter keys. */
const OUTPUT_BYTES = (LINES_BYTES / 4) * 3
/** What a bad key takes while it is on its way between threads, about. */
const BAD_KEY_BYTES = 512

/**
 * How large the next block may be, in bytes, after what became of one. A block of short keys has many times the output of one of usual keys:
 * then blocks are smaller, so that their output is not larger.
 */
export function nextBlockBytes(
  blockBytes: number,
  { linesBytes, badKeys }: Pick<SignedBlock, 'linesBytes' | 'badKeys'>,
): number {
  const growth = (linesBytes + badKeys.length * BAD_KEY_BYTES) / blockBytes
  return Math.min(MAX_BLOCK_BYTES, Math.floor(OUTPUT_BYTES / growth))
}
