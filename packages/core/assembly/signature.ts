/*
 * The signature (documentation 436/7778, steps 5 to 7) of four keys at once: SHA-1 of HttpString, then HMAC-SHA1 of StringToSign, of
 * which only the digest differs between keys. Words of four lanes all the way from the first to the last.
 */

import { compress, initialize, STATE_BYTES } from './sha1'
import { put } from './text'

const BLOCK_BYTES: usize = 64
/** A block of four lanes. */
const BLOCK4_BYTES: usize = 4 * BLOCK_BYTES
const LANES: usize = 4
/** What a signature takes where it is stored: 40 hex digits, and eight bytes to nobody. */
export const SIGNATURE_ROOM: usize = 48
const DIGITS = i8x16(0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66)

/** HttpString before and after the key. */
export let beforeKey: usize = 0
export let beforeKeyLength: usize = 0
export let afterKey: usize = 0
export let afterKeyLength: usize = 0

/** Four messages, one after the other, each with room for `maxBlocks`. */
let messages: usize = 0
let messageBytes: usize = 0

const state = memory.data(i32(STATE_BYTES), 16)
const block = memory.data(i32(BLOCK4_BYTES), 16)
/** The sign key's states (RFC 2104, section 4). */
const inner = memory.data(i32(STATE_BYTES), 16)
const outer = memory.data(i32(STATE_BYTES), 16)
/** StringToSign, padded: at most two blocks; and with the digests in it. */
const template = memory.data(2 * i32(BLOCK4_BYTES), 16)
const toSign = memory.data(2 * i32(BLOCK4_BYTES), 16)
let toSignBlocks: usize = 0
/** Where the hex digest begins in it: the word, and bits into that word. */
let hexWord: usize = 0
let hexShift: i32 = 0
/** The block of the outer hash: 20 bytes of digest, padded. */
const last = memory.data(i32(BLOCK4_BYTES), 16)
const hex = memory.data(10 * 16, 16)

/** Makes room for the messages. */
export function setMaxBlocks(blocks: usize): void {
  messageBytes = blocks * BLOCK_BYTES
  messages = heap.alloc(LANES * messageBytes + 64)
}

/**
 * Sets the sign key and StringToSign of a key time.
 *
 * @param states - The words of the sign key's inner, then of its outer state.
 * @param words - StringToSign as 32 words, padded, with zeros for its digest.
 */
export function setKeyTime(states: usize, words: usize, digestAt: usize, blocks: usize): void {
  for (let word: usize = 0; word < 5; word++) {
    v128.store(inner + 16 * word, v128.load_splat<u32>(states + 4 * word))
    v128.store(outer + 16 * word, v128.load_splat<u32>(states + 20 + 4 * word))
  }
  for (let word: usize = 0; word < 32; word++) {
    const lanes = v128.load_splat<u32>(words + 4 * word)
    v128.store(template + 16 * word, lanes)
    v128.store(toSign + 16 * word, lanes)
  }
  toSignBlocks = blocks
  hexWord = digestAt >> 2
  hexShift = i32(digestAt & 3) * 8
  for (let word: usize = 0; word < 16; word++) v128.store(last + 16 * word, i32x4.splat(0))
  v128.store(last + 16 * 5, i32x4.splat(0x80000000))
  v128.store(last + 16 * 15, i32x4.splat((64 + 20) * 8))
}

/** How many blocks HttpString has with a key of a length. */
@inline
export function blocksOf(keyLength: usize): usize {
  return (beforeKeyLength + keyLength + afterKeyLength + 8) / BLOCK_BYTES + 1
}

/** Writes a key's HttpString, padded (FIPS 180-4, section 5.1.1), as a lane's message. */
export function putMessage(lane: usize, key: usize, length: usize, blocks: usize): void {
  const from = messages + lane * messageBytes
  let to = put(from, beforeKey, beforeKeyLength)
  to = put(to, key, length)
  to = put(to, afterKey, afterKeyLength)
  const lengthAt = from + blocks * BLOCK_BYTES - 8
  const bits = u64(to - from) * 8
  v128.store(to, i32x4(0x80, 0, 0, 0))
  for (to += 16; to < lengthAt; to += 16) v128.store(to, i32x4.splat(0))
  store<u64>(lengthAt, bswap(bits))
}

/** Signs the four messages; the signatures' 40 hex digits go where they are told to, and eight bytes more. */
export function sign(blocks: usize, to0: usize, to1: usize, to2: usize, to3: usize): void {
  initialize(state)
  for (let at: usize = 0; at < blocks * BLOCK_BYTES; at += BLOCK_BYTES) {
    loadBlock(messages + at)
    compress(state, block)
  }
  toHex(state)
  putHexInto(toSign)
  copyState(inner)
  for (let at: usize = 0; at < toSignBlocks; at++) compress(state, toSign + at * BLOCK4_BYTES)
  for (let word: usize = 0; word < 5; word++) v128.store(last + 16 * word, v128.load(state + 16 * word))
  copyState(outer)
  compress(state, last)
  toHex(state)
  storeHex(to0, to1, to2, to3)
}

