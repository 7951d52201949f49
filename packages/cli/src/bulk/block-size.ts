import { LINES_BYTES } from './spare-lines.ts'

/** Small enough that a block and its output stay in a processor's cache; large enough that threads seldom talk. */
export const PIECE_BYTES: number = 64 * 1024
/** What becomes of a block, at most: a quarter less than its memory, as the next block may have shorter keys. */
export const OUTPUT_BYTES: number = (LINES_BYTES / 4) * 3
/** What a bad key takes while it is on its way between threads, about. */
export const BAD_KEY_BYTES = 512
