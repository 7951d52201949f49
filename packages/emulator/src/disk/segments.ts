import { Buffer } from 'node:buffer'

/** A file and how many of its bytes, from the first on, are an object's. */
export interface Segment {
  readonly file: string
  readonly size: number
}

/** A file's name in bytes, and its size. */
const ENTRY_BYTES = 16 + 6

/** Files that are one object's bytes, in order: 22 bytes each instead of 60 of JSON, as there may be ten thousand. */
export function encodeSegments(segments: readonly Segment[]): Buffer {
  const bytes = Buffer.alloc(segments.length * ENTRY_BYTES)
  for (const [index, { file, size }] of segments.entries()) {
    bytes.write(file, index * ENTRY_BYTES, 'hex')
    bytes.writeUIntBE(size, index * ENTRY_BYTES + 16, 6)
  }
  return bytes
}

/** See {@link encodeSegments}. */
export function decodeSegments(bytes: Buffer): Segment[] {
  return Array.from({ length: bytes.length / ENTRY_BYTES }, (_, index) => ({
    file: bytes.toString('hex', index * ENTRY_BYTES, index * ENTRY_BYTES + 16),
    size: bytes.readUIntBE(index * ENTRY_BYTES + 16, 6),
  }))
}
