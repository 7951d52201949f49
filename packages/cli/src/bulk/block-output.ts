import { crc32 } from 'node:zlib'
import { type PlainFile, writeAllSync } from '../io/plain-file.ts'
import type { SignedBlock } from './block-signer.ts'
import type { Thread } from './thread.ts'

/** A block that is signed, and not yet written. */
export interface UnwrittenBlock extends Omit<SignedBlock, 'output'> {
  /** Writes it, once the block before it is written. */
  write(): Promise<void>
}

/** A file in which lines have their place, whoever writes them. */
export interface PlainTarget {
  readonly file: PlainFile
  /** Where the next line belongs, in bytes from the file's beginning. */
  position: number
}

/** How signed blocks are written. */
export interface BlockOutput {
  /** `undefined` where bytes can only follow each other. */
  readonly target: PlainTarget | undefined
  /** Lets a thread sign a block. */
  sign(thread: Thread, block: Uint8Array): Promise<UnwrittenBlock>
  /** Writes what follows the last block. */
  end(): Promise<void>
}

type Write = (bytes: Uint8Array) => Promise<void>

/** Writes lines as they are, one block after the other. */
export function createLineOutput(write: Write): BlockOutput {
  return {
    target: undefined,
    sign: (thread, block) => signToWrite(thread, block, write),
    end: async () => undefined,
  }
}

/** Writes lines to a file from its beginning on. */
export function createFileOutput(file: PlainFile): BlockOutput {
  const target = { file, position: 0 }
  const output = createLineOutput((bytes) => {
    writeAllSync(file, bytes, target.position)
    target.position += bytes.length
    return Promise.resolve()
  })
  return { ...output, target }
}

/** No flags and no time; lines that end as on Unix, wherever they are written (RFC 1952, section 2.3.1). */
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3)
/** The block that is the last, with fixed codes and nothing in it (RFC 1951, section 3.2.3). */
const LAST_BLOCK = Uint8Array.of(3, 0)

/** Writes a gzip file of one member, from blocks that were deflated each by itself. */
export async function startGzipOutput(write: Write): Promise<BlockOutput> {
  let checksum = 0
  let length = 0
  await write(GZIP_HEADER)
  return {
    target: undefined,
    sign: (thread, block) =>
      signToWrite(thread, block, async (bytes, lines) => {
        checksum = crc32(lines, checksum)
        length += lines.length
        await write(bytes)
      }),
    async end() {
      const trailer = Buffer.alloc(8)
      trailer.writeUInt32LE(checksum, 0)
      trailer.writeUInt32LE(length % 2 ** 32, 4)
      await write(Buffer.concat([LAST_BLOCK, trailer]))
    },
  }
}

async function signToWrite(
  thread: Thread,
  block: Uint8Array,
  write: (bytes: Uint8Array, lines: Uint8Array) => Promise<void>,
): Promise<UnwrittenBlock> {
  const { records, badKeys, linesBytes, input, output } = await thread.sign(block)
  const { bytes, lines } = output
  // Not `...signed` and more: V8 keeps each object made so until it collects all garbage, and gives young objects more memory for them.
  return {
    records,
    badKeys,
    linesBytes,
    input,
    async write() {
      if (lines.length > 0) await write(bytes, lines)
      thread.giveBack(lines.buffer as ArrayBuffer)
    },
  }
}
