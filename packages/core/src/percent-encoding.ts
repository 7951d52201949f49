import { isBytes } from './utf8.ts'

/*
 * COS percent-encoding (documentation 436/7778): UTF-8, everything but A-Z a-z 0-9 - _ . ~ as %XX with upper-case
 * digits. In the canonical strings the encoded *names* are then lower-cased as a whole, hex digits included.
 */

const UNRESERVED = /^[\w.~-]*$/

/** Encodes a name or value. The text must be well formed. */
export function encode(text: string): string {
  if (UNRESERVED.test(text)) return text
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** The form of a name in canonical strings and lists. */
export function encodeName(name: string): string {
  return encode(name).toLowerCase()
}

/**
 * Encodes an object key for a URL path: `/` stays, and `./` becomes `.%2F`, so that no client collapses `a/../b` (the
 * vendor's Python SDK does the same).
 */
export function encodePath(key: string): string {
  const encoded = /^[\w.~/-]*$/.test(key) ? key : encode(key).replaceAll('%2F', '/')
  return encoded.includes('./') ? encoded.replaceAll('./', '.%2F') : encoded
}

/**
 * Percent-decodes text from a request line once, to bytes (one character each).
 *
 * @param raw - One character a byte. A `%` that begins no escape stands for itself.
 * @param plusIsSpace - True in a query, where form encoding is usual; false in a path.
 */
export function decodeToBytes(raw: string, plusIsSpace: boolean): string {
  if (!/[%+]/.test(raw)) return raw
  const spaced = plusIsSpace ? raw.replaceAll('+', ' ') : raw
  return spaced.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** Encodes bytes (one character each) by the same rule as {@link encode}, valid UTF-8 or not. */
export function encodeBytes(bytes: string): string {
  return UNRESERVED.test(bytes) ? bytes : bytes.replace(/[^\w.~-]/g, hexEscape)
}

/** Percent-decodes a path as UTF-8; `undefined` when it is not valid UTF-8 or holds a `%` that begins no escape. */
export function decodePath(raw: string): string | undefined {
  if (!isBytes(raw)) return undefined
  try {
    return decodeURIComponent(raw.replace(/[\x80-\xff]/g, hexEscape))
  } catch {
    return undefined
  }
}

function hexEscape(byte: string): string {
  const code = byte.charCodeAt(0)
  return `${code < 16 ? '%0' : '%'}${code.toString(16).toUpperCase()}`
}
