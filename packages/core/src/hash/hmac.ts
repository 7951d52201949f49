import { toUtf8Bytes } from '../utf8.ts'
import { compress } from './compress.ts'
import { BLOCK_BYTES, copyWords, digest, digestBytes, INITIAL_STATE, toHex } from './sha1.ts'

/**
 * A key of HMAC-SHA1, ready for use: the states after the padded key's block (RFC 2104, section 4), so that each
 * message costs no compression for the key. As secret as the key itself.
 */
export interface HmacKey {
  /** After the block of the key xor `0x36…`. */
  readonly inner: Int32Array
  /** After the block of the key xor `0x5c…`. */
  readonly outer: Int32Array
}

/** Prepares a key given as text (its UTF-8 bytes are the key). */
export function createHmacKey(key: string): HmacKey {
  const words = keyWords(toUtf8Bytes(key))
  return { inner: padState(words, 0x36363636), outer: padState(words, 0x5c5c5c5c) }
}

/** HMAC-SHA1 of a text's UTF-8 bytes as 40 lower-case hex digits. */
export function hmacSha1Hex(key: HmacKey, text: string): string {
  const state = digest(key.inner, BLOCK_BYTES, text)
  copyWords(state, outerBlock)
  copyWords(key.outer, state)
  compress(state, outerBlock)
  return toHex(state)
}

// The outer hash takes one block: the pad (already in the state), 20 bytes of inner digest, a one bit, the length.
const outerBlock = new Int32Array(16)
outerBlock[5] = 0x80000000
outerBlock[15] = (BLOCK_BYTES + 20) * 8

/** The key as one block of words; a key longer than a block is hashed first (RFC 2104, section 2). */
function keyWords(bytes: string): Int32Array {
  const words = new Int32Array(16)
  if (bytes.length > BLOCK_BYTES) {
    copyWords(digestBytes(INITIAL_STATE, 0, bytes), words)
    return words
  }
  for (let at = 0; at < bytes.length; at++) {
    words[at >> 2] = (words[at >> 2] as number) | (bytes.charCodeAt(at) << (24 - 8 * (at & 3)))
  }
  return words
}

function padState(words: Int32Array, pad: number): Int32Array {
  const state = INITIAL_STATE.slice()
  compress(
    state,
    words.map((word) => word ^ pad),
  )
  return state
}
