/*
 * Copying. Sixteen bytes at a time, up to fifteen more than asked for, which every buffer has room for: a call of memory.copy
 * takes longer than the whole for texts this short.
 */

/** Bytes that may be read or written after the end of any text. */
export const SLACK: usize = 16

/** Copies a text and returns where the copy ends. */
@inline
export function put(to: usize, from: usize, length: usize): usize {
  for (let at: usize = 0; at < length; at += 16) v128.store(to + at, v128.load(from + at))
  return to + length
}

/** The bits of the first bytes of sixteen, all of them if there are as many left. */
@inline
export function maskOf(left: usize): u32 {
  return left < 16 ? (1 << u32(left)) - 1 : 0xffff
}
