import { describe, expect, test } from 'vitest'
import { createMemoryStore } from '../src/memory-store.ts'
import type { Store } from '../src/store.ts'
import { describeStore } from './store-conformance.ts'
import { readBody, toRecord } from './store-helpers.ts'

describeStore('memory store', () => Promise.resolve(createMemoryStore()))

describe('memory store with a limit', () => {
  test('an upload over the limit is refused, and says what to do', async () => {
    const store = await createStore(10)
    await put(store, 'a', '12345')
    await expect(put(store, 'b', '123456')).rejects.toMatchObject({
      name: 'StoreError',
      code: 'ERR_STORE_FULL',
      retryable: true,
      message: expect.stringMatching(/at most 10 bytes.*data directory/),
    })
    await put(store, 'b', '12345')
  })

  test('uploads under way count until they are aborted', async () => {
    const store = await createStore(10)
    const upload = await store.createUpload('b-1', 'a')
    await upload.write(Buffer.alloc(8))
    await expect(put(store, 'b', '123')).rejects.toMatchObject({ code: 'ERR_STORE_FULL' })
    await upload.abort()
    await upload.abort()
    await put(store, 'b', '1234567890')
    await expect(put(store, 'c', '1')).rejects.toMatchObject({ code: 'ERR_STORE_FULL' })
  })

  test('replaced and deleted objects no longer count', async () => {
    const store = await createStore(10)
    for (let round = 0; round < 5; round++) await put(store, 'a', '12345')
    await store.deleteObject('b-1', 'a')
    await put(store, 'b', '1234567890')
  })

  test('a refused write leaves the upload as it was', async () => {
    const store = await createStore(10)
    const upload = await store.createUpload('b-1', 'a')
    await upload.write(Buffer.from('12345'))
    await expect(upload.write(Buffer.alloc(6))).rejects.toMatchObject({ code: 'ERR_STORE_FULL' })
    await upload.commit(toRecord('a', '12345'))
    const found = await store.getObject('b-1', 'a')
    expect((await readBody(found)).toString()).toBe('12345')
  })

  test('a limit must be a positive number', () => {
    for (const maxBytes of [0, -1, Number.NaN]) {
      expect(() => createMemoryStore({ maxBytes })).toThrow(
        new RangeError('"maxBytes" must be a number greater than 0'),
      )
    }
  })

  async function createStore(maxBytes: number): Promise<Store> {
    const store = createMemoryStore({ maxBytes })
    await store.createBucket({ name: 'b-1', createdAt: 1 })
    return store
  }

  async function put(store: Store, key: string, content: string): Promise<void> {
    const upload = await store.createUpload('b-1', key)
    try {
      await upload.write(Buffer.from(content))
      await upload.commit(toRecord(key, content))
    } finally {
      await upload.abort()
    }
  }
})
