import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { CliError, fileError } from '../errors.ts'
import type { PlainFile } from './plain-file.ts'

/** All of a text file of so many bytes at most. */
export function readText(path: string, maxBytes: number): Promise<string> {
  return collectText(read(path), maxBytes, path)
}

/** All of a short text. */
export async function collectText(
  chunks: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
  name: string,
): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    size += bytes.length
    if (size > maxBytes)
      throw new CliError('ERR_CLI_FILE', `Cannot read ${name}: it is longer than ${maxBytes} bytes`)
    parts.push(bytes)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Bytes `start` (included) to `end` (not included). */
export async function* read(
  path: string,
  start = 0,
  end: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  if (end <= start) return
  try {
    yield* createReadStream(path, { start, end: end - 1, highWaterMark: 256 * 1024 })
  } catch (error) {
    throw fileError('read', path, error)
  }
}

const SCAN_BYTES = 1024 * 1024

/** All of a file, in memory that is used again: a chunk is overwritten by the next. */
export async function* scan(path: string): AsyncGenerator<Uint8Array> {
  // While one is used, the other is read into.
  let [memory, other] = [new Uint8Array(SCAN_BYTES), new Uint8Array(SCAN_BYTES)]
  let file: FileHandle | undefined
  try {
    file = await open(path)
    let reading = file.read(memory)
    for (;;) {
      const { bytesRead } = await reading
      if (bytesRead === 0) return
      reading = file.read(other)
      // Awaited in its turn; meanwhile a failure must not count as unhandled.
      reading.catch(() => undefined)
      yield memory.subarray(0, bytesRead)
      ;[memory, other] = [other, memory]
    }
  } catch (error) {
    throw fileError('read', path, error)
  } finally {
    await file?.close()
  }
}

/** A file that threads may read here and there. */
export interface PlainSource {
  readonly file: PlainFile
  /** In bytes, as it was opened. */
  readonly size: number
  close(): Promise<void>
}

/** Opens a plain file. @throws {CliError} `ERR_CLI_FILE` */
export async function openPlain(path: string): Promise<PlainSource> {
  try {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      return { file: { fd: file.fd, path }, size, close: () => file.close() }
    } catch (error) {
      await file.close()
      throw error
    }
  } catch (error) {
    throw fileError('read', path, error)
  }
}
