import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BulkParams } from '../../src/bulk/index.ts'
import type { CosClientOptions } from '../../src/index.ts'
import { bucket, clientOf, token } from '../fixtures.ts'
import { ENGINES, signAll } from './harness.ts'

/* What bulk makes is, byte for byte, what getPresignedUrl makes of each key; with WebAssembly and without. */

/** Clients and calls that differ in all that a URL depends on. */
const KINDS: readonly (readonly [string, Partial<CosClientOptions>, Partial<BulkParams>])[] = [
  ['a GET', {}, {}],
  [
    'a PUT that fixes its headers',
    {},
    { Method: 'PUT', Headers: { 'Content-Type': 'image/png', 'x-cos-acl': 'private' } },
  ],
  [
    'a HEAD with parameters',
    {},
    {
      Method: 'HEAD',
      Params: [
        ['response-content-type', 'a/b; c="d"'],
        ['versionId', '值'],
      ],
    },
  ],
  ['a POST', {}, { Method: 'POST', Params: { append: '', position: 0 } }],
  ['a download under a name, stable for an hour', {}, { Filename: 'a 值.jpg', StableFor: 3600 }],
  ['a temporary key', { Token: token }, {}],
  [
    'a temporary key of the greatest length',
    { Token: 'x+/='.repeat(1024) },
    { Method: 'DELETE', Expired: 1 },
  ],
  [
    'the host unsigned, over http on a port',
    { Scheme: 'http', Domain: 'localhost:8080', SignHost: false },
    {},
  ],
  [
    "the Python SDK's way",
    { Compat: 'python', Token: token },
    { Headers: { Range: 'bytes=0-1', unsigned: '1' } },
  ],
  ['a clock at its beginning, so that StringToSign is one block', { Now: () => 0 }, { Expired: 7 }],
  ['a clock at its end', { Now: () => 99_999_999_999_999 }, {}],
]

/** Nothing that ends a record of lines, which a CR or NUL within it does not; a slash at the beginning is optional. */
const key = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc.string({ unit: 'grapheme', maxLength: 120 }),
    fc.string({ unit: fc.constantFrom(...'ab/.%+ &=;#?\\"<>~*\'()\t值🦊'), maxLength: 200 }),
    fc.string({ unit: fc.constantFrom(...'./'), maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...'a\r\0.'), maxLength: 40 }),
  )
  .filter((text) => text.isWellFormed() && !text.includes('\n'))
  .filter((text) => text !== '' && !/(?:^|\/)\.\.?$/.test(text) && Buffer.byteLength(text) <= 850)

