import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CliError } from '../errors.ts'

/** A record that has not ended after so many bytes is bad; only its beginning is kept. */
const MAX_RECORD_BYTES = 1024 * 1024

const MARK = [0xef, 0xbb, 0xbf]
const QUOTE = 0x22

/** How records end. */
export interface RecordEnds {
  /** LF or NUL. */
  readonly separator: number
  /** Whether a line end within quotes ends none (RFC 4180). */
  readonly hasQuotes: boolean
}

/** Decompresses an input if it is gzip, which its first two bytes tell: no key in UTF-8 begins so. */
export async function* gunzipped(input: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const chunks = input[Symbol.asyncIterator]()
  const first = await chunks.next()
  if (first.done) return
  const all = (async function* () {
    yield first.value
    yield* { [Symbol.asyncIterator]: () => chunks }
  })()
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) return yield* all
  try {
    yield* Readable.from(all).pipe(createGunzip({ chunkSize: 128 * 1024 }))
  } catch (error) {
    throw new CliError('ERR_CLI_CORRUPT', `${name} is no whole gzip file: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

/** Cuts an input into blocks of whole records. A byte order mark is no part of the first key. */
export async function* toBlocks(
  input: AsyncIterable<Uint8Array>,
  { separator, hasQuotes }: RecordEnds,
): AsyncGenerator<Uint8Array> {
  /** The beginning of a record that has not ended. */
  let open: Uint8Array = new Uint8Array()
  let isFirst = true
  let isPassing = false
  for await (const chunk of input) {
    let block = open.length === 0 ? chunk : Buffer.concat([open, chunk])
    if (isFirst) {
      if (block.length < MARK.length) {
        open = block
        continue
      }
      block = withoutMark(block, separator)
      isFirst = false
    }
    if (isPassing) {
      const end = block.indexOf(separator) + 1
      isPassing = end === 0
      block = isPassing ? new Uint8Array() : block.subarray(end)
    }
    const end = endOfLast(block, separator, hasQuotes)
    if (end > 0) yield block.subarray(0, end)
    // A copy: the reader may use its memory again.
    open = new Uint8Array(block.subarray(end))
    if (open.length > MAX_RECORD_BYTES) {
      yield open
      open = new Uint8Array()
      isPassing = true
    }
  }
  if (open.length > 0) yield open
}

function withoutMark(block: Uint8Array, separator: number): Uint8Array {
  return separator !== 0 && MARK.every((byte, at) => block[at] === byte) ? block.subarray(MARK.length) : block
}

/** After the last record that ends in a block; 0 if none does. */
function endOfLast(block: Uint8Array, separator: number, hasQuotes: boolean): number {
  if (!hasQuotes || !block.includes(QUOTE)) return block.lastIndexOf(separator) + 1
  let end = 0
  let isQuoted = false
  for (let at = 0; at < block.length; at++) {
    if (block[at] === QUOTE) isQuoted = !isQuoted
    else if (block[at] === separator && !isQuoted) end = at + 1
  }
  return end
}
