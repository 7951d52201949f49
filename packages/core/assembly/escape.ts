/*
 * A key as a field of the output: in JSON (RFC 8259, section 7) or in a line of tab-separated values, where what would end a field
 * or a line is written with a backslash, as PostgreSQL's COPY and others do.
 */

import { maskOf } from './text'

const BACKSLASH: u8 = 0x5c
const QUOTE: u8 = 0x22

/** How a key is written. */
export const NOT_AT_ALL = 0
export const AS_TSV = 1
export const AS_JSON = 2

/** Writes a key as a field and returns where it ends. */
export function putEscaped(to: usize, key: usize, length: usize, style: i32): usize {
  for (let at: usize = 0; at < length; at += 16) {
    const count = length - at < 16 ? length - at : 16
    const bytes = v128.load(key + at)
    let special = v128.or(
      i8x16.lt_u(bytes, i8x16.splat(0x20)),
      i8x16.eq(bytes, i8x16.splat(BACKSLASH)),
    )
    if (style == AS_JSON) special = v128.or(special, i8x16.eq(bytes, i8x16.splat(QUOTE)))
    if ((u32(i8x16.bitmask(special)) & maskOf(count)) == 0) {
      v128.store(to, bytes)
      to += count
      continue
    }
    for (let index: usize = 0; index < count; index++) to = putByte(to, load<u8>(key + at + index), style)
  }
  return to
}

function putByte(to: usize, byte: u8, style: i32): usize {
  let letter: u8 = 0
  if (byte == 0x09) letter = 0x74
  else if (byte == 0x0a) letter = 0x6e
  else if (byte == 0x0d) letter = 0x72
  else if (byte == BACKSLASH) letter = BACKSLASH
  else if (style == AS_JSON) {
    if (byte == QUOTE) letter = QUOTE
    else if (byte == 0x08) letter = 0x62
    else if (byte == 0x0c) letter = 0x66
  }
  if (letter != 0) {
    store<u8>(to, BACKSLASH)
    store<u8>(to + 1, letter)
    return to + 2
  }
  if (byte >= 0x20 || style == AS_TSV) {
    store<u8>(to, byte)
    return to + 1
  }
  // \u00XX, of which the first digit is 0 or 1.
  store<u32>(to, 0x3030755c)
  store<u8>(to + 4, 0x30 + (byte >> 4))
  store<u8>(to + 5, (byte & 15) + ((byte & 15) > 9 ? 0x57 : 0x30))
  return to + 6
}
