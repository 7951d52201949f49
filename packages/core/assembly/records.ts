/*
 * The input, taken apart into keys: lines, texts each ended by NUL, or rows of CSV (RFC 4180) with the key in one column,
 * percent-encoded. A record may be cut off by the end of the input; then there is more to come.
 */

import { decodeInPlace, isDecodable } from './percent-encoding'
import { maskOf } from './text'
import { isUtf8 } from './utf8'

const LF: u8 = 0x0a
const CR: u8 = 0x0d
const QUOTE: u8 = 0x22
const COMMA: u8 = 0x2c
const DOT: u8 = 0x2e
const SLASH: u8 = 0x2f

/** What came of a record. */
export const GOOD = 0
export const INCOMPLETE = 1
export const EMPTY = 2
export const NOT_UTF8 = 3
export const TOO_LONG = 4
export const ENDS_IN_DOTS = 5
export const NO_SUCH_COLUMN = 6
export const BAD_ESCAPE = 7

/** Where the next record begins, and where the input ends. */
export let position: usize = 0
export let inputEnd: usize = 0
/** Whether the input ends there for good. */
export let isLast: bool = false
/** The byte that ends a record: LF or NUL. */
export let separator: u8 = LF
/** The column of the key, from 0; -1 if a record is a key. */
export let column: i32 = -1
/** Whether the key in a column is percent-encoded. */
export let isEncoded: bool = true
/** The longest key, in bytes; what goes before each key is not counted. */
export let maxKeyBytes: i32 = 0
/** Whether a key that ends in a segment `.` or `..` is refused; and one that is nothing but that, which a prefix may make harmless. */
export let refusesDots: bool = true
export let refusesDot: bool = true
export let refusesDotDot: bool = true
/** Whether one leading slash of a key is left out. */
export let dropsSlash: bool = true

/** The record, as far as it is understood: all of it, or the key in it. */
export let text: usize = 0
export let textLength: i32 = 0
/** Its key. */
export let key: usize = 0
export let keyLength: i32 = 0

/** Reads the next record and moves on to the one after it, unless it is incomplete. */
export function next(): i32 {
  const status = column < 0 ? nextText() : nextRow()
  return status == GOOD ? judgeKey() : status
}

/** Where the record ends that begins at `position`. Sets `text` to it. */
function nextText(): i32 {
  let at = position
  for (; at < inputEnd; at += 16) {
    const found = u32(i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(separator)))) & maskOf(inputEnd - at)
    if (found != 0) {
      const end = at + ctz(found)
      setText(position, end)
      position = end + 1
      return GOOD
    }
  }
  return lastRecord()
}

/** The rest of the input is a record if nothing can follow it. */
function lastRecord(): i32 {
  if (!isLast || position == inputEnd) return INCOMPLETE
  setText(position, inputEnd)
  position = inputEnd
  return GOOD
}

function setText(from: usize, to: usize): void {
  if (separator == LF && to > from && load<u8>(to - 1) == CR) to--
  text = from
  textLength = i32(to - from)
}

/** As {@link nextText} for a row of CSV; sets `text` to the field in the column, decoded. */
function nextRow(): i32 {
  let field = 0
  let isQuoted = false
  let from = position
  let to: usize = 0
  for (let at = position; at < inputEnd; at += 16) {
    const bytes = v128.load(at)
    let marks = v128.or(i8x16.eq(bytes, i8x16.splat(COMMA)), i8x16.eq(bytes, i8x16.splat(LF)))
    marks = v128.or(marks, i8x16.eq(bytes, i8x16.splat(QUOTE)))
    let found = u32(i8x16.bitmask(marks)) & maskOf(inputEnd - at)
    while (found != 0) {
      const mark = at + ctz(found)
      found &= found - 1
      const byte = load<u8>(mark)
      if (byte == QUOTE) {
        isQuoted = !isQuoted
      } else if (!isQuoted) {
        if (field == column) to = mark
        field++
        if (byte == COMMA) {
          if (field == column) from = mark + 1
          continue
        }
        return endRow(mark, mark + 1, field, from, to)
      }
    }
  }
  if (!isLast || position == inputEnd) return INCOMPLETE
  return endRow(inputEnd, inputEnd, field + 1, from, field == column ? inputEnd : to)
}

function endRow(end: usize, following: usize, fields: i32, from: usize, to: usize): i32 {
  setText(position, end)
  position = following
  if (fields <= column) return textLength == 0 ? EMPTY : NO_SUCH_COLUMN
  // The last field of a row ends before its CR.
  if (to > text + textLength) to = text + textLength
  unquote(from, to)
  if (isEncoded) {
    if (!isDecodable(text, textLength)) return BAD_ESCAPE
    textLength = decodeInPlace(text, textLength)
  }
  return GOOD
}

/** Sets `text` to a field without its quotes, in its place (RFC 4180, section 2). */
function unquote(from: usize, to: usize): void {
  if (to - from >= 2 && load<u8>(from) == QUOTE && load<u8>(to - 1) == QUOTE) {
    from++
    to--
    let end = from
    for (let at = from; at < to; at++) {
      const byte = load<u8>(at)
      if (byte == QUOTE && at + 1 < to && load<u8>(at + 1) == QUOTE) at++
      store<u8>(end++, byte)
    }
    to = end
  }
  text = from
  textLength = i32(to - from)
}

/** Sets `key` and says what is wrong with it. */
function judgeKey(): i32 {
  key = text
  keyLength = textLength
  if (keyLength == 0) return EMPTY
  if (dropsSlash && load<u8>(key) == SLASH) {
    key++
    keyLength--
  }
  if (keyLength > maxKeyBytes) return TOO_LONG
  if (!isAscii(key, keyLength) && !isUtf8(key, keyLength)) return NOT_UTF8
  return refusesDots && endsInDots() ? ENDS_IN_DOTS : GOOD
}

function isAscii(from: usize, length: usize): bool {
  let at: usize = 0
  for (; at < length; at += 16) {
    if (u32(i8x16.bitmask(v128.load(from + at))) & maskOf(length - at)) return false
  }
  return true
}

function endsInDots(): bool {
  const end = key + keyLength
  if (keyLength == 0 || load<u8>(end - 1) != DOT) return false
  const at = keyLength > 1 && load<u8>(end - 2) == DOT ? end - 2 : end - 1
  if (at > key) return load<u8>(at - 1) == SLASH
  return keyLength == 1 ? refusesDot : refusesDotDot
}
