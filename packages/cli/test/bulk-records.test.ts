import { closeSync, openSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRecordReader, type RecordSource } from '../src/bulk/record-reader.ts'

/* Records of a file that is read in parts, by who knows nothing of the other parts. */

let directory: string
let path: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-bulk-records-'))
  path = join(directory, 'keys')
})
afterAll(() => rm(directory, { recursive: true }))

function withFile<T>(content: Uint8Array, separator: number, use: (source: RecordSource) => T): T {
  writeFileSync(path, content)
  const fd = openSync(path, 'r')
  try {
    return use({ file: { fd, path: 'the keys' }, size: content.length, separator })
  } finally {
    closeSync(fd)
  }
}

/** What parts of a file have, each as a text of one byte a character. */
const partsOf = (content: Uint8Array, bytes: number, separator = 0x0a): string[] =>
  withFile(content, separator, (source) => {
    const readRecords = createRecordReader()
    return Array.from({ length: Math.ceil(source.size / bytes) }, (_, at) =>
      Buffer.from(readRecords(source, at * bytes, (at + 1) * bytes)).toString('latin1'),
    )
  })

const KIB = 1024

describe('parts of a file', () => {
  it.each([0x0a, 0])('have each record once, whole, where it begins (separator %d)', (separator) => {
    // Few bytes, and lengths around those of a part and of what is read beyond it.
    const record = fc.oneof(
      fc.array(fc.constantFrom(0x61, 0x0d, 0x0a ^ separator), { maxLength: 8 }),
      fc.constantFrom(63, 64, 65, 1022, 1023, 1024, 1025, 2100).map((length) => Array(length).fill(0x78)),
    )
    const records = fc.array(record, { maxLength: 40 })
    fc.assert(
      fc.property(records, fc.boolean(), fc.constantFrom(1, 7, 64, 4096), (all, isEnded, bytes) => {
        const clean = all.map((one) => one.filter((byte) => byte !== separator))
        const ended = clean.map((one) => [...one, separator])
        const content = Buffer.from(ended.flat()).subarray(0, isEnded ? undefined : -1)
        const expected = Array.from({ length: Math.ceil(content.length / bytes) }, () => '')
        let begin = 0
        for (const [at, one] of ended.entries()) {
          const isCut = at === ended.length - 1 && !isEnded
          const text = Buffer.from(isCut ? one.slice(0, -1) : one).toString('latin1')
          if (text !== '') expected[Math.floor(begin / bytes)] += text
          begin += one.length
        }
        expect(partsOf(content, bytes, separator)).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  it.each([127 * KIB, 128 * KIB, 129 * KIB, 300 * KIB])(
    'have a record of %d bytes where it begins, whole or its first 128 KiB, and what follows it where that begins',
    (length) => {
      const parts = partsOf(Buffer.from(`a\n${'x'.repeat(length)}\nb\n`), 4 * KIB)
      const [first = '', ...others] = parts
      expect(first.slice(0, 3)).toBe('a\nx')
      const [, long = ''] = first.split('\n')
      expect(long).toMatch(/^x+$/)
      expect(long.length).toBeLessThanOrEqual(Math.min(length, 134 * KIB))
      expect(long.length).toBeGreaterThanOrEqual(Math.min(length, 128 * KIB))
      expect(others.filter((part) => part !== '')).toEqual(['b\n'])
    },
  )

  it('begin after a byte order mark, but not among texts ended by NUL', () => {
    expect(partsOf(Buffer.from('\ufeffa\nb\n'), 4)).toEqual(['a\n', 'b\n'])
    expect(partsOf(Buffer.from('\ufeff'), 4)).toEqual([''])
    expect(partsOf(Buffer.from('\ufeffa\0'), 8, 0)).toEqual([Buffer.from('\ufeffa\0').toString('latin1')])
  })

  it('cannot be read of a file that became shorter', async () => {
    const content = Buffer.from('a\n'.repeat(4 * KIB))
    writeFileSync(path, content)
    const fd = openSync(path, 'r')
    try {
      await truncate(path, KIB)
      const source = { file: { fd, path: 'the keys' }, size: content.length, separator: 0x0a }
      expect(() => createRecordReader()(source, 0, 4 * KIB)).toThrow(
        expect.objectContaining({
          code: 'ERR_CLI_FILE',
          message: 'the keys became shorter while it was read; give one that stays as it is',
        }),
      )
    } finally {
      closeSync(fd)
    }
  })
})
