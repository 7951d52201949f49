import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toStoreError } from '../src/disk/to-store-error.ts'
import { createDiskStore } from '../src/disk-store.ts'
import type { ObjectRecord, Store } from '../src/store.ts'
import { describeStore } from './store-conformance.ts'
import { BUCKET, digest, putObject, readBody, toRecord } from './store-helpers.ts'

const MARKER = 'cos-presign-emulator.json'
const UPLOADER = fileURLToPath(new URL('upload-until-killed.mjs', import.meta.url))

let root: string
let count = 0

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cos-presign-store-'))
})
afterAll(async () => {
  await rm(root, { recursive: true })
})

describeStore('disk store', () => createDiskStore(newDirectory()))

describe('data directory', () => {
  test('buckets, their settings and objects are there when the directory is opened again', async () => {
    const directory = newDirectory()
    const first = await openWithBucket(directory)
    await putObject(first, 'a', 'text')
    const settings = { strictSignature: true }
    await first.updateBucket(BUCKET, () => settings)
    await first.close()
    const second = await createDiskStore(directory)
    expect(await second.listBuckets()).toEqual([{ name: BUCKET, createdAt: 1, settings }])
    expect(await second.headObject(BUCKET, 'a')).toEqual(toRecord('a', 'text'))
    expect((await readBody(await second.getObject(BUCKET, 'a'))).toString()).toBe('text')
    await second.close()
  })

  test('file names say nothing about keys, and there is one for each object', async () => {
    const directory = newDirectory()
    const store = await openWithBucket(directory)
    for (const key of ['../../escape', '/etc/passwd', 'a', 'a', 'b']) await putObject(store, key, key)
    await store.deleteObject(BUCKET, 'b')
    await store.close()
    const names = await objectFiles(directory)
    expect(names).toHaveLength(3)
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/)
    expect((await readdir(directory)).sort()).toEqual([MARKER, 'index', 'lock', 'objects'].sort())
  })

  test('closing forgets uploads under way', async () => {
    const directory = newDirectory()
    const store = await openWithBucket(directory)
    const upload = await store.createUpload(BUCKET, 'a')
    void upload.write(Buffer.alloc(100_000)).catch(() => undefined)
    await store.close()
    expect(await objectFiles(directory)).toEqual([])
  })

  test('files that belong to nobody are swept at start, and only those', async () => {
    const directory = newDirectory()
    const first = await openWithBucket(directory)
    await putObject(first, 'a', 'text')
    await first.close()
    await writeFile(join(directory, 'objects', 'f'.repeat(32)), 'orphan')
    await writeFile(join(directory, 'objects', 'notes.txt'), 'not ours')
    const second = await createDiskStore(directory)
    expect((await readBody(await second.getObject(BUCKET, 'a'))).toString()).toBe('text')
    await second.close()
    const names = await objectFiles(directory)
    expect(names).toHaveLength(2)
    expect(names).toContain('notes.txt')
  })

  test('an object whose file somebody removed is an error that names it', async () => {
    const directory = newDirectory()
    const store = await openWithBucket(directory)
    await putObject(store, 'a', 'text')
    await rm(join(directory, 'objects'), { recursive: true })
    await expect(store.getObject(BUCKET, 'a')).rejects.toMatchObject({
      code: 'ERR_STORE_DAMAGED',
      message: expect.stringContaining(directory),
    })
    await store.close()
  })

  test('a directory with something else in it is refused and left alone', async () => {
    const directory = newDirectory()
    await mkdir(join(directory, 'objects'), { recursive: true })
    await writeFile(join(directory, 'objects', '0'.repeat(32)), 'precious')
    await expect(createDiskStore(directory)).rejects.toMatchObject({
      code: 'ERR_STORE_FORMAT',
      message: expect.stringMatching(/is not empty/),
    })
    expect(await readFile(join(directory, 'objects', '0'.repeat(32)), 'utf8')).toBe('precious')
    expect(await readdir(directory)).toEqual(['objects'])
  })

  test.each(['{"version":3}', '{}', '', 'null'])(
    'a directory of another format is refused: %s',
    async (marker) => {
      const directory = newDirectory()
      await mkdir(directory)
      await writeFile(join(directory, MARKER), marker)
      await expect(createDiskStore(directory)).rejects.toMatchObject({
        code: 'ERR_STORE_FORMAT',
        message: expect.stringContaining(directory),
      })
    },
  )

  test('a marker that a crash left half written does not stop the next start', async () => {
    const directory = newDirectory()
    await mkdir(directory)
    await writeFile(join(directory, `.${MARKER}.123`), '{"for')
    await (await createDiskStore(directory)).close()
  })

  test('a directory that cannot be one is an error that names it', async () => {
    const file = newDirectory()
    await writeFile(file, '')
    for (const path of [file, join(file, 'below')]) {
      await expect(createDiskStore(path)).rejects.toMatchObject({
        name: 'StoreError',
        code: 'ERR_STORE_INACCESSIBLE',
        message: expect.stringContaining(path),
      })
    }
  })

  test('a full disk is an error of its own, as Node and as lmdb say it', () => {
    for (const code of ['ENOSPC', 'EDQUOT', 28]) {
      const cause = Object.assign(new Error('write'), { code })
      expect(toStoreError(cause, '/data')).toMatchObject({ code: 'ERR_STORE_FULL', cause })
    }
  })
})

