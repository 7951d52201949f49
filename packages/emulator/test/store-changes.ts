import { describe, expect, test } from 'vitest'
import type { ObjectRecord, Store } from '../src/store.ts'
import { BUCKET, putObject, readBody, readText, toRecord } from './store-helpers.ts'

class Refused extends Error {}
const refuse = (): never => {
  throw new Refused('no')
}
const refuseToReplace = (current: ObjectRecord | undefined): void => {
  if (current !== undefined) refuse()
}

/** What every store does beside plain uploads and downloads: changes that depend on what is there. */
export function describeChanges(getStore: () => Store): void {
  describe('commits that may be refused', () => {
    test('the guard sees what is there, and what it throws leaves that there', async () => {
      const seen: unknown[] = []
      const store = getStore()
      for (const content of ['first', 'second']) {
        const upload = await store.createUpload(BUCKET, 'a')
        await upload.write(Buffer.from(content))
        const committed = upload.commit(toRecord('a', content), (current) => {
          seen.push(current)
          refuseToReplace(current)
        })
        await (content === 'first' ? committed : expect(committed).rejects.toThrow(Refused))
        await upload.abort()
      }
      expect(seen).toEqual([undefined, toRecord('a', 'first')])
      expect(await readText(store, 'a')).toBe('first')
    })

    test('of many that may not replace exactly one gets through', async () => {
      const store = getStore()
      const outcomes = await Promise.allSettled(
        Array.from({ length: 30 }, async (_, index) => {
          const upload = await store.createUpload(BUCKET, 'a')
          await upload.write(Buffer.from(`${index}`))
          await upload.commit(toRecord('a', `${index}`), refuseToReplace)
          return `${index}`
        }),
      )
      const winners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
      expect(winners).toHaveLength(1)
      expect(await readText(store, 'a')).toBe(winners[0])
    })
  })

  describe('appending', () => {
    test('makes an object and goes on at its end', async () => {
      const store = getStore()
      expect(await append(store, 'a', 'one ')).toMatchObject({ size: 4 })
      expect(await append(store, 'a', 'two ')).toMatchObject({ size: 8 })
      await append(store, 'a', '')
      expect(await append(store, 'a', 'three')).toEqual(await store.headObject(BUCKET, 'a'))
      expect(await readText(store, 'a')).toBe('one two three')
      const range = await store.getObject(BUCKET, 'a', () => ({ start: 2, end: 9 }))
      expect((await readBody(range)).toString()).toBe('e two th')
    })

    test('a refusal leaves the object as it was, and a wrong size is one', async () => {
      const store = getStore()
      await append(store, 'a', 'one')
      const upload = await store.createUpload(BUCKET, 'a')
      await upload.write(Buffer.from('two'))
      await expect(upload.append(refuse)).rejects.toThrow(Refused)
      await upload.abort()
      const other = await store.createUpload(BUCKET, 'a')
      await other.write(Buffer.from('two'))
      await expect(other.append(() => toRecord('a', 'two'))).rejects.toThrow(RangeError)
      await other.abort()
      expect(await readText(store, 'a')).toBe('one')
    })

    test('of many that append at one position exactly one gets through', async () => {
      const store = getStore()
      await append(store, 'a', 'start')
      const outcomes = await Promise.allSettled(
        Array.from({ length: 30 }, (_, index) => append(store, 'a', `${index % 10}`, 5)),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await readText(store, 'a')).toMatch(/^start\d$/)
    })

    test('a stream that began before gives what was there, whatever becomes of the object', async () => {
      const store = getStore()
      for (const piece of ['one ', 'two ', 'three ']) await append(store, 'a', piece)
      const beforeAppending = await store.getObject(BUCKET, 'a')
      await append(store, 'a', 'four')
      const beforeReplacing = await store.getObject(BUCKET, 'a')
      await putObject(store, 'a', 'new')
      await store.deleteObject(BUCKET, 'a')
      expect((await readBody(beforeAppending)).toString()).toBe('one two three ')
      expect((await readBody(beforeReplacing)).toString()).toBe('one two three four')
    })

    test('a replaced object has only its own bytes', async () => {
      const store = getStore()
      for (const piece of ['one ', 'two ']) await append(store, 'a', piece)
      await putObject(store, 'a', 'new')
      expect(await readText(store, 'a')).toBe('new')
      await append(store, 'a', ' end')
      expect(await readText(store, 'a')).toBe('new end')
    })
  })

  describe('updating', () => {
    test('changes what is known of an object and keeps its bytes', async () => {
      const store = getStore()
      await putObject(store, 'a', 'text')
      const acl = [{ type: 'Group', grantee: 'everybody', permission: 'READ' }] as const
      const tags = [{ key: 'k', value: 'v' }]
      const changed = await store.updateObject(BUCKET, 'a', (current) => ({
        ...current,
        modifiedAt: 5,
        headers: {},
        tags,
        acl,
      }))
      expect(changed).toEqual({ ...toRecord('a', 'text'), modifiedAt: 5, headers: {}, tags, acl })
      expect(await store.headObject(BUCKET, 'a')).toEqual(changed)
      expect((await store.listObjects(BUCKET, { limit: 1 })).items).toEqual([changed])
      expect(await readText(store, 'a')).toBe('text')
    })

    test('of many changes at once none is lost', async () => {
      const store = getStore()
      await putObject(store, 'a', 'text')
      await append(store, 'a', ' and more')
      const names = Array.from({ length: 30 }, (_, index) => `k${index}`)
      await Promise.all(
        names.map((key) =>
          store.updateObject(BUCKET, 'a', (current) => ({
            ...current,
            tags: [...(current.tags ?? []), { key, value: '' }],
          })),
        ),
      )
      const { tags = [] } = (await store.headObject(BUCKET, 'a')) ?? {}
      expect(tags.map(({ key }) => key).sort()).toEqual([...names].sort())
      expect(await readText(store, 'a')).toBe('text and more')
    })

    test('is refused by what throws, and for other bytes', async () => {
      const store = getStore()
      await putObject(store, 'a', 'text')
      await expect(store.updateObject(BUCKET, 'a', refuse)).rejects.toThrow(Refused)
      for (const other of [{ key: 'b' }, { size: 5 }, { etag: 'x' }, { crc64: '1' }]) {
        await expect(
          store.updateObject(BUCKET, 'a', (current) => ({ ...current, ...other })),
        ).rejects.toThrow(RangeError)
      }
      expect(await store.headObject(BUCKET, 'a')).toEqual(toRecord('a', 'text'))
    })

    test('is undefined where there is nothing', async () => {
      expect(await getStore().updateObject(BUCKET, 'a', refuse)).toBeUndefined()
      expect(await getStore().updateObject('none-1', 'a', refuse)).toBeUndefined()
      expect(await getStore().updateObject(BUCKET, '', refuse)).toBeUndefined()
    })
  })

  describe('copying', () => {
    test('a copy lives on when its source is replaced, and the other way round', async () => {
      const store = getStore()
      await putObject(store, 'a', 'text')
      expect(await copy(store, 'a', 'b')).toEqual(toRecord('b', 'text'))
      await putObject(store, 'a', 'new')
      expect(await readText(store, 'b')).toBe('text')
      await copy(store, 'b', 'c')
      await store.deleteObject(BUCKET, 'b')
      expect(await readText(store, 'c')).toBe('text')
      await copy(store, 'a', 'c')
      expect(await readText(store, 'c')).toBe('new')
      await store.deleteObject(BUCKET, 'c')
      expect(await readText(store, 'a')).toBe('new')
    })

    test('an object may be copied to itself, to another bucket, and after appending', async () => {
      const store = getStore()
      await store.createBucket({ name: 'other-1', createdAt: 2 })
      await append(store, 'a', 'one ')
      await append(store, 'a', 'two')
      await copy(store, 'a', 'a')
      expect(await readText(store, 'a')).toBe('one two')
      await copy(store, 'a', 'b', 'other-1')
      await append(store, 'a', ' three')
      expect(await readText(store, 'a')).toBe('one two three')
      expect(await readText(store, 'b', 'other-1')).toBe('one two')
      await store.deleteObject(BUCKET, 'a')
      expect(await readText(store, 'b', 'other-1')).toBe('one two')
    })

    test('the record of the copy is made of both objects, and may be refused', async () => {
      const store = getStore()
      await putObject(store, 'a', 'text')
      await putObject(store, 'b', 'older')
      const seen: unknown[] = []
      const refused = store.copyObject(
        { bucket: BUCKET, key: 'a' },
        { bucket: BUCKET, key: 'b' },
        (...both) => {
          seen.push(both)
          return refuse()
        },
      )
      await expect(refused).rejects.toThrow(Refused)
      expect(seen).toEqual([[toRecord('a', 'text'), toRecord('b', 'older')]])
      expect(await readText(store, 'b')).toBe('older')
    })

    test('needs a source and a bucket to go to', async () => {
      const store = getStore()
      expect(await copy(store, 'none', 'b')).toBeUndefined()
      await putObject(store, 'a', 'text')
      await expect(copy(store, 'a', 'b', 'none-1')).rejects.toMatchObject({ code: 'ERR_STORE_NO_BUCKET' })
      await expect(copy(store, 'a', '')).rejects.toThrow(RangeError)
    })
  })
}

/** Appends at the end, or refuses when the end is not at that position. */
async function append(store: Store, key: string, content: string, position?: number): Promise<ObjectRecord> {
  const upload = await store.createUpload(BUCKET, key)
  try {
    await upload.write(Buffer.from(content))
    return await upload.append((current) => {
      const size = current?.size ?? 0
      if (position !== undefined && size !== position) refuse()
      return { ...toRecord(key, content), size: size + content.length, type: 'appendable' }
    })
  } finally {
    await upload.abort()
  }
}

async function copy(
  store: Store,
  from: string,
  to: string,
  bucket: string = BUCKET,
): Promise<ObjectRecord | undefined> {
  return await store.copyObject({ bucket: BUCKET, key: from }, { bucket, key: to }, (source) => ({
    ...source,
    key: to,
  }))
}
