import { randomBytes } from 'node:crypto'
import { fstat, write } from 'node:fs'
import { constants, type FileHandle, open, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { promisify } from 'node:util'
import { CliError, codeOf, fileError } from '../errors.ts'
import { facts } from './file-facts.ts'
import { descriptorOf, followLinks } from './paths.ts'
import { type PlainFile, writeAllSync } from './plain-file.ts'
import { outputError, type Sink } from './sink.ts'

/** A file to be, at a temporary name until {@link FileWriter.commit}. */
export interface FileWriter {
  /** Whether a person looks at it, as at `/dev/stderr`. */
  readonly isTerminal: boolean
  /** For who writes each part to its place instead; `undefined` where what is written follows what was written before. */
  readonly plainFile: PlainFile | undefined
  write(chunk: Uint8Array): Promise<void>
  /** Makes it durable and gives it its name, in one step. */
  commit(): Promise<void>
  /** Removes it. Safe to call at any time; after a commit it does nothing. */
  discard(): Promise<void>
}

/**
 * Opens a new file beside the target. A target that is no plain file (`/dev/null`, a pipe) is written as it stands: renaming
 * over it would replace a device by a file.
 *
 * @param sinks - The writers of the first descriptors, which share them with the rest of the process.
 */
export async function createWriter(path: string, sinks: readonly (Sink | undefined)[]): Promise<FileWriter> {
  const end = await followLinks(path)
  const descriptor = descriptorOf(end)
  if (descriptor !== undefined) return descriptorWriter(path, descriptor, sinks[descriptor])
  const found = await facts(path)
  if (found?.kind === 'directory' || path.endsWith('/') || path.endsWith(sep))
    throw fileError('write', path, { code: 'EISDIR' })
  if (path === '') throw new CliError('ERR_CLI_FILE', 'Cannot write a file with an empty name')
  try {
    if (found?.kind === 'other') return directWriter(path, await open(path, 'w'))
    // Beside what symbolic links point at, so that they stay links.
    const temporary = join(dirname(end), `.cos-presign-${randomBytes(8).toString('hex')}.part`)
    const mode = found && (await stat(end)).mode & 0o777
    return temporaryWriter({ path, target: end, temporary, mode }, await open(temporary, 'wx', mode))
  } catch (error) {
    throw fileError('write', path, error)
  }
}

/** `mode` is that of the file that was there: who may read it stays as it is. */
function temporaryWriter(
  {
    path,
    target,
    temporary,
    mode,
  }: { path: string; target: string; temporary: string; mode: number | undefined },
  file: FileHandle,
): FileWriter {
  let state: 'open' | 'done' = 'open'
  const plainFile = { fd: file.fd, path }
  return {
    isTerminal: false,
    plainFile,
    write: async (chunk) => writeAllSync(plainFile, chunk),
    async commit() {
      try {
        if (mode !== undefined) await file.chmod(mode)
        await file.sync()
        await file.close()
        await rename(temporary, target)
        state = 'done'
        await syncDirectory(dirname(target))
      } catch (error) {
        throw fileError('write', path, error)
      }
    },
    async discard() {
      if (state === 'done') return
      state = 'done'
      await file.close().catch(() => undefined)
      await unlink(temporary).catch(() => undefined)
    },
  }
}

function directWriter(path: string, file: FileHandle): FileWriter {
  return {
    isTerminal: isatty(file.fd),
    plainFile: undefined,
    write: (chunk) => writeAll(file.fd, chunk, path),
    commit: () => file.close(),
    discard: () => file.close().catch(() => undefined),
  }
}

/** Leaves the descriptor open: it was there before. */
async function descriptorWriter(
  path: string,
  descriptor: number,
  sink: Sink | undefined,
): Promise<FileWriter> {
  await promisify(fstat)(descriptor).catch((error: unknown) => {
    throw fileError('write', path, error)
  })
  return {
    isTerminal: isatty(descriptor),
    plainFile: undefined,
    write: (chunk) => (sink ? sink.write(chunk) : writeAll(descriptor, chunk, path)),
    commit: async () => undefined,
    discard: async () => undefined,
  }
}

const FULL_PIPE_WAIT_MS = 1

async function writeAll(fd: number, chunk: Uint8Array, path: string): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    try {
      offset += (await promisify(write)(fd, chunk, offset)).bytesWritten
    } catch (error) {
      // Of a pipe that does not block: one that is also standard output never does, as Node.js opens that.
      if (codeOf(error) === 'EAGAIN') await wait(FULL_PIPE_WAIT_MS)
      else throw codeOf(error) === 'EPIPE' ? outputError(error as Error) : fileError('write', path, error)
    }
  }
}

// The rename itself is only durable with its directory. Not every platform lets a directory be opened; then that is all.
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY).catch(() => undefined)
  await directory?.sync().catch(() => undefined)
  await directory?.close()
}
