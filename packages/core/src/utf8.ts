/**
 * A text's UTF-8 bytes as a string in which each character is one byte.
 *
 * @param text - Without lone surrogates ({@link isWellFormed}).
 */
export function toUtf8Bytes(text: string): string {
  return encodeURIComponent(text).replace(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** Reads bytes (one character each) as UTF-8; `undefined` when they are not valid UTF-8. */
export function fromUtf8Bytes(bytes: string): string | undefined {
  if (/^[\0-\x7f]*$/.test(bytes)) return bytes
  try {
    return decodeURIComponent(bytes.replace(/[%\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`))
  } catch {
    return undefined
  }
}

/** Whether a text has no lone surrogate, that is, has a UTF-8 form. */
export function isWellFormed(text: string): boolean {
  // ES2024 has it built in: nothing to do for a text in Latin-1, where a pattern looks at every character.
  return (text as { isWellFormed?(): boolean }).isWellFormed?.() ?? !/\p{Surrogate}/u.test(text)
}

/** Whether every character is one byte, as Node.js delivers a request line and header values. */
export function isBytes(text: string): boolean {
  return /^[\0-\xff]*$/.test(text)
}

/**
 * Reads a header value as it comes from the wire, one character a byte: as UTF-8 where that is valid, else as Latin-1.
 * A text that holds other characters was decoded before and is returned as it is.
 */
export function fromWire(value: string): string {
  return isBytes(value) ? (fromUtf8Bytes(value) ?? value) : value
}

/** How many bytes a text has in UTF-8. */
export function utf8LengthOf(text: string): number {
  return encodeURIComponent(text).replace(/%../g, '-').length
}