describe.each(ENGINES)('the %s engine makes what getPresignedUrl makes', (engine) => {
  it.each(KINDS)('of generated keys: %s', async (_, options, call) => {
    const client = clientOf(options)
    const params = { Bucket: bucket, ...call }
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 3 }),
        async (keys, sizes) => {
          // A CR at the end is part of the line end, but for another before it.
          const input = keys.map((Key) => `${Key}${Key.endsWith('\r') ? '\r' : ''}\n`).join('')
          const { output, badKeys } = await signAll(client, params, { engine }, input, sizes)
          expect(badKeys).toEqual([])
          expect(output).toBe(
            keys.map((Key) => `${client.getPresignedUrl({ Method: 'GET', ...params, Key })}\n`).join(''),
          )
        },
      ),
      { numRuns: 30 },
    )
  })

  it.each(KINDS)('of keys of every length, and so at every edge of a block: %s', async (_, options, call) => {
    const client = clientOf(options)
    const params = { Bucket: bucket, ...call }
    const keys = Array.from({ length: 850 }, (_, at) => `${'k'.repeat(at)}${at % 2 ? '/' : '~'}`)
    const wide = Array.from({ length: 283 }, (_, at) => `${'值'.repeat(at)}${'é'.repeat(at % 2)}x`)
    const all = [...keys, ...wide]
    const { output, badKeys, records } = await signAll(client, params, { engine }, all.join('\n'))
    expect(badKeys).toEqual([])
    expect(records).toBe(all.length)
    expect(output.split('\n')).toEqual([
      ...all.map((Key) => client.getPresignedUrl({ Method: 'GET', ...params, Key })),
      '',
    ])
  })

  it('of every character of ASCII, alone, doubled, and beside a dot or slash', async () => {
    const client = clientOf()
    const characters = Array.from({ length: 127 }, (_, at) => String.fromCharCode(at + 1))
    const keys = characters.flatMap((one) =>
      [one, one + one, `.${one}`, `${one}./${one}x`, `${'a'.repeat(15)}${one}/b`].filter(
        (Key) => !/(?:^|\/)\.\.?$/.test(Key),
      ),
    )
    const { output } = await signAll(
      client,
      { Bucket: bucket },
      { engine, input: 'nul' },
      `${keys.join('\0')}\0`,
    )
    expect(output.split('\n')).toEqual([
      ...keys.map((Key) => client.getPresignedUrl({ Method: 'GET', Bucket: bucket, Key })),
      '',
    ])
  })

  it('of every character of the basic plane, and some beyond', async () => {
    const client = clientOf()
    const points = Array.from({ length: 0x10000 - 0x80 }, (_, at) => 0x80 + at)
      .filter((point) => (point < 0xd800 || point > 0xdfff) && point % 7 === 0)
      .concat([0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x1f98a, 0x10ffff])
    const keys = points.map((point) => String.fromCodePoint(point))
    const { output, badKeys } = await signAll(client, { Bucket: bucket }, { engine }, keys.join('\n'))
    expect(badKeys).toEqual([])
    expect(output.split('\n').slice(0, -1)).toEqual(
      keys.map((Key) => client.getPresignedUrl({ Method: 'GET', Bucket: bucket, Key })),
    )
  })

  it('with a prefix: of the prefix and the key together', async () => {
    const client = clientOf()
    for (const prefix of ['p/', '/p/', '/', 'p.', 'a/.', '值 ', '.', 'x'.repeat(840)]) {
      const keys = ['a', '/a', '.', '..', '/', 'b/.', './c', '/../d'].filter((Key) => {
        const whole = `${prefix}${Key}`.replace(/^\//, '')
        return !/(?:^|\/)\.\.?$/.test(whole)
      })
      const { output, badKeys } = await signAll(
        client,
        { Bucket: bucket },
        { engine, prefix },
        keys.join('\n'),
      )
      expect(badKeys).toEqual([])
      expect(output.split('\n').slice(0, -1)).toEqual(
        keys.map((Key) => client.getPresignedUrl({ Method: 'GET', Bucket: bucket, Key: prefix + Key })),
      )
    }
  })

  it('with a clock that goes on between two pieces of the input', async () => {
    let seconds = 1_700_000_000
    const client = clientOf({ Now: () => seconds * 1000 })
    const { createBulkSigner } = await import('../../src/bulk/index.ts')
    const signer = await createBulkSigner(client, { Bucket: bucket }, { engine })
    const lines: string[] = []
    const write = (output: Uint8Array): void => void lines.push(Buffer.from(output).toString())
    const expected: string[] = []
    for (let piece = 0; piece < 4; piece++) {
      signer.push(Buffer.from('a\n'), write)
      expected.push(`${client.getPresignedUrl({ Method: 'GET', Bucket: bucket, Key: 'a' })}\n`)
      seconds += piece === 1 ? 97_300_000_000 : 1
    }
    expect(lines).toEqual(expected)
  })
})

/** Keys of all lengths around the longest, of characters of one to four bytes, and of dots and slashes; some empty. */
const doubtful = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', '/', './', '值'),
      fc.constantFrom('k', 'é', '值', '🦊'),
      fc.integer({ min: 840, max: 860 }),
      fc.constantFrom('', 'k', 'kk', '/.', '/..', '/...', '.', '/'),
    )
    .map(
      ([first, unit, bytes, last]) => first + unit.repeat(Math.floor(bytes / Buffer.byteLength(unit))) + last,
    ),
  fc.string({ unit: fc.constantFrom(...'./a'), maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('.', '/', '\r', '\n', '值', '%2e'), maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => text.isWellFormed() && !text.includes('\0')),
)

