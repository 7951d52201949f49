import { readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { facts } from './file-facts.ts'

/** The name without symbolic links that two paths of one file share. The file need not be there yet. */
export async function realPath(path: string): Promise<string> {
  // What is not there yet has no real path. Whatever else is wrong is said by whoever opens it.
  return await realpath(path).catch(() => followLinks(path))
}

/** Whether a writer to this path puts a new file in its place, and does not write to what is there: a device, a pipe, a descriptor. */
export async function isReplaced(path: string): Promise<boolean> {
  return descriptorOf(await followLinks(path)) === undefined && (await facts(path))?.kind !== 'other'
}

/** As many as Linux follows. */
const MAX_LINKS = 40

/** Where a path leads to by its symbolic links: a descriptor of this process, or a file, which need not be there. */
export async function followLinks(path: string): Promise<string> {
  let end = resolve(path)
  for (let links = 0; links < MAX_LINKS && descriptorOf(end) === undefined; links++) {
    const directory = await realpath(dirname(end)).catch(() => dirname(end))
    end = join(directory, basename(end))
    const target = await readlink(end).catch(() => undefined)
    if (target === undefined) break
    end = resolve(directory, target)
  }
  return end
}

const STANDARD_STREAMS = ['/dev/stdin', '/dev/stdout', '/dev/stderr']

/**
 * The descriptor of this process that a whole path names. On Linux such a path is a link to the file behind the descriptor; to replace that,
 * or to open it anew, at its beginning, is not what a shell means by `2>log`.
 */
export function descriptorOf(path: string): number | undefined {
  const [, number] = /^\/(?:dev|proc\/self)\/fd\/(\d{1,9})$/.exec(path) ?? []
  const descriptor = number === undefined ? STANDARD_STREAMS.indexOf(path) : Number(number)
  return descriptor < 0 ? undefined : descriptor
}
