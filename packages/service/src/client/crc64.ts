/* CRC-64/XZ (ECMA-182, reflected), as COS tells it of each object: documentation 436/40334. Two halves of 32 bits, because BigInt is slow. */

const POLYNOMIAL_HIGH = 0xc96c5795
const POLYNOMIAL_LOW = 0xd7870f42
const CHUNK_BYTES = 1024 ** 2

/** The checksum of bytes, read a mebibyte at a time, as decimal digits. */
export async function crc64Of(bytes: Blob, signal?: AbortSignal): Promise<string> {
  const { high: highs, low: lows } = makeTable()
  let high = -1
  let low = -1
  for (let from = 0; from < bytes.size; from += CHUNK_BYTES) {
    signal?.throwIfAborted()
    for (const byte of new Uint8Array(await bytes.slice(from, from + CHUNK_BYTES).arrayBuffer())) {
      const at = (low ^ byte) & 0xff
      low = ((low >>> 8) | (high << 24)) ^ (lows[at] as number)
      high = (high >>> 8) ^ (highs[at] as number)
    }
  }
  return ((BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0)).toString()
}

/** Made when it is needed, which is seldom. */
function makeTable(): { readonly high: Int32Array; readonly low: Int32Array } {
  const table = { high: new Int32Array(256), low: new Int32Array(256) }
  for (let index = 0; index < 256; index++) {
    let high = 0
    let low = index
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = low & 1
      low = (low >>> 1) | (high << 31)
      high >>>= 1
      if (isOdd) {
        low ^= POLYNOMIAL_LOW
        high ^= POLYNOMIAL_HIGH
      }
    }
    table.high[index] = high
    table.low[index] = low
  }
  return table
}
