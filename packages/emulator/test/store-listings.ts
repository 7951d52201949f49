import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type {
  ListPage,
  MultipartPlace,
  MultipartRecord,
  ObjectRecord,
  PartRecord,
  Store,
} from '../src/store.ts'
import { BUCKET, compareBytes, putObject, putPart, toMultipart } from './store-helpers.ts'

/** Texts that meet each other as keys, prefixes, delimiters and markers, and order otherwise as bytes than as UTF-16. */
const text = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '-', '\0', '\u0001', '\u{1f600}', '\uffff', 'é'),
  maxLength: 4,
})
const prefix = fc.oneof(fc.constant(''), text)
const delimiter = fc.oneof(fc.constant(''), fc.constant('/'), text)

/** A name in a listing, and where a page that ends with it ends. */
interface Entry<Place> {
  readonly name: string
  readonly place: Place
  readonly isRolledUp: boolean
}

/** The law of all listings, of every store: any way of paging gives what a naive model has. */
export function describeListings(getStore: () => Store): void {
  describe('listings', () => {
    test('objects: any page size, delimiter, prefix and marker give what the model has', async () => {
      const keys = fc.uniqueArray(text, { minLength: 60, maxLength: 60 })
      const [sample = []] = fc.sample(keys, { numRuns: 1, seed: 1 })
      const sorted = sample.filter((key) => key !== '').sort(compareBytes)
      await Promise.all(sorted.map((key) => putObject(getStore(), key, '')))
      const query = fc.record({ prefix, delimiter, after: prefix, limit: fc.integer({ min: 1, max: 12 }) })
      await fc.assert(
        fc.asyncProperty(query, async ({ prefix, delimiter, after, limit }) => {
          const pages = await readPages<ObjectRecord, string>(after, (place) =>
            getStore().listObjects(BUCKET, { prefix, delimiter, after: place, limit }),
          )
          const expected = rollUp(
            sorted.map((key) => ({ name: key, place: key, isRolledUp: false })),
            prefix,
            delimiter,
            (key) => key,
          ).filter(({ name }) => compareBytes(name, after) > 0)
          expectPages(pages, expected, limit, ({ key }) => key)
        }),
        { numRuns: 300 },
      )
    })

    test('multipart uploads: any page size, delimiter, prefix and marker give what the model has', async () => {
      const uploads = fc.uniqueArray(fc.record({ key: text, uploadId: fc.constantFrom('a', 'b', 'c') }), {
        minLength: 60,
        maxLength: 60,
        selector: ({ key, uploadId }) => `${uploadId}${key}`,
      })
      const [sample = []] = fc.sample(uploads, { numRuns: 1, seed: 2 })
      const sorted = sample.filter(({ key }) => key !== '').sort(comparePlaces)
      await Promise.all(
        sorted.map(({ key, uploadId }) => getStore().createMultipart(BUCKET, toMultipart(key, uploadId))),
      )
      const place = fc.record({ key: text, uploadId: fc.constantFrom(undefined, 'a', 'b', 'bb') })
      const query = fc.record({ prefix, delimiter, after: place, limit: fc.integer({ min: 1, max: 12 }) })
      await fc.assert(
        fc.asyncProperty(query, async ({ prefix, delimiter, after, limit }) => {
          const pages = await readPages<MultipartRecord, MultipartPlace>(after, (place) =>
            getStore().listMultiparts(BUCKET, { prefix, delimiter, after: place, limit }),
          )
          const expected = rollUp(
            sorted.map((place) => ({ name: place.key, place, isRolledUp: false })),
            prefix,
            delimiter,
            (key): MultipartPlace => ({ key }),
          ).filter(({ name, place, isRolledUp }) =>
            isRolledUp ? compareBytes(name, after.key) > 0 : comparePlaces(place, after) > 0,
          )
          expectPages(pages, expected, limit, ({ key, uploadId }) => ({ key, uploadId }))
        }),
        { numRuns: 300 },
      )
    })

    test('parts: any page size and marker give what the model has', async () => {
      const numbers = [1, 2, 3, 5, 8, 100, 255, 256, 257, 9999, 10_000]
      await getStore().createMultipart(BUCKET, toMultipart('a', 'u'))
      await Promise.all(numbers.map((number) => putPart(getStore(), 'a', 'u', number, `${number}`)))
      const query = fc.record({
        after: fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom(...numbers)),
        limit: fc.integer({ min: 1, max: 12 }),
      })
      await fc.assert(
        fc.asyncProperty(query, async ({ after, limit }) => {
          const found: PartRecord[] = []
          for (let isTruncated = true; isTruncated; ) {
            const last = found.at(-1)?.number ?? after
            const page = await getStore().listParts(BUCKET, 'a', 'u', { after: last, limit })
            if (page === undefined) throw new Error('There is no such upload')
            isTruncated = page.isTruncated
            if (isTruncated) expect(page.parts).toHaveLength(limit)
            found.push(...page.parts)
          }
          expect(found.map(({ number }) => number)).toEqual(numbers.filter((number) => number > after))
        }),
        { numRuns: 100 },
      )
    })

    test('a page of nothing is empty and the last', async () => {
      await putObject(getStore(), 'a', '')
      await getStore().createMultipart(BUCKET, toMultipart('a', 'u'))
      await putPart(getStore(), 'a', 'u', 1, '')
      expect(await getStore().listObjects(BUCKET, { limit: 0 })).toEqual({ items: [], commonPrefixes: [] })
      expect(await getStore().listMultiparts(BUCKET, { limit: 0 })).toEqual({ items: [], commonPrefixes: [] })
      expect(await getStore().listParts(BUCKET, 'a', 'u', { limit: 0 })).toEqual({
        parts: [],
        isTruncated: false,
      })
    })
  })
}

