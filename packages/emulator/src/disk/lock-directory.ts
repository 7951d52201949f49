import process from 'node:process'
import { open, type RootDatabase } from 'lmdb'
import { StoreError } from '../store-error.ts'
import type { DataDirectory } from './data-directory.ts'

/** Within one process lmdb shares what it opens, so the second opening is noticed here. */
const held = new Set<string>()

/**
 * Takes the directory for this process, or says that another one has it.
 *
 * Node has no file lock, and a file with a process id outlives a SIGKILL. lmdb has what is needed: a table of the
 * processes that read a database, each entry backed by a lock of the operating system that ends with its process, and
 * a write transaction, which one process at a time can be in. The owner is written in such a transaction, and believed
 * as long as the owner is in the table.
 *
 * @returns Gives the directory back.
 * @throws {StoreError} `ERR_STORE_IN_USE`
 */
export async function lockDirectory({ path, lock }: DataDirectory): Promise<() => Promise<void>> {
  if (held.has(path)) throw inUse(path, process.pid)
  const database = open<number, string>({ path: lock, overlappingSync: false })
  // Never ended before the release: it is what keeps this process in the table.
  const reading = database.useReadTransaction()
  held.add(path)
  try {
    database.get('owner', { transaction: reading })
    database.transactionSync(() => claim(database, path))
  } catch (error) {
    await release()
    throw error
  }
  return release

  async function release(): Promise<void> {
    reading.done()
    await database.close()
    held.delete(path)
  }
}

function claim(database: RootDatabase<number, string>, path: string): void {
  database.readerCheck()
  const owner = database.get('owner')
  if (owner !== undefined && owner !== process.pid && toReaderIds(database.readerList()).has(owner)) {
    throw inUse(path, owner)
  }
  database.putSync('owner', process.pid)
}

/** The first number of each line but the heading. */
function toReaderIds(table: string): Set<number> {
  return new Set([...table.matchAll(/^\s*(\d+)\s/gm)].map(([, id]) => Number(id)))
}

function inUse(path: string, owner: number): StoreError {
  return new StoreError(
    'ERR_STORE_IN_USE',
    `The data directory ${path} is in use by another emulator (process ${owner}). Stop that one, or name another directory.`,
  )
}
