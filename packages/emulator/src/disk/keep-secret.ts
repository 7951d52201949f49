import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory } from './sync-directory.ts'

/**
 * Reads a secret that is kept in a file which its owner alone can read; makes it the first time.
 *
 * @param isGood - Whether what the file holds is of use; otherwise it is made again.
 */
export async function keepSecret(
  path: string,
  create: () => string | Promise<string>,
  isGood: (text: string) => boolean = () => true,
): Promise<string> {
  const kept = await readIfThere(path)
  if (kept !== undefined && isGood(kept)) return kept
  const text = await create()
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await replaceFile(path, text, 0o600)
  return text
}

/** Writes a file that everybody may read, in one step. */
export async function publish(path: string, text: string): Promise<void> {
  await replaceFile(path, text, 0o644)
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  const handle = await open(temporary, 'wx', mode)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, path)
  await syncDirectory(dirname(path))
}
