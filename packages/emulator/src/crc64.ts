/** CRC-64 of bytes that come in pieces. */
export interface Crc64 {
  /** Takes the next bytes. */
  update(bytes: Uint8Array): void
  /** The checksum of all bytes so far, as COS prints it: an unsigned decimal. More bytes may follow. */
  digest(): string
}

// ECMA-182, annex B, reflected: 0xC96C5795D7870F42, high and low half.
export const POLYNOMIAL_HIGH = 0xc96c5795
export const POLYNOMIAL_LOW = 0xd7870f42

/** Bytes taken in one step of the main loop. */
const SLICES = 8
/** Numbers in the table for one slice: two halves for each byte. */
const SLICE_LENGTH = 512
const TABLE = createTable()

/**
 * Starts a CRC-64/ECMA-182 in its reflected form ("CRC-64/XZ"), the one in the `x-cos-hash-crc64ecma` header.
 *
 * @example
 * const crc64 = createCrc64()
 * crc64.update(Buffer.from('123456789'))
 * crc64.digest() // '11051210869376104954'
 */
export function createCrc64(): Crc64 {
  // The checksum as two halves of 32 bits: a BigInt would be allocated for every byte.
  let high = ~0
  let low = ~0

  return { update, digest }

  function update(bytes: Uint8Array): void {
    const { length } = bytes
    const view = new DataView(bytes.buffer, bytes.byteOffset, length)
    const table = TABLE
    let h = high
    let l = low
    let at = 0
    for (; at + SLICES <= length; at += SLICES) {
      l ^= view.getInt32(at, true)
      h ^= view.getInt32(at + 4, true)
      // The first byte has seven after it in this step, the last none: slices 7 to 0. Their offsets are literals, because
      // with the constants from above the loop is a third slower (Node 20).
      const b0 = 0xe00 + ((l & 0xff) << 1)
      const b1 = 0xc00 + ((l >>> 7) & 0x1fe)
      const b2 = 0xa00 + ((l >>> 15) & 0x1fe)
      const b3 = 0x800 + ((l >>> 23) & 0x1fe)
      const b4 = 0x600 + ((h & 0xff) << 1)
      const b5 = 0x400 + ((h >>> 7) & 0x1fe)
      const b6 = 0x200 + ((h >>> 15) & 0x1fe)
      const b7 = (h >>> 23) & 0x1fe
      l =
        pick(table, b0) ^
        pick(table, b1) ^
        pick(table, b2) ^
        pick(table, b3) ^
        pick(table, b4) ^
        pick(table, b5) ^
        pick(table, b6) ^
        pick(table, b7)
      h =
        pick(table, b0 + 1) ^
        pick(table, b1 + 1) ^
        pick(table, b2 + 1) ^
        pick(table, b3 + 1) ^
        pick(table, b4 + 1) ^
        pick(table, b5 + 1) ^
        pick(table, b6 + 1) ^
        pick(table, b7 + 1)
    }
    for (; at < length; at++) {
      const entry = ((l ^ view.getUint8(at)) & 0xff) << 1
      l = ((l >>> 8) | (h << 24)) ^ pick(table, entry)
      h = (h >>> 8) ^ pick(table, entry + 1)
    }
    high = h
    low = l
  }

  function digest(): string {
    return ((BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0)).toString()
  }
}

/** Every index is in range; the cast is for the compiler. */
function pick(table: Int32Array, index: number): number {
  return table[index] as number
}

/**
 * Slice `s` has the checksum of each byte followed by `s` zero bytes, so that the bytes of one step are looked up
 * independently of each other. Low and high half of an entry are neighbours, for the processor's cache.
 */
function createTable(): Int32Array {
  const table = new Int32Array(SLICES * SLICE_LENGTH)
  for (let byte = 0; byte < 256; byte++) {
    const [low, high] = divide(byte)
    table[byte * 2] = low
    table[byte * 2 + 1] = high
  }
  for (let index = SLICE_LENGTH; index < table.length; index += 2) {
    const low = pick(table, index - SLICE_LENGTH)
    const high = pick(table, index - SLICE_LENGTH + 1)
    const entry = (low & 0xff) * 2
    table[index] = ((low >>> 8) | (high << 24)) ^ pick(table, entry)
    table[index + 1] = (high >>> 8) ^ pick(table, entry + 1)
  }
  return table
}

/** The remainder of one byte, bit by bit: low and high half. */
function divide(byte: number): [number, number] {
  let low = byte
  let high = 0
  for (let bit = 0; bit < 8; bit++) {
    const isOdd = low & 1
    low = (low >>> 1) | (high << 31)
    high >>>= 1
    if (isOdd !== 0) {
      low ^= POLYNOMIAL_LOW
      high ^= POLYNOMIAL_HIGH
    }
  }
  return [low, high]
}
