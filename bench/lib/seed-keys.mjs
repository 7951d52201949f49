// Fills a data directory with keys, as many uploads would have: the index of the disk store is written directly, in the store's
// own form. Each object has a record and a file name like any other; the files themselves, which no listing opens, are left out.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createBucketIndex } from '../../packages/emulator/dist/disk/bucket-index.js'
import { openIndexDatabase } from '../../packages/emulator/dist/disk/index-database.js'
import { createObjectIndex } from '../../packages/emulator/dist/disk/object-index.js'
import { createDiskStore } from '../../packages/emulator/dist/disk-store.js'

const KEYS_AT_ONCE = 20_000

/** `folder-0123/key-0456`, a thousand in each folder. */
export function toKey(number) {
  const [folder, key] = [Math.floor(number / 1000), number % 1000].map((part) =>
    String(part).padStart(4, '0'),
  )
  return `folder-${folder}/key-${key}`
}

export async function seedKeys(dataDirectory, bucketName, count) {
  const store = await createDiskStore(dataDirectory)
  await store.createBucket({ name: bucketName, createdAt: Date.now() })
  await store.close()
  const database = openIndexDatabase(join(dataDirectory, 'index'))
  const buckets = createBucketIndex(database)
  const objects = createObjectIndex(database, buckets)
  const bucket = buckets.getBucket(bucketName)
  for (let from = 0; from < count; from += KEYS_AT_ONCE) {
    await database.change(() => {
      for (let number = from; number < Math.min(from + KEYS_AT_ONCE, count); number++) put(number)
    })
  }
  await database.close()

  function put(number) {
    const key = toKey(number)
    const record = {
      key,
      size: 4096,
      etag: randomBytes(16).toString('hex'),
      crc64: '11051210869376104954',
      modifiedAt: Date.now(),
      headers: { 'content-type': 'application/octet-stream' },
    }
    const file = randomBytes(16).toString('hex')
    objects.replace(bucket, key, { record, segments: [{ file, size: 4096 }] }, undefined)
  }
}
