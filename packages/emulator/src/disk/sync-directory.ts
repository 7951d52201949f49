import { open } from 'node:fs/promises'
import process from 'node:process'

/** Makes the names in a directory survive a power loss. Windows does that by itself, and cannot be asked. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
