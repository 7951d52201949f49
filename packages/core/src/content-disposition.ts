import { assertOneOf } from './assert.ts'
import { encode } from './percent-encoding.ts'
import { safeFileName } from './safe-file-name.ts'

/** What a browser does with an answer: save it, or show it if it can. */
export type Disposition = 'attachment' | 'inline'

/** Checks a disposition. */
function assertDisposition(value: unknown, name: string): asserts value is Disposition {
  assertOneOf(value, name, ['attachment', 'inline'])
}

/**
 * The value of `Content-Disposition` that has an answer saved (or shown) under a name, in any language (RFC 6266, RFC 8187).
 *
 * The name is made safe first: what could be a path, a control or a device becomes `_`, dots and spaces around it go, and more
 * than 240 bytes are shortened before the extension. `downloadName` tells what comes out of it.
 *
 * @throws {TypeError} An argument is no string.
 * @throws {RangeError} The name is empty or holds half of a surrogate pair; the disposition is another word.
 */
export function toContentDisposition(filename: string, disposition: Disposition = 'attachment'): string {
  assertDisposition(disposition, 'disposition')
  return writeDisposition(disposition, safeFileName(filename, 'filename'))
}

/** The header for a safe name. */
function writeDisposition(disposition: Disposition, name: string): string {
  // Clients that do not know filename* get its ASCII; some of them decode percent escapes in it (RFC 6266, appendix D).
  const ascii = name.replace(/[^ -$&-~]/gu, '_')
  const value = `${disposition}; filename="${ascii}"`
  return ascii === name ? value : `${value}; filename*=UTF-8''${encode(name)}`
}
