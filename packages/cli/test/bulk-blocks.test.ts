import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { toBlocks } from '../src/bulk/blocks.ts'
import { createSigningPool, type PoolBlock } from '../src/bulk/signing-pool.ts'

/* How large blocks of `cos-presign bulk` become: what is on its way takes a multiple of the largest. */

const MIB = 1024 * 1024

/** Signs lines in blocks, one after the other, and tells of each. */
async function blocksOf(
  keys: readonly string[],
  prefix = '',
): Promise<{ input: number; signed: PoolBlock['signed'] }[]> {
  const client = { Region: 'ap-guangzhou', SecretId: 'AKIDblocks0000001', SecretKey: 'test-secret-of-blocks' }
  const params = { Bucket: 'examplebucket-1250000000' }
  const options = { input: 'lines', output: 'urls', prefix } as const
  const pool = await createSigningPool(
    { client, params, options, gzip: false },
    { threads: 1, inputBytes: undefined, now: Date.now },
  )
  const input = Readable.from([Buffer.from(keys.join(''))])
  const blocks: { input: number; signed: PoolBlock['signed'] }[] = []
  for await (const block of toBlocks(input, { separator: 0x0a, hasQuotes: false }, pool)) {
    const { length } = block
    const { signed, release } = await pool.sign(block)
    blocks.push({ input: length, signed })
    release()
  }
  await pool.close()
  return blocks
}

const linesOf = (key: string, bytes: number): string[] =>
  Array.from({ length: Math.ceil(bytes / (key.length + 1)) }, () => `${key}\n`)
const usual = linesOf('photos/2026/11/picture-12345678.jpg', 2 * MIB)

describe('a block', () => {
  it('has 64 KiB of usual keys, but for the first, and less than a mebibyte of URLs', async () => {
    const [first, ...others] = await blocksOf(usual)
    expect(first?.input).toBeLessThanOrEqual(2 * 1024)
    expect(others.slice(0, -1).every(({ input }) => Math.abs(input - 64 * 1024) < 64)).toBe(true)
    expect(others.length).toBeGreaterThan(30)
    expect(others.every(({ signed }) => signed.lines.length < MIB)).toBe(true)
  })

  it.each([
    ['short keys', linesOf('a', MIB), ''],
    ['keys with a long prefix', linesOf('ab', MIB / 4), 'p'.repeat(800)],
  ])('has no more URLs of %s', async (_, keys, prefix) => {
    const blocks = await blocksOf(keys, prefix)
    const records = blocks.reduce((sum, { signed }) => sum + signed.records, 0)
    expect(records).toBe(keys.length)
    expect(Math.max(...blocks.map(({ signed }) => signed.lines.length))).toBeLessThanOrEqual(MIB)
    expect(blocks.every(({ signed }) => signed.memory.lines.byteLength === MIB)).toBe(true)
  })

  it('has few keys that are bad', async () => {
    const blocks = await blocksOf(linesOf('', MIB / 4))
    expect(Math.max(...blocks.map(({ signed }) => signed.badKeys.length))).toBeLessThanOrEqual(2048)
  })

  it('becomes smaller, and its memory too, where keys become short', async () => {
    const blocks = await blocksOf([...usual, ...linesOf('a', MIB)])
    const after = blocks.slice(-50)
    expect(after.every(({ signed }) => signed.lines.length < MIB)).toBe(true)
    expect(after.every(({ signed }) => signed.memory.lines.byteLength <= 2 * MIB)).toBe(true)
  })
})
