import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FileFacts, facts } from './file-facts.ts'
import { createWriter, type FileWriter } from './file-writer.ts'
import { isReplaced, realPath } from './paths.ts'
import { openPlain, type PlainSource, read, readText, scan } from './read-files.ts'
import type { Sink } from './sink.ts'

/** The file system. Failures are `CliError`s that name the file, but for {@link Files.facts}. */
export interface Files {
  /** `undefined` when there is no such file. */
  facts(path: string): Promise<FileFacts | undefined>
  /** A small text file. */
  readText(path: string, maxBytes: number): Promise<string>
  /** Bytes `start` (included) to `end` (not included). */
  read(path: string, start?: number, end?: number): AsyncIterable<Uint8Array>
  /** All of it, in memory that is used again: a chunk is overwritten by the next. */
  scan(path: string): AsyncIterable<Uint8Array>
  /** Opens a plain file to be read here and there. */
  openPlain(path: string): Promise<PlainSource>
  /** The name without symbolic links that two paths of one file share. The file need not be there yet. */
  realPath(path: string): Promise<string>
  /** Whether a writer to this path puts a new file in its place, and does not write to what is there: a device, a pipe, a descriptor. */
  isReplaced(path: string): Promise<boolean>
  createWriter(path: string): Promise<FileWriter>
  createTemporaryDirectory(): Promise<string>
  removeDirectory(path: string): Promise<void>
}

/** The file system of Node.js. @param sinks - The writers of the first descriptors. */
export function createFiles(sinks: readonly (Sink | undefined)[]): Files {
  return {
    facts,
    readText,
    read,
    scan,
    openPlain,
    realPath,
    isReplaced,
    createWriter: (path) => createWriter(path, sinks),
    createTemporaryDirectory,
    removeDirectory,
  }
}

function createTemporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'cos-presign-'))
}

async function removeDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true })
}
