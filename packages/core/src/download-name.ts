import { assertText } from './assert.ts'
import { MAX_NAME_BYTES, toSafeName } from './content-disposition.ts'
import { utf8LengthOf } from './utf8.ts'

/**
 * Predicts the name under which Chromium saves a download whose name was given as `Filename` (or to `toContentDisposition`), in a
 * directory that has no file of that name yet. On Windows it also changes what means something there: a device (`con.txt`), a
 * shortcut (`.lnk`).
 *
 * What it returns may itself be given as `Filename`, also where the name was too long for that: it is shortened before the extension.
 *
 * @throws {TypeError} The name is no string.
 * @throws {RangeError} The name is empty or holds half of a surrogate pair.
 * @example
 * downloadName('../Übersicht: Q1/Q2.pdf') // '_.._Übersicht_ Q1_Q2.pdf'
 */
export function downloadName(filename: string): string {
  assertText(filename, 'Filename')
  const name = shorten(toChromiumName(toSafeName(filename.normalize())))
  // What was cut may end in what Chromium does not leave there.
  return toChromiumName(name) || 'download'
}

/** As Chromium does, which composes characters (NFC) before: no dots around the name, nothing invisible in it, no white space and no tilde around what is left. */
function toChromiumName(name: string): string {
  return withoutDots(name)
    .replace(/[\p{Cf}\p{Noncharacter_Code_Point}]/gu, '_')
    .replace(/^[\s~]|[\s.~]$/g, '_')
}

function withoutDots(name: string): string {
  let end = name.length
  while (name.charAt(end - 1) === '.') end--
  return name.slice(0, end).replace(/^\.+/, '')
}

function shorten(name: string): string {
  if (name.length <= MAX_NAME_BYTES && utf8LengthOf(name) <= MAX_NAME_BYTES) return name
  const extension = /(?:\.tar)?\.\w{1,16}$/.exec(name.slice(-21))?.[0] ?? ''
  const characters = [...name.slice(0, name.length - extension.length)].slice(0, MAX_NAME_BYTES)
  while (utf8LengthOf(characters.join('') + extension) > MAX_NAME_BYTES) characters.pop()
  return characters.join('') + extension
}
