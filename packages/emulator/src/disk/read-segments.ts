import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ByteChoice } from '../store.ts'
import type { Segment } from './segments.ts'

/** Bytes read at once; as many or fewer are no stream. */
const READ_BYTES = 128 * 1024

/** A file, or a piece of one: inclusive offsets. */
interface Piece {
  readonly file: string
  readonly start: number
  readonly end: number
}

/**
 * The bytes of an object from its files, one after the other.
 *
 * @param openFile - `undefined` when there is none.
 * @param toError - What is wrong with a file that is missing or too short.
 * @returns Once the first file is open.
 */
export async function readSegments(
  segments: readonly Segment[],
  choice: ByteChoice,
  openFile: (file: string) => Promise<FileHandle | undefined>,
  toError: (file: string) => Error,
): Promise<Uint8Array | Readable> {
  const [first, ...others] = toPieces(segments, choice)
  if (first === undefined) return new Uint8Array()
  const handle = await open(first)
  if (others.length === 0 && first.end - first.start < READ_BYTES) return await readBytes(handle, first)
  const body = read(handle, first)
  if (others.length === 0) return body
  const joined = Readable.from(join(body, others), { objectMode: false })
  // A generator that was never begun does not close what it was given.
  joined.once('close', () => body.destroy())
  return joined

  async function* join(body: Readable, pieces: readonly Piece[]): AsyncGenerator<Buffer> {
    yield* body
    for (const piece of pieces) yield* read(await open(piece), piece)
  }

  async function open({ file }: Piece): Promise<FileHandle> {
    const handle = await openFile(file)
    if (handle === undefined) throw toError(file)
    return handle
  }

  async function readBytes(handle: FileHandle, { file, start, end }: Piece): Promise<Uint8Array> {
    try {
      const bytes = Buffer.allocUnsafeSlow(end - start + 1)
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start)
      if (bytesRead < bytes.length) throw toError(file)
      return bytes
    } finally {
      await handle.close()
    }
  }
}

/** The handle belongs to the stream, and keeps the bytes readable even when the file is removed. */
function read(handle: FileHandle, { start, end }: Piece): Readable {
  return handle.createReadStream({ start, end, highWaterMark: READ_BYTES })
}

function toPieces(segments: readonly Segment[], choice: ByteChoice): Piece[] {
  if (choice === 'none') return []
  const range = choice === 'all' ? { start: 0, end: Number.POSITIVE_INFINITY } : choice
  const pieces: Piece[] = []
  let offset = 0
  for (const { file, size } of segments) {
    const start = Math.max(range.start - offset, 0)
    const end = Math.min(range.end - offset, size - 1)
    if (start <= end) pieces.push({ file, start, end })
    offset += size
  }
  return pieces
}
