// Uploads to a disk store until somebody kills it, and says on stdout what has been acknowledged. Each of the writers
// puts a key of its own again and again, with a rising number at the head of the bytes, and new keys between them.

import { createHash, randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { createDiskStore } from '../dist/disk-store.js'

const WRITERS = 4
/** Whoever forgets to kill it waits no longer than that. */
const DEADLINE = Date.now() + 60_000

const [, , dataDir, bucket, round] = process.argv
const store = await createDiskStore(dataDir)
await store.createBucket({ name: bucket, createdAt: 1 })
writeSync(1, 'ready\n')
await Promise.all(Array.from({ length: WRITERS }, (_, writer) => uploadAll(writer)))

async function uploadAll(writer) {
  for (let version = 1; Date.now() < DEADLINE; version++) {
    const number = Number(round) * 1e6 + version
    await upload(`again-${writer}`, number)
    await upload(`new-${writer}-${number}`, number)
    if (version % 3 === 0) {
      writeSync(1, `deleting new-${writer}-${number}\n`)
      await store.deleteObject(bucket, `new-${writer}-${number}`)
      writeSync(1, `deleted new-${writer}-${number}\n`)
    }
  }
}

async function upload(key, version) {
  const bytes = Buffer.concat([Buffer.from(`${version} `), randomBytes(Math.floor(Math.random() * 300_000))])
  const etag = createHash('md5').update(bytes).digest('hex')
  const upload = await store.createUpload(bucket, key)
  for (let at = 0; at < bytes.length; at += 65_536) await upload.write(bytes.subarray(at, at + 65_536))
  await upload.commit({ key, size: bytes.length, etag, crc64: '0', modifiedAt: 1, headers: {} })
  writeSync(1, `put ${key} ${etag} ${version}\n`)
}
