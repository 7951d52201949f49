import { toUtf8Bytes } from '../utf8.ts'
import { compress } from './compress.ts'

/** The initial hash value of SHA-1 (FIPS 180-4, section 5.3.1). */
export const INITIAL_STATE: Int32Array = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)

/** Bytes in a block. */
export const BLOCK_BYTES = 64

// One block for every digest: nothing here is asynchronous, so no two digests are ever under way at once.
const block = new Int32Array(16)

/**
 * The SHA-1 of a text's UTF-8 bytes as 40 lower-case hex digits.
 *
 * @param text - Without lone surrogates (the public doors check that).
 */
export function sha1Hex(text: string): string {
  const state = new Int32Array(5)
  digest(state, INITIAL_STATE, 0, text)
  return toHex(state)
}

/**
 * Digests a text into `state`, going on from another state.
 *
 * @param state - Five words; receives the digest.
 * @param from - Where to start: the initial value, or the state after `bytesBefore` bytes.
 * @param bytesBefore - Bytes digested before, a multiple of the block.
 * @param text - Hashed as UTF-8.
 */
export function digest(state: Int32Array, from: Int32Array, bytesBefore: number, text: string): void {
  state.set(from)
  // Nearly every text is ASCII, so that is found out while hashing; the rare other one is hashed again as bytes.
  if (absorb(state, bytesBefore, text, 0x7f)) return
  digestBytes(state, from, bytesBefore, toUtf8Bytes(text))
}

/** As {@link digest}, for a string in which each character is one byte. */
export function digestBytes(state: Int32Array, from: Int32Array, bytesBefore: number, bytes: string): void {
  state.set(from)
  absorb(state, bytesBefore, bytes, 0xff)
}

/** Hashes characters as bytes, to the end and its padding; false, and a useless state, when one is over `limit`. */
function absorb(state: Int32Array, bytesBefore: number, bytes: string, limit: number): boolean {
  const length = bytes.length
  const whole = length - (length % 4)
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
  if (seen > limit) return false
  block[word++] = last
  if (word > 14) {
    block.fill(0, word)
    compress(state, block)
    word = 0
  }
  block.fill(0, word)
  const bits = (bytesBefore + length) * 8
  block[14] = bits / 0x1_0000_0000
  block[15] = bits
  compress(state, block)
  return true
}

const HEX = '0123456789abcdef'

/** Five words as 40 lower-case hex digits. */
export function toHex(state: Int32Array): string {
  let hex = ''
  for (const word of state) {
    for (let shift = 28; shift >= 0; shift -= 4) hex += HEX[(word >>> shift) & 15]
  }
  return hex
}
