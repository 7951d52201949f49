import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ByteChoice, ObjectRecord, Store } from '../src/store.ts'
import { describeChanges } from './store-changes.ts'
import { BUCKET, compareBytes, digest, putObject, readBody, readText, toRecord } from './store-helpers.ts'
import { describeListings } from './store-listings.ts'
import { describeMultiparts } from './store-multiparts.ts'

/** Keys that a careless store would take for a path, an end of text, or a number. */
const HOSTILE_KEYS = [
  '..',
  '../..',
  '../../etc/passwd',
  '/',
  '//',
  '/etc/passwd',
  '.',
  'a/../b',
  'a//b',
  'a%2Fb',
  '\0',
  'a\0b',
  'a\0',
  '\u0001',
  '\u007f',
  'a\r\nb',
  ' ',
  'a ',
  '+',
  '0',
  '__proto__',
  'constructor',
  'C:\\x',
  'é',
  'e\u0301',
  '\ufffd',
  '\uffff',
  '\u{1f600}',
  '\u{10ffff}',
  'x'.repeat(850),
  '\u{1f600}'.repeat(212),
]

/** What every store does, whatever it is made of. `open` gives an empty store; it is closed here. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(name, () => {
    let store: Store

    beforeEach(async () => {
      store = await open()
      await store.createBucket({ name: BUCKET, createdAt: 1 })
    })
    afterEach(async () => {
      await store.close()
    })

    describe('buckets', () => {
      test('a bucket is created once and keeps its first record', async () => {
        expect(await store.createBucket({ name: 'new-1250000000', createdAt: 7 })).toBe(true)
        expect(await store.createBucket({ name: 'new-1250000000', createdAt: 8 })).toBe(false)
        expect(await store.getBucket('new-1250000000')).toEqual({ name: 'new-1250000000', createdAt: 7 })
      })

      test('an unknown bucket is undefined, has no objects and is missing for deletion', async () => {
        expect(await store.getBucket('none-1')).toBeUndefined()
        expect(await store.headObject('none-1', 'a')).toBeUndefined()
        expect(await store.getObject('none-1', 'a')).toBeUndefined()
        expect(await store.deleteObject('none-1', 'a')).toBe(false)
        expect(await store.listObjects('none-1', { limit: 9 })).toEqual({ items: [], commonPrefixes: [] })
        expect(await store.deleteBucket('none-1')).toBe('missing')
      })

      test('buckets are listed in the order of their names', async () => {
        await store.createBucket({ name: 'b-1', createdAt: 3 })
        await store.createBucket({ name: 'a-1', createdAt: 2 })
        expect(await store.listBuckets()).toEqual([
          { name: 'a-1', createdAt: 2 },
          { name: 'b-1', createdAt: 3 },
          { name: BUCKET, createdAt: 1 },
        ])
      })

      test('a new bucket keeps the settings it is created with', async () => {
        const record = { name: 'new-1250000000', createdAt: 7, settings: { strictSignature: true } }
        await store.createBucket(record)
        expect(await store.getBucket('new-1250000000')).toEqual(record)
      })

      test('settings are what the change makes of those before, and are listed', async () => {
        const acl = [{ type: 'Group', grantee: 'everybody', permission: 'READ' }] as const
        expect(await store.updateBucket(BUCKET, (settings) => ({ ...settings, acl }))).toEqual({
          name: BUCKET,
          createdAt: 1,
          settings: { acl },
        })
        await store.updateBucket(BUCKET, (settings) => ({ ...settings, strictSignature: true }))
        const expected = { name: BUCKET, createdAt: 1, settings: { acl, strictSignature: true } }
        expect(await store.getBucket(BUCKET)).toEqual(expected)
        expect(await store.listBuckets()).toEqual([expected])
      })

      test('settings are removed by leaving them out', async () => {
        await store.updateBucket(BUCKET, () => ({ strictSignature: true }))
        await store.updateBucket(BUCKET, ({ strictSignature: _, ...others }) => others)
        expect((await store.getBucket(BUCKET))?.settings).toEqual({})
      })

      test('a change that throws rejects with that and changes nothing', async () => {
        await store.updateBucket(BUCKET, () => ({ strictSignature: true }))
        const refuse = () => {
          throw new Error('no')
        }
        await expect(store.updateBucket(BUCKET, refuse)).rejects.toThrow('no')
        expect((await store.getBucket(BUCKET))?.settings).toEqual({ strictSignature: true })
      })

      test('of many changes at once none is lost', async () => {
        const grantees = Array.from({ length: 50 }, (_, index) => `uin/${index}`)
        await Promise.all(
          grantees.map((grantee) =>
            store.updateBucket(BUCKET, ({ acl = [] }) => ({
              acl: [...acl, { type: 'CanonicalUser', grantee, permission: 'READ' }],
            })),
          ),
        )
        const { acl = [] } = (await store.getBucket(BUCKET))?.settings ?? {}
        expect(acl.map(({ grantee }) => grantee).sort()).toEqual([...grantees].sort())
      })

      test('settings of an unknown bucket are not changed, those of a new one not inherited', async () => {
        const change = () => ({ strictSignature: true })
        expect(await store.updateBucket('none-1', change)).toBeUndefined()
        expect(await store.getBucket('none-1')).toBeUndefined()
        await store.updateBucket(BUCKET, change)
        await store.deleteBucket(BUCKET)
        await store.createBucket({ name: BUCKET, createdAt: 2 })
        expect(await store.getBucket(BUCKET)).toEqual({ name: BUCKET, createdAt: 2 })
      })

      test('objects and settings do not touch each other', async () => {
        await put('a', 'text')
        await store.updateBucket(BUCKET, () => ({ strictSignature: true }))
        await put('b', 'text')
        expect(await keys({ limit: 9 })).toEqual(['a', 'b'])
        expect((await store.getBucket(BUCKET))?.settings).toEqual({ strictSignature: true })
      })

      test('a bucket with an object is not deleted, an empty one is', async () => {
        await put('a', 'text')
        expect(await store.deleteBucket(BUCKET)).toBe('not-empty')
        await store.deleteObject(BUCKET, 'a')
        expect(await store.deleteBucket(BUCKET)).toBe('deleted')
        expect(await store.getBucket(BUCKET)).toBeUndefined()
      })

      test('a bucket beside a full one can be deleted', async () => {
        await put('a', 'text')
        await store.createBucket({ name: `${BUCKET}0`, createdAt: 2 })
        expect(await store.deleteBucket(`${BUCKET}0`)).toBe('deleted')
      })

      test('two buckets keep the same key apart', async () => {
        await store.createBucket({ name: 'other-1', createdAt: 2 })
        await put('a', 'here')
        await put('a', 'there', 'other-1')
        expect(await read('a')).toBe('here')
        expect(await read('a', 'other-1')).toBe('there')
        expect(await keys({ limit: 9 })).toEqual(['a'])
      })

      test('a bucket that is made anew is empty', async () => {
        await put('a', 'text')
        await store.deleteObject(BUCKET, 'a')
        await store.deleteBucket(BUCKET)
        await store.createBucket({ name: BUCKET, createdAt: 2 })
        expect(await store.headObject(BUCKET, 'a')).toBeUndefined()
        expect(await keys({ limit: 9 })).toEqual([])
      })
    })

    describe('uploads', () => {
      test('an upload is invisible before its commit and whole after it', async () => {
        const upload = await store.createUpload(BUCKET, 'a')
        await upload.write(Buffer.from('one '))
        await upload.write(Buffer.alloc(0))
        await upload.write(Buffer.from('two'))
        expect(await store.headObject(BUCKET, 'a')).toBeUndefined()
        expect(await keys({ limit: 9 })).toEqual([])
        const record = toRecord('a', 'one two')
        await upload.commit(record)
        expect(await store.headObject(BUCKET, 'a')).toEqual(record)
        expect(await read('a')).toBe('one two')
      })

      test('an empty object has no bytes', async () => {
        await put('a', '')
        expect(await read('a')).toBe('')
        expect((await store.headObject(BUCKET, 'a'))?.size).toBe(0)
      })

      test('headers come back as they were, whatever their names', async () => {
        const headers = {
          'content-type': 'text/plain; charset=utf-8',
          'x-cos-meta-ü': '值',
          constructor: 'x',
        }
        const hostile = Object.assign(headers, JSON.parse('{"__proto__":"x"}'))
        await put('a', 'text', BUCKET, { headers: hostile })
        expect((await store.headObject(BUCKET, 'a'))?.headers).toEqual(headers)
      })

      test('chunks written without waiting keep their order', async () => {
        const upload = await store.createUpload(BUCKET, 'a')
        const chunks = Array.from({ length: 50 }, (_, index) => Buffer.alloc(1000, index))
        await Promise.all(chunks.map((chunk) => upload.write(chunk)))
        await upload.commit(toRecord('a', Buffer.concat(chunks)))
        expect((await readBytes('a'))?.equals(Buffer.concat(chunks))).toBe(true)
      })

      test('an aborted upload leaves nothing, and the older object as it was', async () => {
        await put('a', 'older')
        const upload = await store.createUpload(BUCKET, 'a')
        await upload.write(Buffer.from('newer'))
        await upload.abort()
        await upload.abort()
        expect(await read('a')).toBe('older')
        await expect(upload.write(Buffer.from('x'))).rejects.toThrow('over')
        await expect(upload.commit(toRecord('a', 'newer'))).rejects.toThrow('over')
      })

      test('an abort after the commit does nothing, and neither does one during it', async () => {
        const upload = await store.createUpload(BUCKET, 'a')
        await upload.write(Buffer.from('text'))
        const committed = upload.commit(toRecord('a', 'text'))
        await upload.abort()
        await committed
        await upload.abort()
        expect(await read('a')).toBe('text')
        await expect(upload.commit(toRecord('a', 'text'))).rejects.toThrow('over')
      })

      test('a commit whose record is of another size or key is refused and shows nothing', async () => {
        for (const record of [toRecord('a', 'longer'), toRecord('b', 'text')]) {
          const upload = await store.createUpload(BUCKET, 'a')
          await upload.write(Buffer.from('text'))
          await expect(upload.commit(record)).rejects.toThrow(RangeError)
          await upload.abort()
        }
        expect(await keys({ limit: 9 })).toEqual([])
      })

      test('an upload needs a bucket when it begins', async () => {
        await expect(store.createUpload('none-1', 'a')).rejects.toMatchObject({
          name: 'StoreError',
          code: 'ERR_STORE_NO_BUCKET',
        })
      })

      test('an upload needs its own bucket when it ends, not one made anew', async () => {
        const upload = await store.createUpload(BUCKET, 'a')
        await upload.write(Buffer.from('text'))
        await store.deleteBucket(BUCKET)
        await store.createBucket({ name: BUCKET, createdAt: 2 })
        await expect(upload.commit(toRecord('a', 'text'))).rejects.toMatchObject({
          code: 'ERR_STORE_NO_BUCKET',
        })
        await upload.abort()
        expect(await keys({ limit: 9 })).toEqual([])
      })

      test('of many writers to one key one wins, whole', async () => {
        const texts = Array.from({ length: 20 }, (_, index) => String.fromCharCode(97 + index).repeat(5000))
        await Promise.all(texts.map((text) => put('a', text)))
        const text = await read('a')
        expect(texts).toContain(text)
        expect((await store.headObject(BUCKET, 'a'))?.etag).toBe(toRecord('a', text ?? '').etag)
      })

      test('the last commit wins, not the last upload', async () => {
        const first = await store.createUpload(BUCKET, 'a')
        const second = await store.createUpload(BUCKET, 'a')
        await second.write(Buffer.from('second'))
        await first.write(Buffer.from('first'))
        await second.commit(toRecord('a', 'second'))
        await first.commit(toRecord('a', 'first'))
        expect(await read('a')).toBe('first')
      })
    })

    describe('reading', () => {
      test('a range is inclusive, and goes by the record', async () => {
        await put('a', '0123456789')
        expect(await readRange('a', () => ({ start: 0, end: 0 }))).toBe('0')
        expect(await readRange('a', () => ({ start: 3, end: 5 }))).toBe('345')
        expect(await readRange('a', ({ size }) => ({ start: size - 2, end: size - 1 }))).toBe('89')
        expect(await readRange('a', () => 'all')).toBe('0123456789')
        expect(await readRange('a', () => 'none')).toBe('')
      })

      test('whoever chooses the bytes may refuse', async () => {
        await put('a', 'text')
        const refused = store.getObject(BUCKET, 'a', () => {
          throw new Error('no')
        })
        await expect(refused).rejects.toThrow('no')
        expect(await read('a')).toBe('text')
      })

      test('a range of a large object is cut where it should be', async () => {
        const bytes = Buffer.alloc(3_000_001, 'the quick brown fox ')
        await put('a', bytes)
        for (const [start, end] of [
          [0, 2_999_999],
          [4095, 4096],
          [1_048_575, 1_048_577],
          [2_999_999, 3_000_000],
        ] as const) {
          const found = await store.getObject(BUCKET, 'a', () => ({ start, end }))
          expect(digest(await readBody(found))).toBe(digest(bytes.subarray(start, end + 1)))
        }
      })

      test('a stream begun before the object is replaced or deleted gives the old bytes to the end', async () => {
        const old = Buffer.alloc(1_000_000, 'old')
        await put('a', old)
        const beforeReplacing = await store.getObject(BUCKET, 'a')
        await put('a', 'new')
        const beforeDeleting = await store.getObject(BUCKET, 'a')
        await store.deleteObject(BUCKET, 'a')
        expect(beforeReplacing?.record.size).toBe(old.length)
        expect((await readBody(beforeReplacing)).equals(old)).toBe(true)
        expect((await readBody(beforeDeleting)).toString()).toBe('new')
      })

      test('record and bytes belong together while the key is being overwritten', async () => {
        await put('a', 'x')
        let isDone = false
        const writing = (async () => {
          for (let size = 1; size <= 60; size++) await put('a', 'x'.repeat(size * 100))
          isDone = true
        })()
        while (!isDone) {
          const found = await store.getObject(BUCKET, 'a')
          const bytes = await readBody(found)
          expect(found?.record).toMatchObject({ size: bytes.length, etag: digest(bytes) })
        }
        await writing
      })

      test('a stream that is destroyed at once does no harm', async () => {
        const bytes = Buffer.alloc(1_500_000, 'text')
        await put('a', bytes)
        const found = await store.getObject(BUCKET, 'a')
        expect(found?.body).toBeInstanceOf(Readable)
        if (found?.body instanceof Readable) found.body.destroy()
        expect((await readBytes('a'))?.equals(bytes)).toBe(true)
      })

      test('deleting says whether there was one', async () => {
        await put('a', 'text')
        expect(await store.deleteObject(BUCKET, 'a')).toBe(true)
        expect(await store.deleteObject(BUCKET, 'a')).toBe(false)
        expect(await store.getObject(BUCKET, 'a')).toBeUndefined()
      })
    })

    describe('keys', () => {
      test('any text is a key and only itself', async () => {
        for (const key of HOSTILE_KEYS) await put(key, key)
        for (const key of HOSTILE_KEYS) expect(await read(key)).toBe(key)
        expect(await keys({ limit: 100 })).toEqual([...HOSTILE_KEYS].sort(compareBytes))
      })

      test('a key that cannot be is refused for an upload and is nobody elsewhere', async () => {
        for (const key of ['', 'x'.repeat(851), `${'\u{1f600}'.repeat(212)}xyz`, '\ud800', 'a\udfffb']) {
          await expect(store.createUpload(BUCKET, key)).rejects.toThrow(RangeError)
          expect(await store.headObject(BUCKET, key)).toBeUndefined()
          expect(await store.getObject(BUCKET, key)).toBeUndefined()
          expect(await store.deleteObject(BUCKET, key)).toBe(false)
        }
        expect(await store.headObject(BUCKET, 'x'.repeat(5000))).toBeUndefined()
      })

      test('keys order by their UTF-8 bytes, where UTF-16 has another order', async () => {
        const ordered = ['a', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{1f600}']
        expect([...ordered].sort()).not.toEqual(ordered)
        for (const key of [...ordered].reverse()) await put(key, key)
        expect(await keys({ limit: 100 })).toEqual(ordered)
        expect(await keys({ limit: 100, after: '\uffff' })).toEqual(['\u{10000}', '\u{1f600}'])
      })

      test('a listing takes a limit, a prefix and a place to go on after', async () => {
        for (const key of ['a', 'a/', 'a/b', 'a/c', 'b', 'b/a']) await put(key, key)
        expect(await keys({ limit: 0 })).toEqual([])
        expect(await keys({ limit: 2 })).toEqual(['a', 'a/'])
        expect(await keys({ limit: 9, prefix: 'a/' })).toEqual(['a/', 'a/b', 'a/c'])
        expect(await keys({ limit: 9, prefix: 'a/', after: 'a/b' })).toEqual(['a/c'])
        expect(await keys({ limit: 9, prefix: 'a/', after: 'A' })).toEqual(['a/', 'a/b', 'a/c'])
        expect(await keys({ limit: 9, prefix: 'a/', after: 'b' })).toEqual([])
        expect(await keys({ limit: 9, after: 'a/bb' })).toEqual(['a/c', 'b', 'b/a'])
        expect(await keys({ limit: 9, prefix: 'x'.repeat(9000) })).toEqual([])
        expect(await keys({ limit: 9, after: 'a/b'.padEnd(9000, '\0') })).toEqual(['a/c', 'b', 'b/a'])
        expect((await store.listObjects(BUCKET, { limit: 1 })).items[0]).toEqual(toRecord('a', 'a'))
      })
    })

    describeChanges(() => store)
    describeListings(() => store)
    describeMultiparts(() => store)

    test('nothing works after closing, which may happen twice', async () => {
      const upload = await store.createUpload(BUCKET, 'a')
      await store.close()
      await store.close()
      await upload.abort()
      await expect(store.getBucket(BUCKET)).rejects.toThrow('closed')
      await expect(store.createUpload(BUCKET, 'a')).rejects.toThrow('closed')
      await expect(upload.write(Buffer.from('x'))).rejects.toThrow('closed')
    })

    async function put(
      key: string,
      content: string | Buffer,
      bucket: string = BUCKET,
      extra: Partial<ObjectRecord> = {},
    ): Promise<void> {
      await putObject(store, key, content, bucket, extra)
    }

    async function readBytes(key: string, bucket: string = BUCKET): Promise<Buffer | undefined> {
      const found = await store.getObject(bucket, key)
      return found && (await readBody(found))
    }

    function read(key: string, bucket: string = BUCKET): Promise<string | undefined> {
      return readText(store, key, bucket)
    }

    async function readRange(key: string, choose: (record: ObjectRecord) => ByteChoice): Promise<string> {
      const found = await store.getObject(BUCKET, key, choose)
      return (await readBody(found)).toString()
    }

    async function keys(query: { prefix?: string; after?: string; limit: number }): Promise<string[]> {
      return (await store.listObjects(BUCKET, query)).items.map(({ key }) => key)
    }
  })
}
