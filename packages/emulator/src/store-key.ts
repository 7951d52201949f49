import { Buffer } from 'node:buffer'

/** The longest object key, in UTF-8 bytes, as COS has it. */
export const MAX_KEY_BYTES = 850

/** Whether a store can have an object of this key: 1 to 850 bytes of UTF-8, no lone surrogate. */
export function isStorableKey(key: string): boolean {
  const bytes = Buffer.from(key)
  return bytes.length > 0 && bytes.length <= MAX_KEY_BYTES && bytes.toString() === key
}

/** @throws {RangeError} When no store can have an object of this key. */
export function assertStorableKey(key: string): void {
  if (!isStorableKey(key)) {
    throw new RangeError(`"key" must be 1 to ${MAX_KEY_BYTES} bytes of UTF-8 without a lone surrogate`)
  }
}

/**
 * Orders two keys by their UTF-8 bytes. JavaScript's own order goes by UTF-16 and puts an emoji, which is a pair of
 * surrogates, before U+E000 to U+FFFF.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const unitOfA = a.charCodeAt(index)
    const unitOfB = b.charCodeAt(index)
    if (unitOfA !== unitOfB) return toRank(unitOfA) - toRank(unitOfB)
  }
  return a.length - b.length
}

/** Moves the surrogates behind all other units, where their code points are. */
function toRank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
