/*
 * COS percent-encoding of an object key (documentation 436/7778): `/` stays, and `./` becomes `.%2F`, so that no client
 * collapses `a/../b`. The same as encodePath in src/percent-encoding.ts.
 */

import { maskOf } from './text'

const SLASH: u8 = 0x2f
const DOT: u8 = 0x2e
const PERCENT: u8 = 0x25

/**
 * Which characters stay, as a test of sixteen at once: a bit for each row of the ASCII table that has some; a character stays if the
 * bit of its row (high digit) is among those of its column (low digit). Rows 4 and 6 have the same letters.
 *
 * Row 2 (bit 1): `-` `.` `/`; 3 (2): `0`-`9`; 4, 6 (4): `A`-`O`; 5 (8): `P`-`Z` `_`; 7 (16): `p`-`z` `~`.
 */
const ROWS = i8x16(0, 0, 1, 2, 4, 8, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0)
const COLUMNS = i8x16(26, 30, 30, 30, 30, 30, 30, 30, 30, 30, 28, 4, 4, 5, 21, 13)

/** Bits of those of sixteen bytes that are escaped wherever they stand. */
@inline
function escapedBits(bytes: v128): u32 {
  const row = i8x16.swizzle(ROWS, i8x16.shr_u(bytes, 4))
  const column = i8x16.swizzle(COLUMNS, v128.and(bytes, i8x16.splat(15)))
  return i8x16.bitmask(i8x16.eq(v128.and(row, column), i8x16.splat(0)))
}

@inline
function stays(byte: u8): bool {
  return !(escapedBits(i8x16.splat(byte)) & 1)
}

@inline
function hexDigit(value: u8): u8 {
  return value + (value > 9 ? 0x37 : 0x30)
}

/**
 * Writes a key percent-encoded and returns where it ends.
 *
 * @param followsDot - Whether a dot stands before the key.
 */
export function putEncoded(to: usize, key: usize, length: usize, followsDot: bool): usize {
  let last: u8 = followsDot ? DOT : 0
  for (let at: usize = 0; at < length; at += 16) {
    const count = length - at < 16 ? length - at : 16
    const bytes = v128.load(key + at)
    const dots = (u32(i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(DOT)))) << 1) | u32(last == DOT)
    const slashes: u32 = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(SLASH)))
    if (((escapedBits(bytes) | (dots & slashes)) & maskOf(count)) == 0) {
      v128.store(to, bytes)
      to += count
      last = load<u8>(key + at + count - 1)
      continue
    }
    for (let index: usize = 0; index < count; index++) {
      const byte = load<u8>(key + at + index)
      if (stays(byte) && !(byte == SLASH && last == DOT)) {
        store<u8>(to++, byte)
      } else {
        store<u8>(to, PERCENT)
        store<u8>(to + 1, hexDigit(byte >> 4))
        store<u8>(to + 2, hexDigit(byte & 15))
        to += 3
      }
      last = byte
    }
  }
  return to
}

@inline
function hexValue(digit: u8): i32 {
  if (digit - 0x30 < 10) return digit - 0x30
  const letter = (digit | 0x20) - 0x61
  return letter < 6 ? letter + 10 : -1
}

/** Whether every `%` of a text begins an escape. */
export function isDecodable(text: usize, length: usize): bool {
  const end = text + length
  for (let at = text; at < end; at++) {
    if (load<u8>(at) != PERCENT) continue
    if (end - at < 3 || hexValue(load<u8>(at + 1)) < 0 || hexValue(load<u8>(at + 2)) < 0) return false
    at += 2
  }
  return true
}

/** Decodes the escapes of a text in its place and returns its new length. A `+` is a plus. */
export function decodeInPlace(text: usize, length: usize): i32 {
  let to = text
  const end = text + length
  for (let at = text; at < end; at++) {
    let byte = load<u8>(at)
    if (byte == PERCENT) {
      byte = u8((hexValue(load<u8>(at + 1)) << 4) | hexValue(load<u8>(at + 2)))
      at += 2
    }
    store<u8>(to++, byte)
  }
  return i32(to - text)
}
