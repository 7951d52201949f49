import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CliError } from '../errors.ts'

/**
 * A record that has not ended after so many bytes is bad; only its beginning is kept. The signer's limit too: both must agree where
 * the record after it begins, which for CSV is the next line, whatever the quotes say.
 */
export const MAX_RECORD_BYTES: number = 128 * 1024

/** Where blocks come from. */
export interface BlockSupply {
  /** How much of the input to put into a block at a time. A block with a record that ends in it is that long, about. */
  pieceBytes(): number
  /** Memory for a block, which then belongs to whoever takes the block. */
  takeMemory(): Uint8Array
}

const GZIP = [0x1f, 0x8b]
const MARK = [0xef, 0xbb, 0xbf]
const QUOTE = 0x22

/** How records end. */
export interface RecordEnds {
  /** LF or NUL. */
  readonly separator: number
  /** Whether a line end within quotes ends none (RFC 4180). */
  readonly hasQuotes: boolean
}

/** Whether an input is compressed. */
export function isGzip(beginning: Uint8Array): boolean {
  return GZIP.every((byte, at) => beginning[at] === byte)
}

/**
 * Decompresses an input if it is gzip, which its first two bytes tell: no key in UTF-8 begins so. A chunk of the input is only used
 * until the next is asked for.
 */
export async function* gunzipped(input: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const chunks = input[Symbol.asyncIterator]()
  let beginning = new Uint8Array()
  // A pipe may give a single byte.
  for (let isDone = false; beginning.length < GZIP.length && !isDone; ) {
    const next = await chunks.next()
    isDone = next.done === true
    if (!next.done) beginning = Buffer.concat([beginning, next.value])
  }
  const all = async function* (copy: (chunk: Uint8Array) => Uint8Array): AsyncGenerator<Uint8Array> {
    try {
      yield beginning
      for await (const chunk of { [Symbol.asyncIterator]: () => chunks }) yield copy(chunk)
    } finally {
      await chunks.return?.()
    }
  }
  if (!isGzip(beginning)) return yield* all((chunk) => chunk)
  const gunzip = createGunzip({ chunkSize: 128 * 1024 })
  // The stream takes chunks ahead of what it has decompressed. A failure of the input comes out of it, too.
  pipeline(Readable.from(all((chunk) => new Uint8Array(chunk))), gunzip, () => undefined)
  try {
    yield* gunzip
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError('ERR_CLI_CORRUPT', `${name} is no whole gzip file: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

/** Cuts an input into blocks of whole records, as they come. */
export async function* toBlocks(
  input: AsyncIterable<Uint8Array>,
  { separator, hasQuotes }: RecordEnds,
  supply: BlockSupply,
): AsyncGenerator<Uint8Array> {
  let block = supply.takeMemory()
  let length = 0
  let isFirst = true
  let isPassing = false
  for await (const chunk of piecesOf(input, supply)) {
    let bytes = chunk
    if (isPassing) {
      const end = chunk.indexOf(separator) + 1
      if (end === 0) continue
      bytes = chunk.subarray(end)
      isPassing = false
    }
    block = withRoom(block, length, bytes.length)
    block.set(bytes, length)
    length += bytes.length
    if (isFirst) {
      if (length < MARK.length) continue
      isFirst = false
      const mark = markLength(block.subarray(0, length), separator)
      block.copyWithin(0, mark, length)
      length -= mark
    }
    const end = endOfLast(block.subarray(0, length), separator, hasQuotes)
    isPassing = length - end >= MAX_RECORD_BYTES
    if (end === 0 && !isPassing) continue
    const whole = block.subarray(0, isPassing ? length : end)
    const open = block.subarray(whole.length, length)
    block = withRoom(supply.takeMemory(), 0, open.length)
    block.set(open)
    length = open.length
    yield whole
  }
  if (length > 0) yield block.subarray(0, length)
}

/** Larger chunks in pieces. */
async function* piecesOf(input: AsyncIterable<Uint8Array>, supply: BlockSupply): AsyncGenerator<Uint8Array> {
  for await (const chunk of input) {
    for (let at = 0, end = 0; at < chunk.length; at = end) {
      end = at + supply.pieceBytes()
      yield chunk.subarray(at, end)
    }
  }
}

/** The memory, or larger one with the same beginning. */
function withRoom(memory: Uint8Array, length: number, more: number): Uint8Array {
  if (length + more <= memory.length) return memory
  const larger = new Uint8Array(2 * (length + more))
  larger.set(memory.subarray(0, length))
  return larger
}

/** How long the byte order mark is that an input begins with, which is no part of the first key. */
export function markLength(beginning: Uint8Array, separator: number): number {
  return separator !== 0 && MARK.every((byte, at) => beginning[at] === byte) ? MARK.length : 0
}

/** After the last record that ends in a block; 0 if none does. */
function endOfLast(block: Uint8Array, separator: number, hasQuotes: boolean): number {
  if (!hasQuotes || !block.includes(QUOTE)) return block.lastIndexOf(separator) + 1
  let end = 0
  let isQuoted = false
  for (let at = 0; at < block.length; at++) {
    // What is too long ends at a line end within quotes, too.
    if (at - end >= MAX_RECORD_BYTES) isQuoted = false
    else if (block[at] === QUOTE) isQuoted = !isQuoted
    if (block[at] === separator && !isQuoted) end = at + 1
  }
  return end
}
