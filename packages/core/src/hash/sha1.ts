import { toUtf8Bytes } from '../utf8.ts'
import { compress } from './compress.ts'

/** The initial hash value of SHA-1 (FIPS 180-4, section 5.3.1). */
export const INITIAL_STATE: Int32Array = Int32Array.of(
  0x67452301,
  0xefcdab89,
  0x98badcfe,
  0x10325476,
  0xc3d2e1f0,
)

/** Bytes in a block. */
export const BLOCK_BYTES = 64

// One block and one state for every digest: nothing here is asynchronous, so no two are ever under way at once, and
// allocating a typed array takes as long as compressing a block.
const block = new Int32Array(16)
const state = new Int32Array(5)

/**
 * The SHA-1 of a text's UTF-8 bytes as 40 lower-case hex digits.
 *
 * @param text - Without lone surrogates (the public doors check that).
 */
export function sha1Hex(text: string): string {
  return toHex(digest(INITIAL_STATE, 0, text))
}

/**
 * Digests a text's UTF-8 bytes, going on from a state.
 *
 * @param from - Where to start: the initial value, or the state after `bytesBefore` bytes.
 * @param bytesBefore - Bytes digested before, a multiple of the block.
 * @returns Five words, which the next digest overwrites.
 */
export function digest(from: Int32Array, bytesBefore: number, text: string): Int32Array {
  // Nearly every text is ASCII, so that is found out while hashing; the rare other one is hashed again as bytes.
  return absorb(from, bytesBefore, text) > 0x7f ? digestBytes(from, bytesBefore, toUtf8Bytes(text)) : state
}

/** As {@link digest}, for a string in which each character is one byte. */
export function digestBytes(from: Int32Array, bytesBefore: number, bytes: string): Int32Array {
  absorb(from, bytesBefore, bytes)
  return state
}

/** Hashes characters as bytes, to the end and its padding; returns all of them or-ed together. */
function absorb(from: Int32Array, bytesBefore: number, bytes: string): number {
  copyWords(from, state)
  const length = bytes.length
  const whole = length & ~3
  let seen = 0
  let word = 0
  let at = 0
  for (; at < whole; at += 4) {
    const b0 = bytes.charCodeAt(at)
    const b1 = bytes.charCodeAt(at + 1)
    const b2 = bytes.charCodeAt(at + 2)
    const b3 = bytes.charCodeAt(at + 3)
    seen |= b0 | b1 | b2 | b3
    block[word++] = (b0 << 24) | (b1 << 16) | (b2 << 8) | b3
    if (word === 16) {
      compress(state, block)
      word = 0
    }
  }
  // Padding (FIPS 180-4, section 5.1.1): a one bit, zeros, the length in bits as 64 bits.
  let last = 0x80 << (24 - 8 * (length - whole))
  for (let shift = 24; at < length; at++, shift -= 8) {
    const byte = bytes.charCodeAt(at)
    seen |= byte
    last |= byte << shift
  }
  block[word++] = last
  if (word > 14) {
    while (word < 16) block[word++] = 0
    compress(state, block)
    word = 0
  }
  while (word < 14) block[word++] = 0
  // The upper half of the length stays zero: no request has a text of 512 MiB.
  block[14] = 0
  block[15] = (bytesBefore + length) * 8
  compress(state, block)
  return seen
}

/** Copies the five words of a state. (`TypedArray.set` takes longer than this for so few.) */
export function copyWords(from: Int32Array, to: Int32Array): void {
  for (let word = 0; word < 5; word++) to[word] = from[word] as number
}

/** Five words as 40 lower-case hex digits; eight at a time, which makes a flat string fastest. */
export function toHex(words: Int32Array): string {
  let hex = ''
  for (let at = 0; at < 5; at++) {
    const word = words[at] as number
    hex += String.fromCharCode(
      digit(word >>> 28),
      digit(word >>> 24),
      digit(word >>> 20),
      digit(word >>> 16),
      digit(word >>> 12),
      digit(word >>> 8),
      digit(word >>> 4),
      digit(word),
    )
  }
  return hex
}

const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

function digit(word: number): number {
  return DIGITS[word & 15] as number
}
