const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 (RFC 4648, section 4: standard alphabet, padded) of bytes, one character each. */
export function encodeBase64(bytes: string): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at
    const word = (byteAt(bytes, at) << 16) | (byteAt(bytes, at + 1) << 8) | byteAt(bytes, at + 2)
    text += digit(word >> 18) + digit(word >> 12)
    text += left > 1 ? digit(word >> 6) : '='
    text += left > 2 ? digit(word) : '='
  }
  return text
}

/** The bytes of a Base64 text, one character each; `undefined` when it is not exactly what {@link encodeBase64} writes. */
export function decodeBase64(text: string): string | undefined {
  if (!/^(?:[\w+/]{4})*(?:[\w+/]{2}==|[\w+/]{3}=)?$/.test(text) || text.includes('_')) return undefined
  let bytes = ''
  for (let at = 0; at < text.length; at += 4) {
    let word = 0
    for (let next = at; next < at + 4; next++)
      word = (word << 6) | Math.max(0, ALPHABET.indexOf(text.charAt(next)))
    bytes += String.fromCharCode(word >> 16, (word >> 8) & 0xff, word & 0xff)
  }
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const whole = bytes.slice(0, bytes.length - padding)
  // The bits that padding leaves over must be zero, or two texts would say the same.
  return bytes.endsWith('\0'.repeat(padding)) ? whole : undefined
}

function byteAt(bytes: string, at: number): number {
  // NaN past the end, which counts as 0 in a shift.
  return bytes.charCodeAt(at)
}

function digit(word: number): string {
  return ALPHABET.charAt(word & 63)
}
