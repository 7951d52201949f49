/** Fits the output of a block of usual keys. What is not written to takes no memory. */
export const LINES_BYTES: number = 1024 * 1024

/**
 * Memory for output that has been written to before, by one thread: while it is in the cache of a core, another core would take it from there
 * byte by byte.
 */
export interface SpareLines {
  /** `undefined` when there is none. */
  take(): ArrayBuffer | undefined
  giveBack(lines: ArrayBuffer): void
}

/** Memory that goes round, but for what became larger than usual when keys became short suddenly. */
export function createSpareLines(): SpareLines {
  const spare: ArrayBuffer[] = []
  return {
    take: () => spare.pop(),
    giveBack(lines) {
      if (lines.byteLength <= 2 * LINES_BYTES) spare.push(lines)
    },
  }
}