@inline
function copyState(from: usize): void {
  for (let word: usize = 0; word < 5; word++) v128.store(state + 16 * word, v128.load(from + 16 * word))
}

/** Turns the order of bytes in each word around: messages are big-endian. */
@inline
function swapBytes(x: v128): v128 {
  return v128.shuffle<u8>(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
}

/** Stores four words of four lanes as lanes of four words, or the other way round. */
@inline
function transpose(to: usize, step: usize, r0: v128, r1: v128, r2: v128, r3: v128): void {
  const low01 = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5)
  const low23 = v128.shuffle<u32>(r2, r3, 0, 4, 1, 5)
  const high01 = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7)
  const high23 = v128.shuffle<u32>(r2, r3, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<u64>(low01, low23, 0, 2))
  v128.store(to + step, v128.shuffle<u64>(low01, low23, 1, 3))
  v128.store(to + 2 * step, v128.shuffle<u64>(high01, high23, 0, 2))
  v128.store(to + 3 * step, v128.shuffle<u64>(high01, high23, 1, 3))
}

/** Loads a block of the four messages into lanes. */
function loadBlock(from: usize): void {
  for (let at: usize = 0; at < BLOCK_BYTES; at += 16) {
    transpose(
      block + 4 * at,
      16,
      swapBytes(v128.load(from + at)),
      swapBytes(v128.load(from + at + messageBytes)),
      swapBytes(v128.load(from + at + 2 * messageBytes)),
      swapBytes(v128.load(from + at + 3 * messageBytes)),
    )
  }
}

/** Four hex digits, in order from the highest byte, of the lower half of each word. */
@inline
function hexOf(halves: v128): v128 {
  let digits = v128.or(
    i32x4.shl(v128.and(halves, i32x4.splat(0xff00)), 8),
    v128.and(halves, i32x4.splat(0xff)),
  )
  digits = v128.and(v128.or(i32x4.shl(digits, 4), digits), i32x4.splat(0x0f0f0f0f))
  return i8x16.swizzle(DIGITS, digits)
}

/** Writes a state as ten words of hex digits. */
function toHex(from: usize): void {
  for (let word: usize = 0; word < 5; word++) {
    const bits = v128.load(from + 16 * word)
    v128.store(hex + 32 * word, hexOf(i32x4.shr_u(bits, 16)))
    v128.store(hex + 32 * word + 16, hexOf(bits))
  }
}

/** Puts the ten words into StringToSign, where they may begin within a word. */
function putHexInto(to: usize): void {
  const at: usize = 16 * hexWord
  if (hexShift == 0) {
    for (let word: usize = 0; word < 160; word += 16) v128.store(to + at + word, v128.load(hex + word))
    return
  }
  let before = i32x4.splat(0)
  for (let word: usize = 0; word < 160; word += 16) {
    const now = v128.load(hex + word)
    const shifted = v128.or(i32x4.shl(before, 32 - hexShift), i32x4.shr_u(now, hexShift))
    v128.store(to + at + word, v128.or(v128.load(template + at + word), shifted))
    before = now
  }
  v128.store(
    to + at + 160,
    v128.or(v128.load(template + at + 160), i32x4.shl(before, 32 - hexShift)),
  )
}

/** Writes the ten words as texts: 16, 16 and 8 digits. */
function storeHex(to0: usize, to1: usize, to2: usize, to3: usize): void {
  const lanes = block
  for (let part: usize = 0; part < 2; part++) {
    const from = hex + 64 * part
    transpose(
      lanes,
      16,
      swapBytes(v128.load(from)),
      swapBytes(v128.load(from + 16)),
      swapBytes(v128.load(from + 32)),
      swapBytes(v128.load(from + 48)),
    )
    const at: usize = 16 * part
    v128.store(to0 + at, v128.load(lanes))
    v128.store(to1 + at, v128.load(lanes + 16))
    v128.store(to2 + at, v128.load(lanes + 32))
    v128.store(to3 + at, v128.load(lanes + 48))
  }
  const zero = i32x4.splat(0)
  transpose(lanes, 16, swapBytes(v128.load(hex + 128)), swapBytes(v128.load(hex + 144)), zero, zero)
  v128.store(to0 + 32, v128.load(lanes))
  v128.store(to1 + 32, v128.load(lanes + 16))
  v128.store(to2 + 32, v128.load(lanes + 32))
  v128.store(to3 + 32, v128.load(lanes + 48))
}
