import { Buffer } from 'node:buffer'

const MIN_BLOCK_BYTES = 4 * 1024
const MAX_BLOCK_BYTES = 1024 * 1024

/** Bytes that grow at the end without ever being moved, and without one piece of memory for each chunk that came. */
export interface ByteList {
  readonly length: number
  /** Takes a copy. */
  append(chunk: Uint8Array): void
  /** All bytes, in memory that is no larger than they are. */
  toBlocks(): Uint8Array[]
}

export function createByteList(): ByteList {
  const blocks: Buffer[] = []
  let length = 0
  let freeInLast = 0

  return {
    get length() {
      return length
    },
    append,
    toBlocks,
  }

  function append(chunk: Uint8Array): void {
    for (let taken = 0; taken < chunk.length; ) {
      const block = blockWithSpace()
      const piece = chunk.subarray(taken, taken + freeInLast)
      block.set(piece, block.length - freeInLast)
      freeInLast -= piece.length
      taken += piece.length
      length += piece.length
    }
  }

  function blockWithSpace(): Buffer {
    const last = blocks.at(-1)
    if (last !== undefined && freeInLast > 0) return last
    // As much as there is already: few blocks for a large object, little waste for a small one.
    const size = Math.min(Math.max(length, MIN_BLOCK_BYTES), MAX_BLOCK_BYTES)
    const block = Buffer.allocUnsafeSlow(size)
    blocks.push(block)
    freeInLast = size
    return block
  }

  function toBlocks(): Uint8Array[] {
    const last = blocks.at(-1)
    if (last === undefined) return []
    return [...blocks.slice(0, -1), new Uint8Array(last.subarray(0, last.length - freeInLast))]
  }
}

/** The bytes from `start` to `end`, inclusive, without copying them. */
export function* sliceBlocks(
  blocks: readonly Uint8Array[],
  start: number,
  end: number,
): Generator<Uint8Array, void, undefined> {
  let offset = 0
  for (const block of blocks) {
    const piece = block.subarray(Math.max(start - offset, 0), Math.max(end + 1 - offset, 0))
    if (piece.length > 0) yield piece
    offset += block.length
    if (offset > end) return
  }
}
