import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ByteRange } from '../store.ts'
import type { Segment } from './segments.ts'

/** Bytes read at once. */
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
 * @param openFile - Throws when there is no such file.
 * @returns Once the first file is open.
 */
export async function readSegments(
  segments: readonly Segment[],
  range: ByteRange | undefined,
  openFile: (file: string) => Promise<FileHandle>,
): Promise<Readable> {
  const [first, ...others] = toPieces(segments, range)
  if (first === undefined) return Readable.from([])
  const body = read(await openFile(first.file), first)
  if (others.length === 0) return body
  const joined = Readable.from(join(body, others), { objectMode: false })
  // A generator that was never begun does not close what it was given.
  joined.once('close', () => body.destroy())
  return joined

  async function* join(body: Readable, pieces: readonly Piece[]): AsyncGenerator<Buffer> {
    yield* body
    for (const piece of pieces) yield* read(await openFile(piece.file), piece)
  }
}

/** The handle belongs to the stream, and keeps the bytes readable even when the file is removed. */
function read(handle: FileHandle, { start, end }: Piece): Readable {
  return handle.createReadStream({ start, end, highWaterMark: READ_BYTES })
}

function toPieces(segments: readonly Segment[], range: ByteRange | undefined): Piece[] {
  const pieces: Piece[] = []
  let offset = 0
  for (const { file, size } of segments) {
    const start = Math.max((range?.start ?? 0) - offset, 0)
    const end = Math.min((range?.end ?? Number.POSITIVE_INFINITY) - offset, size - 1)
    if (start <= end) pieces.push({ file, start, end })
    offset += size
  }
  return pieces
}
