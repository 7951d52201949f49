import { assertText } from './assert.ts'
import { toUtf8Bytes } from './utf8.ts'

// File systems take 255 bytes. Chromium adds ".crdownload" while it loads, and " (1)" where there is such a file; a name that is
// then too long is not saved at all.
const MAX_NAME_BYTES = 240

const MAX_EXTENSION = 21

// Controls, invisible and direction-turning characters, what a path is made of, and what Windows forbids. The two joiners stay:
// Persian, Hindi and emoji are written with them.
const UNSAFE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}"*/:<>?\\|]/gu

// Devices and system files of Windows, with any extension.
const RESERVED = /^(?:con|prn|aux|nul|clock\$|(?:com|lpt)[\d¹²³]|desktop\.ini$|thumbs\.db$)(?:$|\.)/i

/**
 * A name that can be given to a file everywhere and does nothing else: no path, no control, no device of Windows, not hidden, at
 * most 240 bytes. A character that cannot be is `_`; a name of which nothing is left is `download`.
 */
export function safeFileName(name: string, parameter: string): string {
  assertText(name, parameter)
  const plain = trimEnds(name.replace(UNSAFE, '_')).replace(/^~|~$/g, '_')
  const short = shorten(plain === '' ? 'download' : plain)
  return RESERVED.test(short) ? `_${short}` : short
}

/** Drops dots and white space at both ends; a pattern for that takes quadratic time on long runs in the middle. */
function trimEnds(name: string): string {
  let start = 0
  let end = name.length
  while (start < end && /[\s.]/.test(name.charAt(start))) start++
  while (start < end && /[\s.]/.test(name.charAt(end - 1))) end--
  return name.slice(start, end)
}

/** Shortens what is before the extension. */
function shorten(name: string): string {
  if (name.length <= MAX_NAME_BYTES && toUtf8Bytes(name).length <= MAX_NAME_BYTES) return name
  const extension = /(?:\.tar)?\.[^.\s]{1,16}$/.exec(name.slice(-MAX_EXTENSION))?.[0] ?? ''
  const characters = [...name.slice(0, MAX_NAME_BYTES)]
  while (toUtf8Bytes(characters.join('') + extension).length > MAX_NAME_BYTES) characters.pop()
  return characters.join('').trimEnd() + extension
}