/** The naive model: all entries in order. */
function rollUp<Place>(
  sorted: readonly Entry<Place>[],
  prefix: string,
  delimiter: string,
  toPlace: (commonPrefix: string) => Place,
): Entry<Place>[] {
  const entries: Entry<Place>[] = []
  for (const entry of sorted) {
    if (!entry.name.startsWith(prefix)) continue
    const at = delimiter === '' ? -1 : entry.name.indexOf(delimiter, prefix.length)
    if (at < 0) {
      entries.push(entry)
      continue
    }
    const name = entry.name.slice(0, at + delimiter.length)
    const last = entries.at(-1)
    if (!last?.isRolledUp || last.name !== name)
      entries.push({ name, place: toPlace(name), isRolledUp: true })
  }
  return entries
}

async function readPages<Item, Place>(
  after: Place,
  list: (after: Place) => Promise<ListPage<Item, Place>>,
): Promise<ListPage<Item, Place>[]> {
  const pages: ListPage<Item, Place>[] = []
  for (let place: Place | undefined = after; place !== undefined; ) {
    const page: ListPage<Item, Place> = await list(place)
    pages.push(page)
    place = page.next
    if (pages.length > 1000) throw new Error('The listing does not end')
  }
  return pages
}

function expectPages<Item extends { readonly key: string }, Place>(
  pages: readonly ListPage<Item, Place>[],
  expected: readonly Entry<Place>[],
  limit: number,
  toPlace: (item: Item) => Place,
): void {
  for (const [index, { items, commonPrefixes, next }] of pages.entries()) {
    const entries = expected.slice(index * limit, (index + 1) * limit)
    expect(items.map(toPlace)).toEqual(
      entries.filter(({ isRolledUp }) => !isRolledUp).map(({ place }) => place),
    )
    expect(commonPrefixes).toEqual(entries.filter(({ isRolledUp }) => isRolledUp).map(({ name }) => name))
    const isLast = index === pages.length - 1
    expect(next).toEqual(isLast ? undefined : entries.at(-1)?.place)
  }
  expect(pages).toHaveLength(Math.max(1, Math.ceil(expected.length / limit)))
}

/** Without an upload id: behind all uploads of the key. */
function comparePlaces(a: MultipartPlace, b: MultipartPlace): number {
  const byKey = compareBytes(a.key, b.key)
  if (byKey !== 0) return byKey
  return compareBytes(a.uploadId ?? '\uffff', b.uploadId ?? '\uffff')
}
