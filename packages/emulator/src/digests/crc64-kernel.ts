/*
 * The loop over the bytes, in WebAssembly: 64-bit integers in registers, which JavaScript does not have. The module is put
 * together here, instruction by instruction, so that there is no blob to be trusted and no compiler to be installed.
 */

/** Bytes taken in one step: each is looked up in a slice of the table by itself, so the look-ups do not wait for each other. */
const SLICES = 16
/** 256 checksums of 8 bytes. */
const SLICE_BYTES = 2048
const TABLE_BYTES = SLICES * SLICE_BYTES
const PAGES = 2

// ECMA-182, annex B, reflected: 0xC96C5795D7870F42, high and low half.
export const POLYNOMIAL_HIGH = 0xc96c5795
export const POLYNOMIAL_LOW = 0xd7870f42
const POLYNOMIAL = (BigInt(POLYNOMIAL_HIGH) << 32n) | BigInt(POLYNOMIAL_LOW)

// WebAssembly Core Specification, sections 5.3 to 5.5.
const I32 = 0x7f
const I64 = 0x7e
const END = 0x0b
const BLOCK = [0x02, 0x40]
const LOOP = [0x03, 0x40]
const branch = (depth: number): number[] => [0x0c, depth]
const branchIf = (depth: number): number[] => [0x0d, depth]
const get = (local: number): number[] => [0x20, local]
const set = (local: number): number[] => [0x21, local]
const i32 = (value: number): number[] => [0x41, ...toSigned(value)]
const i64 = (value: number): number[] => [0x42, ...toSigned(value)]
const i64Load = (offset: number): number[] => [0x29, 3, ...toUnsigned(offset)]
const i32Load8 = (offset: number): number[] => [0x2d, 0, ...toUnsigned(offset)]
const I32_GT_S = 0x4a
const I32_GE_S = 0x4e
const I32_ADD = 0x6a
const I32_SUB = 0x6b
const I32_AND = 0x71
const I32_XOR = 0x73
const I32_SHL = 0x74
const I32_WRAP = 0xa7
const I64_XOR = 0x85
const I64_SHR_U = 0x88

// Locals: the parameters, and what a step works with.
const CRC = 0
const AT = 1
const STOP = 2
const LAST_STEP = 3
const WORDS = [4, 5] as const

/** As far as it is used here: the types of Node.js 20 do not have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

/** Where the bytes are put that the next call is about. */
export interface Crc64Kernel {
  /** As many as one call takes. */
  readonly input: Uint8Array
  /**
   * @param crc - Of the bytes before, inverted as it is between calls.
   * @param length - How many bytes there are in the input.
   */
  update(crc: bigint, length: number): bigint
}

export function createCrc64Kernel(): Crc64Kernel {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(assemble())))
  // What `assemble` exports.
  const { memory, update } = instance.exports as {
    memory: { readonly buffer: ArrayBuffer }
    update(crc: bigint, at: number, stop: number): bigint
  }
  new BigUint64Array(memory.buffer, 0, TABLE_BYTES / 8).set(createTable())
  return {
    input: new Uint8Array(memory.buffer, TABLE_BYTES),
    update: (crc, length) => update(crc, TABLE_BYTES, TABLE_BYTES + length),
  }
}

/** Slice `s` has the checksum of each byte followed by `s` zero bytes. */
function createTable(): BigUint64Array {
  const table = new BigUint64Array(TABLE_BYTES / 8)
  for (let byte = 0; byte < 256; byte++) {
    let remainder = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) {
      remainder = (remainder & 1n) === 1n ? (remainder >> 1n) ^ POLYNOMIAL : remainder >> 1n
    }
    table[byte] = remainder
  }
  for (let index = 256; index < table.length; index++) {
    const before = table[index - 256] ?? 0n
    table[index] = (before >> 8n) ^ (table[Number(before & 0xffn)] ?? 0n)
  }
  return table
}

function assemble(): number[] {
  return [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, 3, I64, I32, I32, 1, I64]]),
    ...section(3, [[0]]),
    ...section(5, [[0, PAGES]]),
    ...section(7, [
      [...toName('memory'), 2, 0],
      [...toName('update'), 0, 0],
    ]),
    ...section(10, [
      sized([2, 1, I32, WORDS.length, I64, ...loopOverSteps(), ...loopOverRest(), ...get(CRC), END]),
    ]),
  ]
}

/** Sixteen bytes a step, as long as there are so many. */
function loopOverSteps(): number[] {
  const lookups = WORDS.flatMap((word, index) =>
    Array.from({ length: 8 }, (_, byte) => lookUp(word, byte, SLICES - 1 - index * 8 - byte)),
  )
  return [
    ...[...get(STOP), ...i32(SLICES), I32_SUB, ...set(LAST_STEP)],
    ...[...BLOCK, ...LOOP, ...get(AT), ...get(LAST_STEP), I32_GT_S, ...branchIf(1)],
    ...[...get(AT), ...i64Load(0), ...get(CRC), I64_XOR, ...set(WORDS[0])],
    ...[...get(AT), ...i64Load(8), ...set(WORDS[1])],
    ...[...sum(lookups), ...set(CRC)],
    ...[...get(AT), ...i32(SLICES), I32_ADD, ...set(AT), ...branch(0), END, END],
  ]
}

/** The checksum of a byte of a word, the first of which is the lowest. */
function lookUp(word: number, byte: number, slice: number): number[] {
  // The byte times eight, which is how long an entry is.
  const shifted =
    byte === 0
      ? [...get(word), I32_WRAP, ...i32(3), I32_SHL]
      : [...get(word), ...i64(byte * 8 - 3), I64_SHR_U, I32_WRAP]
  return [...shifted, ...i32(0xff << 3), I32_AND, ...i64Load(slice * SLICE_BYTES)]
}

/** As a tree, so that no addition waits for more than four others. */
function sum(terms: readonly number[][]): number[] {
  if (terms.length === 1) return terms[0] as number[]
  const half = terms.length / 2
  return [...sum(terms.slice(0, half)), ...sum(terms.slice(half)), I64_XOR]
}

/** The last bytes, one by one. */
function loopOverRest(): number[] {
  return [
    ...[...BLOCK, ...LOOP, ...get(AT), ...get(STOP), I32_GE_S, ...branchIf(1)],
    ...[
      ...get(CRC),
      I32_WRAP,
      ...get(AT),
      ...i32Load8(0),
      I32_XOR,
      ...i32(0xff),
      I32_AND,
      ...i32(3),
      I32_SHL,
      ...i64Load(0),
    ],
    ...[...get(CRC), ...i64(8), I64_SHR_U, I64_XOR, ...set(CRC)],
    ...[...get(AT), ...i32(1), I32_ADD, ...set(AT), ...branch(0), END, END],
  ]
}

function section(id: number, entries: readonly number[][]): number[] {
  return [id, ...sized([...toUnsigned(entries.length), ...entries.flat()])]
}

function sized(bytes: readonly number[]): number[] {
  return [...toUnsigned(bytes.length), ...bytes]
}

function toName(name: string): number[] {
  return sized([...Buffer.from(name)])
}

/** LEB128. */
function toUnsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...toUnsigned(value >>> 7)]
}

/** LEB128 with a sign, which must not be where a bit of these numbers is. */
function toSigned(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...toSigned(value >> 7)]
}
