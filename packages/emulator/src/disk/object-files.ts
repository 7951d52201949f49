import { randomBytes } from 'node:crypto'
import { type FileHandle, open, opendir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from './sync-directory.ts'

/** The files that have the bytes of objects and parts. Their names are random and say nothing about keys. */
export interface ObjectFiles {
  /** Makes an empty file under a name that never was. */
  create(): Promise<{ name: string; handle: FileHandle }>
  /** Opens a file for reading; `undefined` when there is none. */
  open(name: string): Promise<FileHandle | undefined>
  /** Keeps files from being removed until the function it gives is called. */
  hold(names: readonly string[]): () => void
  /** Removes files, those that are there; one that is held goes when nobody holds it any more. */
  remove(names: readonly string[]): Promise<void>
  /** Makes the names of all files created before survive a power loss. */
  syncNames(): Promise<void>
  /** Removes the files that a crash left to nobody. */
  sweep(isKnown: (name: string) => boolean): Promise<void>
}

const NAME = /^[0-9a-f]{32}$/

export function createObjectFiles(directory: string): ObjectFiles {
  /** How many hold each file. */
  const holders = new Map<string, number>()
  const doomed = new Set<string>()

  return { create, open: openFile, hold, remove, syncNames: () => syncDirectory(directory), sweep }

  async function create(): Promise<{ name: string; handle: FileHandle }> {
    const name = randomBytes(16).toString('hex')
    return { name, handle: await open(join(directory, name), 'wx') }
  }

  async function openFile(name: string): Promise<FileHandle | undefined> {
    return await unlessMissing(open(join(directory, name), 'r'))
  }

  function hold(names: readonly string[]): () => void {
    for (const name of names) holders.set(name, (holders.get(name) ?? 0) + 1)
    let isHeld = true
    return function release() {
      if (isHeld) letGo(names)
      isHeld = false
    }
  }

  function letGo(names: readonly string[]): void {
    const free: string[] = []
    for (const name of names) {
      const others = (holders.get(name) ?? 1) - 1
      if (others > 0) holders.set(name, others)
      else holders.delete(name)
      if (others === 0 && doomed.delete(name)) free.push(name)
    }
    // One that cannot be removed now is swept at the next start.
    void remove(free).catch(() => undefined)
  }

  async function remove(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (holders.has(name)) doomed.add(name)
      else await unlessMissing(unlink(join(directory, name)))
    }
  }

  async function sweep(isKnown: (name: string) => boolean): Promise<void> {
    for await (const { name } of await opendir(directory, { bufferSize: 1024 })) {
      if (NAME.test(name) && !isKnown(name)) await remove([name])
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
