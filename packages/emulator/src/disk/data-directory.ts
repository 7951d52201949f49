import { mkdir, open, readdir, readFile, realpath, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { StoreError } from '../store-error.ts'
import { syncDirectory } from './sync-directory.ts'

/** Raised by every change that older versions cannot read. */
const FORMAT_VERSION = 2
const MARKER_NAME = 'cos-presign-emulator.json'

/** Where the parts of a data directory are. */
export interface DataDirectory {
  /** Absolute, without symbolic links. */
  readonly path: string
  /** Files with the bytes of objects and parts. */
  readonly objects: string
  /** The database that says which file is which object. */
  readonly index: string
  /** The database that says whose the directory is now. */
  readonly lock: string
}

/**
 * Creates the directory if need be, or makes sure that it is one of ours. A directory with anything else in it is
 * refused: the sweep at start deletes files, and must not meet somebody else's.
 *
 * @throws {StoreError} `ERR_STORE_FORMAT`
 */
export async function openDataDirectory(dataDir: string): Promise<DataDirectory> {
  await makeDirectory(dataDir)
  const path = await realpath(dataDir)
  const version = await readVersion(path)
  if (version === undefined) await assertEmpty(path)
  // What version 1 wrote is read as it is; it could not read all that is written from now on.
  if (version !== FORMAT_VERSION) await writeMarker(path)
  const directory = {
    path,
    objects: join(path, 'objects'),
    index: join(path, 'index'),
    lock: join(path, 'lock'),
  }
  for (const part of [directory.objects, directory.index, directory.lock]) {
    await mkdir(part, { recursive: true })
  }
  await syncDirectory(path)
  return directory
}

async function makeDirectory(dataDir: string): Promise<void> {
  const first = await mkdir(dataDir, { recursive: true })
  if (first !== undefined) await syncDirectory(dirname(first))
}

/** @returns `undefined` when there is no marker. */
async function readVersion(path: string): Promise<number | undefined> {
  let text: string
  try {
    text = await readFile(join(path, MARKER_NAME), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const version = parseVersion(text)
  if (version !== 1 && version !== FORMAT_VERSION) {
    throw new StoreError(
      'ERR_STORE_FORMAT',
      `The data directory ${path} has format ${version ?? 'unknown'}, and this version of the emulator reads formats 1 and ${FORMAT_VERSION}`,
    )
  }
  return version
}

function parseVersion(text: string): unknown {
  try {
    return (JSON.parse(text) as { version?: unknown }).version
  } catch {
    return undefined
  }
}

async function assertEmpty(path: string): Promise<void> {
  const names = await readdir(path)
  // Hidden files do no harm, among them a marker that a crash left half written; lost+found is an empty disk's own.
  if (names.some((name) => !name.startsWith('.') && name !== 'lost+found')) {
    throw new StoreError(
      'ERR_STORE_FORMAT',
      `The directory ${path} is not empty, and it is not a data directory of the emulator`,
    )
  }
}

async function writeMarker(path: string): Promise<void> {
  const temporary = join(path, `.${MARKER_NAME}.${process.pid}`)
  const handle = await open(temporary, 'w')
  try {
    await handle.writeFile(`${JSON.stringify({ format: 'cos-presign emulator', version: FORMAT_VERSION })}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, join(path, MARKER_NAME))
}
