import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createLineOutput } from '../src/bulk/block-output.ts'
import { toBlocks } from '../src/bulk/blocks.ts'
import { createSigningPool } from '../src/bulk/signing-pool.ts'
import { startThreads } from '../src/bulk/threads.ts'

/* How large blocks of `cos-presign bulk` become: what is on its way takes a multiple of the largest. */

const MIB = 1024 * 1024

interface Block {
  readonly inputBytes: number
  readonly records: number
  readonly badKeys: number
  readonly linesBytes: number
  /** What the lines are written from; 0 when there are none. */
  readonly memoryBytes: number
}

/** Signs lines in blocks, one after the other, and tells of each. */
async function blocksOf(keys: readonly string[], prefix = ''): Promise<Block[]> {
  const client = { Region: 'ap-guangzhou', SecretId: 'AKIDblocks0000001', SecretKey: 'test-secret-of-blocks' }
  const params = { Bucket: 'examplebucket-1250000000' }
  const options = { input: 'lines', output: 'urls', prefix } as const
  const threads = await startThreads(
    { client, params, options, gzip: false },
    { count: 1, inputBytes: undefined, now: Date.now },
  )
  let memoryBytes = 0
  const output = createLineOutput((bytes) => {
    memoryBytes = bytes.buffer.byteLength
    return Promise.resolve()
  })
  const pool = createSigningPool(threads, output)
  const input = Readable.from([Buffer.from(keys.join(''))])
  const blocks: Block[] = []
  for await (const block of toBlocks(input, { separator: 0x0a, hasQuotes: false }, pool)) {
    const { length } = block
    memoryBytes = 0
    const { records, badKeys, linesBytes, write } = await pool.sign(block)
    await write()
    blocks.push({ inputBytes: length, records, badKeys: badKeys.length, linesBytes, memoryBytes })
  }
  await threads.close()
  return blocks
}

const linesOf = (key: string, bytes: number): string[] =>
  Array.from({ length: Math.ceil(bytes / (key.length + 1)) }, () => `${key}\n`)
const usual = linesOf('photos/2026/11/picture-12345678.jpg', 2 * MIB)

describe('a block', () => {
  it('has 64 KiB of usual keys, but for the first, and less than a mebibyte of URLs', async () => {
    const [first, ...others] = await blocksOf(usual)
    expect(first?.inputBytes).toBeLessThanOrEqual(2 * 1024)
    expect(others.slice(0, -1).every(({ inputBytes }) => Math.abs(inputBytes - 64 * 1024) < 64)).toBe(true)
    expect(others.length).toBeGreaterThan(30)
    expect(others.every(({ linesBytes }) => linesBytes < MIB)).toBe(true)
  })

  it.each([
    ['short keys', linesOf('a', MIB), ''],
    ['keys with a long prefix', linesOf('ab', MIB / 4), 'p'.repeat(800)],
  ])('has no more URLs of %s', async (_, keys, prefix) => {
    const blocks = await blocksOf(keys, prefix)
    const records = blocks.reduce((sum, { records }) => sum + records, 0)
    expect(records).toBe(keys.length)
    expect(Math.max(...blocks.map(({ linesBytes }) => linesBytes))).toBeLessThanOrEqual(MIB)
    expect(blocks.every(({ memoryBytes }) => memoryBytes === MIB)).toBe(true)
  })

  it('has few keys that are bad', async () => {
    const blocks = await blocksOf(linesOf('', MIB / 4))
    expect(Math.max(...blocks.map(({ badKeys }) => badKeys))).toBeLessThanOrEqual(2048)
  })

  it('becomes smaller, and its memory too, where keys become short', async () => {
    const blocks = await blocksOf([...usual, ...linesOf('a', MIB)])
    const after = blocks.slice(-50)
    expect(after.every(({ linesBytes }) => linesBytes < MIB)).toBe(true)
    expect(after.every(({ memoryBytes }) => memoryBytes <= 2 * MIB)).toBe(true)
  })
})
