const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Decodes Base64 (RFC 4648, section 4) to bytes, one character each; characters outside the alphabet are skipped. */
export function decodeBase64(text: string): string {
  const bytes: string[] = []
  let bits = 0
  let value = 0
  for (const character of text) {
    const digit = ALPHABET.indexOf(character)
    if (digit < 0) continue
    value = ((value << 6) | digit) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes.push(String.fromCharCode((value >> bits) & 0xff))
  }
  return bytes.join('')
}
