import { randomBytes } from 'node:crypto'
import { type FileHandle, open, opendir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from './sync-directory.ts'

/** The files that have the bytes of objects. Their names are random and say nothing about keys. */
export interface ObjectFiles {
  /** Makes an empty file under a name that never was. */
  create(): Promise<{ name: string; handle: FileHandle }>
  /** Opens a file for reading; `undefined` when there is none. */
  open(name: string): Promise<FileHandle | undefined>
  /** Removes a file, if it is there. */
  remove(name: string): Promise<void>
  /** Makes the names of all files created before survive a power loss. */
  syncNames(): Promise<void>
  /** Removes the files that a crash left to nobody. */
  sweep(isKnown: (name: string) => boolean): Promise<void>
}

const NAME = /^[0-9a-f]{32}$/

export function createObjectFiles(directory: string): ObjectFiles {
  return { create, open: openFile, remove, syncNames: () => syncDirectory(directory), sweep }

  async function create(): Promise<{ name: string; handle: FileHandle }> {
    const name = randomBytes(16).toString('hex')
    return { name, handle: await open(join(directory, name), 'wx') }
  }

  async function openFile(name: string): Promise<FileHandle | undefined> {
    return await unlessMissing(open(join(directory, name), 'r'))
  }

  async function remove(name: string): Promise<void> {
    await unlessMissing(unlink(join(directory, name)))
  }

  async function sweep(isKnown: (name: string) => boolean): Promise<void> {
    for await (const { name } of await opendir(directory)) {
      if (NAME.test(name) && !isKnown(name)) await remove(name)
    }
  }
}

async function unlessMissing<Result>(action: Promise<Result>): Promise<Result | undefined> {
  try {
    return await action
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