describe.each(ENGINES)('the %s engine refuses what getPresignedUrl refuses', (engine) => {
  /** Whether it makes a URL. */
  const isSigned = (sign: () => unknown): boolean => {
    try {
      sign()
      return true
    } catch (error) {
      if (error instanceof RangeError) return false
      throw error
    }
  }

  it.each(['', 'p/', 'a/.', '/'])('and nothing else, with the prefix "%s"', async (prefix) => {
    const client = clientOf()
    await fc.assert(
      fc.asyncProperty(fc.array(doubtful, { maxLength: 30 }), async (keys) => {
        const { output, badKeys } = await signAll(
          client,
          { Bucket: bucket },
          { engine, input: 'nul', prefix },
          keys.map((Key) => `${Key}\0`).join(''),
        )
        const calls = keys.map((Key) => ({ Bucket: bucket, Method: 'GET' as const, Key: prefix + Key }))
        // Before nothing, a prefix would be the key of something else.
        const good = calls.filter(
          (call, at) => keys[at] !== '' && isSigned(() => client.getPresignedUrl(call)),
        )
        expect(output).toBe(good.map((call) => `${client.getPresignedUrl(call)}\n`).join(''))
        const bad = calls.flatMap((call, at) => (good.includes(call) ? [] : [at + 1]))
        expect(badKeys.map(({ line }) => line)).toEqual(bad)
      }),
      { numRuns: 100 },
    )
  })

  it("and what is too long, the Python SDK's way", async () => {
    const client = clientOf({ Compat: 'python' })
    await fc.assert(
      fc.asyncProperty(fc.array(doubtful, { maxLength: 30 }), async (keys) => {
        const { badKeys } = await signAll(
          client,
          { Bucket: bucket },
          { engine, input: 'nul' },
          keys.map((Key) => `${Key}\0`).join(''),
        )
        const refused = keys.flatMap((Key, at) => {
          const isLong = Buffer.byteLength(Key.replace(/^\//, '')) > 850
          const call = { Bucket: bucket, Method: 'GET' as const, Key }
          return isLong || !isSigned(() => client.getPresignedUrl(call)) ? [at + 1] : []
        })
        expect(badKeys.map(({ line }) => line)).toEqual(refused)
      }),
      { numRuns: 100 },
    )
  })
})

describe('WebAssembly and plain', () => {
  const inputs = ['lines', 'nul', { column: 2 }, { column: 1, isEncoded: false }] as const
  const soup = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc
      .string({ unit: fc.constantFrom(...'a/.,%41"\\\t\b\n\r\0é值'), maxLength: 400 })
      .map((text) => new Uint8Array(Buffer.from(text))),
  )

  it.each(inputs)('agree on any bytes in any pieces, on what is refused and why: %o', async (input) => {
    const client = clientOf()
    await fc.assert(
      fc.asyncProperty(
        soup,
        fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 4 }),
        fc.constantFrom('urls', 'tsv', 'jsonl'),
        fc.constantFrom('', 'p"\t.'),
        async (bytes, sizes, output, prefix) => {
          const options = { input, output, prefix } as const
          const wasm = await signAll(client, { Bucket: bucket }, { ...options, engine: 'wasm' }, bytes, sizes)
          const plain = await signAll(client, { Bucket: bucket }, { ...options, engine: 'plain' }, bytes)
          expect(wasm).toEqual(plain)
        },
      ),
      { numRuns: 300 },
    )
  })

  it.each(inputs)('agree on records too long to be kept: %o', async (input) => {
    const end = input === 'nul' ? '\0' : '\n'
    const text = [
      'a,b',
      'x'.repeat(131_071),
      'c,d',
      'y'.repeat(131_072),
      `"${'z'.repeat(140_000)},\n"`,
      'e,f',
    ].join(end)
    for (const sizes of [[], [4096], [131_072], [1_000_000]]) {
      const wasm = await signAll(clientOf(), { Bucket: bucket }, { input, engine: 'wasm' }, text, sizes)
      const plain = await signAll(clientOf(), { Bucket: bucket }, { input, engine: 'plain' }, text)
      expect(wasm).toEqual(plain)
      expect(wasm.badKeys.length).toBeGreaterThan(1)
    }
  })
})
