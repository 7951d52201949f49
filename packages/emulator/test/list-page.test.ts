import { expect, test } from 'vitest'
import { collectPage, type ScanStart } from '../src/list-page.ts'

test('what is rolled up is not walked through', () => {
  const keys = [
    'few/0',
    'few/1',
    ...Array.from({ length: 1000 }, (_, index) => `many/${index}`),
    'one',
    'two/x',
  ]
  const seen: string[] = []
  function* scan(start: ScanStart): Generator<{ key: string }> {
    const from =
      'at' in start ? start.at : 'behind' in start ? `${start.behind}\uffff` : `${start.after.key}\0`
    for (const key of [...keys].sort()) {
      if (key < from) continue
      seen.push(key)
      yield { key }
    }
  }
  expect(collectPage({ delimiter: '/', limit: 10 }, scan)).toEqual({
    items: [{ key: 'one' }],
    commonPrefixes: ['few/', 'many/', 'two/'],
  })
  expect(seen).toEqual(['few/0', 'many/0', 'one', 'two/x'])
})
