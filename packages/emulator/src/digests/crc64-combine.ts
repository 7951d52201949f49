import { POLYNOMIAL_HIGH, POLYNOMIAL_LOW } from './crc64-kernel.ts'

/** Bytes of which only the checksum and the number are known. */
export interface ChecksummedBytes {
  readonly size: number
  /** An unsigned decimal. */
  readonly crc64: string
}

/** A polynomial of degree 63 or less, in the order of the checksum: the highest bit is the coefficient of x^0. */
interface Polynomial {
  readonly high: number
  readonly low: number
}

const ONE: Polynomial = { high: 1 << 31, low: 0 }
/** x^8: what a byte behind does to a checksum. */
const BYTE: Polynomial = { high: 1 << 23, low: 0 }

/**
 * The CRC-64 of all these bytes, one after the other, without the bytes: a checksum with bytes behind it is multiplied by
 * x^8 for each of them, and the checksum of those is added.
 */
export function combineCrc64(pieces: Iterable<ChecksummedBytes>): string {
  let sum: Polynomial = { high: 0, low: 0 }
  // Parts have one size nearly always, and the power is what takes the time.
  let lastSize = 0
  let shift = ONE
  for (const { size, crc64 } of pieces) {
    if (size !== lastSize) shift = power(BYTE, size)
    lastSize = size
    const shifted = multiply(sum, shift)
    const added = parse(crc64)
    sum = { high: shifted.high ^ added.high, low: shifted.low ^ added.low }
  }
  return ((BigInt(sum.high >>> 0) << 32n) | BigInt(sum.low >>> 0)).toString()
}

function parse(crc64: string): Polynomial {
  const value = BigInt(crc64)
  return { high: Number(value >> 32n), low: Number(value & 0xffffffffn) }
}

function power(base: Polynomial, exponent: number): Polynomial {
  let result = ONE
  let factor = base
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, factor)
    factor = multiply(factor, factor)
  }
  return result
}

/** Modulo the polynomial of the checksum. */
function multiply(a: Polynomial, b: Polynomial): Polynomial {
  let { high, low } = b
  let productHigh = 0
  let productLow = 0
  for (const word of [a.high, a.low]) {
    for (let bit = 31; bit >= 0; bit--) {
      if (((word >>> bit) & 1) === 1) {
        productHigh ^= high
        productLow ^= low
      }
      // b times x.
      const isOdd = (low & 1) === 1
      low = (low >>> 1) | (high << 31)
      high >>>= 1
      if (isOdd) {
        low ^= POLYNOMIAL_LOW
        high ^= POLYNOMIAL_HIGH
      }
    }
  }
  return { high: productHigh, low: productLow }
}
