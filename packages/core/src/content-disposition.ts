import { assertOneOf, assertText } from './assert.ts'
import { assertKeyLength } from './object-key.ts'
import { isAdded, type TextPairs } from './pairs.ts'
import { encode } from './percent-encoding.ts'

/** What a browser does with an answer: save it, or show it if it can. */
export type Disposition = 'attachment' | 'inline'

/**
 * The longest name of a download. File systems take 255 bytes; Chromium adds ".crdownload" while it loads, and " (1)" where there
 * is such a file, and when the name is then too long it saves nothing and says nothing.
 */
export const MAX_NAME_BYTES = 240

/**
 * The value of `Content-Disposition` that has an answer saved (or shown) under a name, in any language (RFC 6266, RFC 8187). Controls,
 * path separators and what Windows forbids become `_`; `downloadName` tells what a browser makes of the rest.
 *
 * @throws {TypeError} An argument is no string.
 * @throws {RangeError} The name is empty, has over 240 UTF-8 bytes, or holds half of a surrogate pair; the disposition is another word.
 */
export function toContentDisposition(filename: string, disposition: Disposition = 'attachment'): string {
  assertText(filename, 'Filename')
  return writeDisposition(filename, disposition)
}

/** The parameters, with the one that has COS send a `Content-Disposition` when a call asks for that. */
export function withDisposition(
  params: TextPairs,
  method: string,
  filename: string | undefined,
  disposition: Disposition | undefined,
): TextPairs {
  if (filename === undefined && disposition === undefined) return params
  assertOneOf(method, 'Method with Filename', ['GET', 'HEAD'])
  const name = 'response-content-disposition'
  for (const [given] of params) if (given.toLowerCase() === name) throw isAdded(given, 'Params')
  return [...params, [name, writeDisposition(filename, disposition)]]
}

function writeDisposition(filename: string | undefined, disposition: Disposition = 'attachment'): string {
  assertOneOf(disposition, 'Disposition', ['attachment', 'inline'])
  if (filename === undefined) return disposition
  assertText(filename, 'Filename')
  assertKeyLength(filename, 'Filename', MAX_NAME_BYTES)
  const name = toSafeName(filename)
  // Clients that do not know filename* get ASCII; some of them decode percent escapes in it (RFC 6266, appendix D).
  const ascii = name.replace(/[^ -$&-~]/gu, '_')
  return `${disposition}; filename="${ascii}"; filename*=UTF-8''${encode(name)}`
}

/** A name without controls, and without what is part of a path or forbidden in a name somewhere. */
export function toSafeName(name: string): string {
  return name.replace(/[\p{Cc}"*/:<>?\\|]/gu, '_')
}
