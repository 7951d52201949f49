import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createDiskLinkStore } from '../../src/node.ts'
import { describeLinkStore } from './link-store-conformance.ts'

const directories: string[] = []
afterAll(async () => {
  for (const directory of directories) await rm(directory, { recursive: true })
})

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'cos-presign-links-'))
  directories.push(directory)
  return directory
}

describeLinkStore('on disk', async () => createDiskLinkStore(await newDirectory()))

it('the store of links on disk has its links and counts after a restart, and forgets old ones', async () => {
  const directory = await newDirectory()
  const link = { bucket: 'b-1', key: 'k', grant: 'g', owner: 'o', maxDownloads: 2, expiresAt: 1000 }
  const first = createDiskLinkStore(directory, () => 0)
  await first.put('id', link)
  await first.take('id')
  await first.close()

  const second = createDiskLinkStore(directory, () => 1_001_000)
  expect(await second.get('id')).toEqual({ link, downloads: 1 })
  expect(await second.take('id')).toBe(true)
  expect(await second.take('id')).toBe(false)
  await second.close()

  const muchLater = createDiskLinkStore(directory, () => 1_001_000 + 86_400_000)
  await expect.poll(() => muchLater.get('id')).toBeUndefined()
  await muchLater.close()
})
