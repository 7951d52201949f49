import { crc32 } from 'node:zlib'
import type { SignedBlock } from './block-signer.ts'

/** Writes signed blocks, each once the one before is written. */
export interface BlockWriter {
  write(block: SignedBlock): Promise<void>
  /** Writes what follows the last block. */
  end(): Promise<void>
}

type Write = (bytes: Uint8Array) => Promise<void>

/** Writes lines as they are. */
export function createLineWriter(write: Write): BlockWriter {
  return { write: ({ output }) => write(output), end: async () => undefined }
}

/** No flags and no time; lines that end as on Unix, wherever they are written (RFC 1952, section 2.3.1). */
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3)
/** The block that is the last, with fixed codes and nothing in it (RFC 1951, section 3.2.3). */
const LAST_BLOCK = Uint8Array.of(3, 0)

/** Writes a gzip file of one member, from blocks that were deflated each by itself. */
export async function startGzipWriter(write: Write): Promise<BlockWriter> {
  let checksum = 0
  let length = 0
  await write(GZIP_HEADER)
  return {
    async write({ output, lines }) {
      checksum = crc32(lines, checksum)
      length += lines.length
      await write(output)
    },
    async end() {
      const trailer = Buffer.alloc(8)
      trailer.writeUInt32LE(checksum, 0)
      trailer.writeUInt32LE(length % 2 ** 32, 4)
      await write(Buffer.concat([LAST_BLOCK, trailer]))
    },
  }
}