describe('a directory in use', () => {
  test('is refused to a second store of the same process, until the first is closed', async () => {
    const directory = newDirectory()
    const first = await createDiskStore(directory)
    await expect(createDiskStore(`${directory}/../${directory.split('/').at(-1)}/`)).rejects.toMatchObject({
      code: 'ERR_STORE_IN_USE',
    })
    await first.close()
    await (await createDiskStore(directory)).close()
  })

  test('is refused to a second process, until the first is gone', async () => {
    const directory = newDirectory()
    const other = await startUploader(directory, 0)
    await expect(createDiskStore(directory)).rejects.toMatchObject({
      code: 'ERR_STORE_IN_USE',
      message: expect.stringMatching(new RegExp(`${directory}.*process ${other.child.pid}`)),
    })
    await kill(other.child)
    await (await createDiskStore(directory)).close()
  })
})

/** What a store said it had done before it was killed. */
interface Acknowledged {
  readonly put: Map<string, { etag: string; version: number }>
  readonly deleted: Set<string>
}

describe('SIGKILL', () => {
  test('at any moment leaves whole objects, every acknowledged one among them, and no other file', async () => {
    const directory = newDirectory()
    const acknowledged: Acknowledged = { put: new Map(), deleted: new Set() }
    for (let round = 1; round <= 5; round++) {
      const { child, output } = await startUploader(directory, round)
      await delay(50 + Math.random() * 450)
      await kill(child)
      readAcknowledgements(await output, acknowledged)
      await assertWhole(directory, acknowledged)
    }
    expect(acknowledged.put.size).toBeGreaterThan(0)
  })

  async function assertWhole(directory: string, { put, deleted }: Acknowledged): Promise<void> {
    const store = await createDiskStore(directory)
    const { items: records } = await store.listObjects(BUCKET, { limit: 100_000 })
    for (const record of records) await assertObject(store, record, put.get(record.key))
    await store.close()
    const keys = new Set(records.map(({ key }) => key))
    expect([...put.keys()].filter((key) => !keys.has(key))).toEqual([])
    expect([...deleted].filter((key) => keys.has(key))).toEqual([])
    expect(await objectFiles(directory)).toHaveLength(records.length)
  }

  /** The bytes are those of the record, and it is what was acknowledged last, or something newer. */
  async function assertObject(
    store: Store,
    { key, size, etag }: ObjectRecord,
    acknowledged: { etag: string; version: number } | undefined,
  ): Promise<void> {
    const bytes = await readBody(await store.getObject(BUCKET, key))
    expect([key, bytes.length, digest(bytes)]).toEqual([key, size, etag])
    if (acknowledged === undefined) return
    const version = Number.parseInt(bytes.toString('latin1'), 10)
    expect(version).toBeGreaterThanOrEqual(acknowledged.version)
    if (version === acknowledged.version) expect(etag).toBe(acknowledged.etag)
  }
})

function newDirectory(): string {
  return join(root, `data-${count++}`)
}

async function openWithBucket(directory: string): Promise<Store> {
  const store = await createDiskStore(directory)
  await store.createBucket({ name: BUCKET, createdAt: 1 })
  return store
}

async function objectFiles(directory: string): Promise<string[]> {
  return await readdir(join(directory, 'objects'))
}

async function startUploader(
  directory: string,
  round: number,
): Promise<{ child: ChildProcess; output: Promise<string> }> {
  const child = spawn(process.execPath, [UPLOADER, directory, BUCKET, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const output = text(child.stdout)
  await once(child.stdout, 'readable')
  return { child, output }
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** Lines of the uploader, the last of which may be cut off. */
function readAcknowledgements(output: string, { put, deleted }: Acknowledged): void {
  for (const line of output.split('\n').slice(0, -1)) {
    const [what, key = '', etag = '', version] = line.split(' ')
    if (what === 'put') put.set(key, { etag, version: Number(version) })
    // From here on the object may be there or not,
    if (what === 'deleting') put.delete(key)
    // and from here on it may not.
    if (what === 'deleted') deleted.add(key)
  }
}
