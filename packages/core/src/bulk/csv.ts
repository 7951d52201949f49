/* Rows of CSV (RFC 4180) in bytes, for the engine without WebAssembly; assembly/records.ts does the same. */

const LF = 0x0a
const QUOTE = 0x22
const COMMA = 0x2c
const PERCENT = 0x25

/** Where the row ends that begins at `from`: its LF outside of quotes, or -1. */
export function endOfRow(bytes: Uint8Array, from: number): number {
  let isQuoted = false
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === QUOTE) isQuoted = !isQuoted
    else if (bytes[at] === LF && !isQuoted) return at
  }
  return -1
}

/** A field of a row, without its quotes; `undefined` if the row has too few. */
export function fieldOf(row: Uint8Array, column: number): Uint8Array | undefined {
  let field = 0
  let from = 0
  let isQuoted = false
  for (let at = 0; at < row.length; at++) {
    if (row[at] === QUOTE) isQuoted = !isQuoted
    if (row[at] !== COMMA || isQuoted) continue
    if (field === column) return unquote(row.subarray(from, at))
    field++
    from = at + 1
  }
  return field === column ? unquote(row.subarray(from)) : undefined
}

function unquote(field: Uint8Array): Uint8Array {
  const last = field.length - 1
  if (last < 1 || field[0] !== QUOTE || field[last] !== QUOTE) return field
  const text = new Uint8Array(last)
  let length = 0
  for (let at = 1; at < last; at++) {
    // Two quotes are one.
    if (field[at] === QUOTE && at + 1 < last && field[at + 1] === QUOTE) at++
    text[length++] = field[at] as number
  }
  return text.subarray(0, length)
}

/** Decodes percent-encoding; `undefined` if a `%` begins no escape. */
export function percentDecode(bytes: Uint8Array): Uint8Array | undefined {
  if (!bytes.includes(PERCENT)) return bytes
  const decoded = new Uint8Array(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte !== PERCENT) {
      decoded[length++] = byte
      continue
    }
    const hex = String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0)
    if (!/^[0-9A-Fa-f]{2}$/.test(hex)) return undefined
    decoded[length++] = Number.parseInt(hex, 16)
    at += 2
  }
  return decoded.subarray(0, length)
}
