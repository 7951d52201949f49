import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCrc64 } from '../src/digests/crc64.ts'
import { combineCrc64 } from '../src/digests/crc64-combine.ts'

// From the documentation (436/7749), the vendor's C++ SDK, and the catalogue's check value of CRC-64/XZ.
const KNOWN = [
  ['[Object Content]', '16749565679157681890'],
  ['ObjectContent', '2900061071848923409'],
  ['0123456789', '2838902930144391966'],
  ['123456789', '11051210869376104954'],
  ['', '0'],
] as const

test.each(KNOWN)('crc64 of %j is the published one', (text, expected) => {
  expect(crc64Of(Buffer.from(text))).toBe(expected)
})

test('crc64 does not depend on how the bytes are cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
      expect(crc64Of(...pieces)).toBe(crc64Of(Buffer.concat(pieces)))
    }),
  )
})

test('combined checksums are that of the whole, whatever the pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (pieces) => {
      const known = pieces.map((bytes) => ({ size: bytes.length, crc64: crc64Of(bytes) }))
      expect(combineCrc64(known)).toBe(crc64Of(Buffer.concat(pieces)))
    }),
  )
  expect(combineCrc64([])).toBe('0')
})

test('checksums of large pieces are combined without their bytes', () => {
  const zeros = Buffer.alloc(1024 ** 2)
  const crc64 = createCrc64()
  for (let piece = 0; piece < 64; piece++) crc64.update(zeros)
  crc64.update(Buffer.from('end'))
  const pieces = [
    { size: 40 * 1024 ** 2, crc64: repeated(40) },
    { size: 24 * 1024 ** 2, crc64: repeated(24) },
    { size: 3, crc64: crc64Of(Buffer.from('end')) },
  ]
  expect(combineCrc64(pieces)).toBe(crc64.digest())
  // Ten thousand parts of 5 GB, each of another size: a power of x for each.
  const many = Array.from({ length: 10_000 }, (_, index) => ({ size: 5 * 1024 ** 3 - index, crc64: '1' }))
  expect(combineCrc64(many)).toMatch(/^\d+$/)

  function repeated(count: number): string {
    return combineCrc64(Array.from({ length: count }, () => ({ size: zeros.length, crc64: crc64Of(zeros) })))
  }
})

test('crc64 is what the definition gives bit by bit', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(crc64Of(bytes)).toBe(divideBitByBit(bytes).toString())
    }),
  )
})

test('crc64 takes a view into a larger buffer', () => {
  const larger = Buffer.from('..123456789..')
  expect(crc64Of(larger.subarray(2, 11))).toBe('11051210869376104954')
})

test('crc64 goes on after a digest', () => {
  const crc64 = createCrc64()
  crc64.update(Buffer.from('1234'))
  crc64.digest()
  crc64.update(Buffer.from('56789'))
  expect(crc64.digest()).toBe('11051210869376104954')
})

function crc64Of(...pieces: Uint8Array[]): string {
  const crc64 = createCrc64()
  for (const piece of pieces) crc64.update(piece)
  return crc64.digest()
}

/** The textbook: one division step a bit, in BigInt. */
function divideBitByBit(bytes: Uint8Array): bigint {
  const allOnes = 0xffffffffffffffffn
  let remainder = allOnes
  for (const byte of bytes) {
    remainder ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) {
      remainder = (remainder >> 1n) ^ ((remainder & 1n) === 1n ? 0xc96c5795d7870f42n : 0n)
    }
  }
  return remainder ^ allOnes
}
