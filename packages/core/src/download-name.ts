import { safeFileName } from './safe-file-name.ts'

/**
 * Predicts the name under which Chromium saves a download whose name was given as `Filename` (or to `toContentDisposition`), in a
 * directory that has no file of that name yet. Windows changes the extension of `.lnk` and `.local` files besides.
 *
 * @throws {TypeError} The name is no string.
 * @throws {RangeError} The name is empty or holds half of a surrogate pair.
 * @example
 * downloadName('../Übersicht: Q1/Q2.pdf') // '_Übersicht_ Q1_Q2.pdf'
 */
export function downloadName(filename: string): string {
  // Chromium takes no invisible character, not even the joiners.
  return safeFileName(filename, 'filename').replace(/[\u200c\u200d]/g, '_')
}
