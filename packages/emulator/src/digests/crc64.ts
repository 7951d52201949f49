import { type Crc64Kernel, createCrc64Kernel } from './crc64-kernel.ts'

/** CRC-64 of bytes that come in pieces. */
export interface Crc64 {
  /** Takes the next bytes. */
  update(bytes: Uint8Array): void
  /** The checksum of all bytes so far, as COS prints it: an unsigned decimal. More bytes may follow. */
  digest(): string
}

/** One for all: a call ends before the next one begins. Made when it is needed first, which takes some milliseconds. */
let sharedKernel: Crc64Kernel | undefined

/**
 * Starts a CRC-64/ECMA-182 in its reflected form ("CRC-64/XZ"), the one in the `x-cos-hash-crc64ecma` header.
 *
 * @example
 * const crc64 = createCrc64()
 * crc64.update(Buffer.from('123456789'))
 * crc64.digest() // '11051210869376104954'
 */
export function createCrc64(): Crc64 {
  let crc = -1n
  return {
    update(bytes) {
      sharedKernel ??= createCrc64Kernel()
      const { input, update } = sharedKernel
      for (let at = 0; at < bytes.length; at += input.length) {
        const piece = bytes.subarray(at, at + input.length)
        input.set(piece)
        crc = update(crc, piece.length)
      }
    },
    digest: () => BigInt.asUintN(64, ~crc).toString(),
  }
}
