import { describe, expect, test } from 'vitest'
import type { Completion, ObjectRecord, PartRecord, Store } from '../src/store.ts'
import {
  BUCKET,
  putObject,
  putPart,
  readBody,
  readText,
  toMultipart,
  toPart,
  toRecord,
} from './store-helpers.ts'

/** What every store does with multipart uploads. */
export function describeMultiparts(getStore: () => Store): void {
  describe('multipart uploads', () => {
    test('an upload is kept as it was initiated, and is no object', async () => {
      const store = await initiate()
      expect(await store.getMultipart(BUCKET, 'a', 'u')).toEqual(toMultipart('a', 'u'))
      expect(await store.headObject(BUCKET, 'a')).toBeUndefined()
      expect((await store.listObjects(BUCKET, { limit: 9 })).items).toEqual([])
      expect(await store.deleteBucket(BUCKET)).toBe('not-empty')
    })

    test('an upload is found by its bucket, key and id alone', async () => {
      const store = await initiate()
      await store.createBucket({ name: 'other-1', createdAt: 1 })
      for (const [bucket, key, uploadId] of [
        ['other-1', 'a', 'u'],
        ['none-1', 'a', 'u'],
        [BUCKET, 'b', 'u'],
        [BUCKET, 'a', 'v'],
        [BUCKET, 'a', 'u\0'],
        [BUCKET, 'a\0', 'u'],
        [BUCKET, 'a', ''],
        [BUCKET, '', 'u'],
        [BUCKET, 'a', 'u'.repeat(5000)],
      ] as const) {
        expect(await store.getMultipart(bucket, key, uploadId)).toBeUndefined()
        expect(await store.listParts(bucket, key, uploadId, { limit: 9 })).toBeUndefined()
        expect(await store.abortMultipart(bucket, key, uploadId)).toBe(false)
        expect(await store.completeMultipart(bucket, key, uploadId, () => completion([]))).toBeUndefined()
        await expect(store.createPart(bucket, key, uploadId, 1)).rejects.toMatchObject({
          code: 'ERR_STORE_NO_UPLOAD',
        })
      }
    })

    test('an upload needs a bucket and a key that can be', async () => {
      const store = getStore()
      await expect(store.createMultipart('none-1', toMultipart('a', 'u'))).rejects.toMatchObject({
        code: 'ERR_STORE_NO_BUCKET',
      })
      for (const key of ['', 'x'.repeat(851), '\ud800']) {
        await expect(store.createMultipart(BUCKET, toMultipart(key, 'u'))).rejects.toThrow(RangeError)
      }
    })

    test('any text is the key of an upload', async () => {
      const store = getStore()
      const keys = [
        '\0'.repeat(850),
        'x'.repeat(850),
        '\u{1f600}'.repeat(212),
        '../..',
        'a\0\0',
        'a\0',
        'a\0\u0001',
      ]
      for (const key of keys) {
        await store.createMultipart(BUCKET, toMultipart(key, 'u'))
        await putPart(store, key, 'u', 1, key)
      }
      for (const key of keys) {
        await store.completeMultipart(BUCKET, key, 'u', (_upload, parts) => ({
          record: toRecord(key, key),
          parts,
        }))
        expect(await readText(store, key)).toBe(key)
      }
    })

    test('a part is seen when it is committed, and replaces one of its number', async () => {
      const store = await initiate()
      await putPart(store, 'a', 'u', 7, 'seven')
      const part = await store.createPart(BUCKET, 'a', 'u', 2)
      await part.write(Buffer.from('two'))
      expect(await listNumbers(store)).toEqual([7])
      await part.commit(toPart(2, 'two'))
      await putPart(store, 'a', 'u', 7, 'new')
      expect(await store.listParts(BUCKET, 'a', 'u', { limit: 9 })).toEqual({
        parts: [toPart(2, 'two'), toPart(7, 'new')],
        isTruncated: false,
      })
    })

    test('a part that is aborted, or whose record is another’s, is none', async () => {
      const store = await initiate()
      for (const record of [undefined, toPart(1, 'longer'), toPart(2, 'text')]) {
        const part = await store.createPart(BUCKET, 'a', 'u', 1)
        await part.write(Buffer.from('text'))
        if (record !== undefined) await expect(part.commit(record)).rejects.toThrow(RangeError)
        await part.abort()
        await expect(part.write(Buffer.from('x'))).rejects.toThrow('over')
      }
      expect(await listNumbers(store)).toEqual([])
    })

    test('the parts that are chosen become the object, whole, and the upload is over', async () => {
      const store = await initiate()
      for (const number of [3, 1, 2, 4]) await putPart(store, 'a', 'u', number, `part ${number} `)
      await putObject(store, 'a', 'older')
      const seen: unknown[] = []
      const record = { ...toRecord('a', 'part 1 part 3 '), etag: 'x-2' }
      const completed = await store.completeMultipart(BUCKET, 'a', 'u', (upload, parts, current) => {
        seen.push(
          upload,
          parts.map(({ number }) => number),
          current,
        )
        return { record, parts: parts.filter(({ number }) => number % 2 === 1) }
      })
      expect(completed).toEqual(record)
      expect(seen).toEqual([toMultipart('a', 'u'), [1, 2, 3, 4], toRecord('a', 'older')])
      expect(await store.headObject(BUCKET, 'a')).toEqual(record)
      expect(await readText(store, 'a')).toBe('part 1 part 3 ')
      expect(await store.getMultipart(BUCKET, 'a', 'u')).toBeUndefined()
      expect((await store.listMultiparts(BUCKET, { limit: 9 })).items).toEqual([])
      expect(await store.completeMultipart(BUCKET, 'a', 'u', () => completion([]))).toBeUndefined()
    })

    test('a range of what was parts is cut where it should be', async () => {
      const store = await initiate()
      const pieces = ['abc', '', 'd', 'efghij', 'klmnopqrstuvwxyz']
      const text = pieces.join('')
      for (const [index, piece] of pieces.entries()) await putPart(store, 'a', 'u', index + 1, piece)
      await store.completeMultipart(BUCKET, 'a', 'u', (_upload, parts) => ({
        record: toRecord('a', text),
        parts,
      }))
      for (let start = 0; start < text.length; start += 2) {
        for (let end = start; end < text.length; end += 3) {
          const found = await store.getObject(BUCKET, 'a', () => ({ start, end }))
          expect((await readBody(found)).toString()).toBe(text.slice(start, end + 1))
        }
      }
    })

    test('a completion that is refused, or does not fit, leaves everything as it was', async () => {
      const store = await initiate()
      await putPart(store, 'a', 'u', 1, 'one')
      const fits = (parts: readonly PartRecord[]): Completion => ({ record: toRecord('a', 'one'), parts })
      const refusals: [unknown, () => Completion][] = [
        [
          Refused,
          () => {
            throw new Refused('no')
          },
        ],
        [RangeError, () => fits([])],
        [RangeError, () => fits([toPart(2, 'two')])],
        [RangeError, () => ({ record: toRecord('b', 'one'), parts: [toPart(1, 'one')] })],
      ]
      for (const [error, complete] of refusals) {
        await expect(store.completeMultipart(BUCKET, 'a', 'u', complete)).rejects.toThrow(
          error as typeof Error,
        )
      }
      expect(await store.headObject(BUCKET, 'a')).toBeUndefined()
      await store.completeMultipart(BUCKET, 'a', 'u', (_upload, parts) => fits(parts))
      expect(await readText(store, 'a')).toBe('one')
    })

    test('an aborted upload is gone with its parts, those on their way included', async () => {
      const store = await initiate()
      await putPart(store, 'a', 'u', 1, 'one')
      const part = await store.createPart(BUCKET, 'a', 'u', 2)
      await part.write(Buffer.from('two'))
      expect(await store.abortMultipart(BUCKET, 'a', 'u')).toBe(true)
      expect(await store.abortMultipart(BUCKET, 'a', 'u')).toBe(false)
      await expect(part.commit(toPart(2, 'two'))).rejects.toMatchObject({ code: 'ERR_STORE_NO_UPLOAD' })
      await part.abort()
      expect(await store.deleteBucket(BUCKET)).toBe('deleted')
    })

    test('a part is not added to an upload that was made anew under the same id', async () => {
      const store = await initiate()
      const part = await store.createPart(BUCKET, 'a', 'u', 1)
      await part.write(Buffer.from('one'))
      await store.abortMultipart(BUCKET, 'a', 'u')
      await initiate()
      await expect(part.commit(toPart(1, 'one'))).rejects.toMatchObject({ code: 'ERR_STORE_NO_UPLOAD' })
      await part.abort()
      expect(await listNumbers(store)).toEqual([])
    })

    test('two uploads of one key are apart, and the last to be completed is the object', async () => {
      const store = await initiate()
      await store.createMultipart(BUCKET, toMultipart('a', 'v'))
      await putPart(store, 'a', 'u', 1, 'of u')
      await putPart(store, 'a', 'v', 1, 'of v')
      await complete(store, 'v', 'of v')
      await complete(store, 'u', 'of u')
      expect(await readText(store, 'a')).toBe('of u')
    })

    test('of many that complete at once one does, and parts that come meanwhile harm nothing', async () => {
      const store = await initiate()
      await putPart(store, 'a', 'u', 1, 'one')
      const completing = Array.from({ length: 10 }, () => complete(store, 'u', 'one'))
      const parts = Array.from({ length: 10 }, () => putPart(store, 'a', 'u', 1, 'one'))
      const outcomes = await Promise.all(completing)
      await Promise.allSettled(parts)
      expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1)
      expect(await readText(store, 'a')).toBe('one')
    })

    async function initiate(): Promise<Store> {
      const store = getStore()
      await store.createMultipart(BUCKET, toMultipart('a', 'u'))
      return store
    }
  })
}

class Refused extends Error {}

function completion(parts: readonly PartRecord[]): Completion {
  return { record: toRecord('a', ''), parts }
}

async function complete(store: Store, uploadId: string, content: string): Promise<ObjectRecord | undefined> {
  return await store.completeMultipart(BUCKET, 'a', uploadId, (_upload, parts) => ({
    record: toRecord('a', content),
    parts,
  }))
}

async function listNumbers(store: Store): Promise<number[] | undefined> {
  const page = await store.listParts(BUCKET, 'a', 'u', { limit: 99 })
  return page?.parts.map(({ number }) => number)
}
