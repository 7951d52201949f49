import { describe, expect, it } from 'vitest'
import { createBulkSigner, createBulkStream } from '../../src/bulk/index.ts'
import { CosClient } from '../../src/index.ts'
import { bucket, clientOf, keys, token } from '../fixtures.ts'
import { ENGINES, signAll } from './harness.ts'

const params = { Bucket: bucket }
const client = clientOf()
const urlOf = (Key: string): string => client.getPresignedUrl({ ...params, Method: 'GET', Key })

describe.each(ENGINES)('input, by the %s engine', (engine) => {
  const sign = async (input: string | Uint8Array, options: object = {}): Promise<string[]> => {
    const { output, badKeys } = await signAll(client, params, { engine, ...options }, input)
    expect(badKeys).toEqual([])
    return output.split('\n').slice(0, -1)
  }

  it('of lines ends at LF or CR LF, and the last line needs none', async () => {
    expect(await sign('a\r\nb\nc')).toEqual([urlOf('a'), urlOf('b'), urlOf('c')])
    expect(await sign('a\n')).toEqual([urlOf('a')])
    expect(await sign('')).toEqual([])
  })

  it('ended by NUL has keys that hold line ends, as they are', async () => {
    expect(await sign('a\nb\r\0c\r\0', { input: 'nul' })).toEqual([urlOf('a\nb\r'), urlOf('c\r')])
  })

  it('of CSV has the key in a column, by number or by its name in the schema, percent-encoded', async () => {
    const rows = '"125","a%2Fb%20c+d.jpg",7\r\n125,"x, ""y""\nz",8\n125,%E5%80%BC,9'
    const expected = [urlOf('a/b c+d.jpg'), urlOf('x, "y"\nz'), urlOf('值')]
    expect(await sign(rows, { input: { column: 2 } })).toEqual(expected)
    expect(await sign(rows, { input: { schema: 'Appid, Key, Size' } })).toEqual(expected)
    expect(await sign(rows, { input: { schema: 'A,B,C', column: 'B' } })).toEqual(expected)
    expect(await sign('1,a%2Fb', { input: { column: 2, isEncoded: false } })).toEqual([urlOf('a%2Fb')])
  })
})

describe.each(ENGINES)('output, by the %s engine', (engine) => {
  it('as TSV is the key, a tab, the URL; what would break the line is escaped', async () => {
    const { output } = await signAll(
      client,
      params,
      { engine, input: 'nul', output: 'tsv', prefix: 'p\t' },
      '/a\tb\nc\r\\"\0',
    )
    expect(output).toBe(`p\\t/a\\tb\\nc\\r\\\\"\t${urlOf('p\t/a\tb\nc\r\\"')}\n`)
  })

  it('as JSON lines is what JSON.stringify makes of key and URL', async () => {
    const all = Array.from({ length: 128 }, (_, at) => String.fromCharCode(at)).slice(1)
    const texts = [...all, all.join(''), 'x'.repeat(40), '值🦊\u2028', '/a']
    const given = texts.filter((text) => !/(?:^|\/)\.\.?$/.test(text))
    const { output } = await signAll(
      client,
      params,
      { engine, input: 'nul', output: 'jsonl', prefix: '"' },
      given.join('\0'),
    )
    expect(output).toBe(
      given.map((text) => `${JSON.stringify({ key: `"${text}`, url: urlOf(`"${text}`) })}\n`).join(''),
    )
  })
})

describe.each(ENGINES)('a key that cannot be signed, by the %s engine', (engine) => {
  const bytes = (...parts: (string | number[])[]): Uint8Array =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

  it('is told with its line, its reason and its bytes, and left out', async () => {
    const input = bytes(
      'a\n\n',
      [0xff, 0x61],
      '\n',
      'b'.repeat(851),
      '\nx/..\n',
      [0xed, 0xa0, 0x80],
      '\nc\n.',
    )
    const { output, badKeys, records } = await signAll(client, params, { engine }, input)
    expect(output).toBe(`${urlOf('a')}\n${urlOf('c')}\n`)
    expect(records).toBe(8)
    expect(badKeys.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'empty'],
      [3, 'not-utf8'],
      [4, 'too-long'],
      [5, 'ends-in-dots'],
      [6, 'not-utf8'],
      [8, 'ends-in-dots'],
    ])
    expect(badKeys[1]?.bytes).toEqual(new Uint8Array([0xff, 0x61]))
    expect(badKeys[2]?.message).toBe('the key has over 850 bytes')
  })

  it.each([
    ['overlong', [0xc0, 0xaf]],
    ['overlong in three bytes', [0xe0, 0x80, 0xaf]],
    ['overlong in four', [0xf0, 0x80, 0x80, 0xaf]],
    ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a lead byte that no character has', [0xf5, 0x80, 0x80, 0x80]],
    ['cut short', [0xe5, 0x80]],
    ['a byte that only follows', [0x80]],
  ])('is not UTF-8: %s', async (_, sequence) => {
    const { badKeys } = await signAll(client, params, { engine }, bytes('abc', sequence))
    expect(badKeys.map(({ reason }) => reason)).toEqual(['not-utf8'])
  })

  it('may be 850 bytes long, the optional slash and the prefix counted as getPresignedUrl does', async () => {
    const count = async (prefix: string, key: string): Promise<number> =>
      (await signAll(client, params, { engine, prefix }, key)).badKeys.length
    expect(await count('', 'x'.repeat(850))).toBe(0)
    expect(await count('', `/${'x'.repeat(850)}`)).toBe(0)
    expect(await count('', 'x'.repeat(851))).toBe(1)
    expect(await count('/值/', 'x'.repeat(846))).toBe(0)
    expect(await count('/值/', 'x'.repeat(847))).toBe(1)
  })

  it('is a row of CSV without the column, or a key that is not percent-encoded', async () => {
    const { badKeys } = await signAll(
      client,
      params,
      { engine, input: { column: 2 } },
      'only\n1,a%2\n2,%zz\n3,\n\n4,ok',
    )
    expect(
      badKeys.map(({ line, reason, bytes: found }) => [line, reason, Buffer.from(found).toString()]),
    ).toEqual([
      [1, 'no-such-column', 'only'],
      [2, 'bad-escape', 'a%2'],
      [3, 'bad-escape', '%zz'],
      [4, 'empty', ''],
      [5, 'empty', ''],
    ])
  })

  it('is an error where nobody asked for it, after the lines before it were written', async () => {
    const signer = await createBulkSigner(client, params, { engine })
    const lines: string[] = []
    const write = (output: Uint8Array): void => void lines.push(Buffer.from(output).toString())
    expect(() => signer.push(Buffer.from('a\nb\n..\nc\n'), write)).toThrow(
      expect.objectContaining({
        code: 'ERR_KEY_REFUSED',
        message: 'Line 3: the key ends in "." or "..", which clients drop',
      }),
    )
    expect(lines.join('')).toBe(`${urlOf('a')}\n${urlOf('b')}\n`)
  })

  it('is none for the Python SDK, if it only ends in dots', async () => {
    const compatible = clientOf({ Compat: 'python' })
    const { output } = await signAll(compatible, params, { engine }, '..')
    expect(output).toBe(`${compatible.getPresignedUrl({ ...params, Method: 'GET', Key: '..' })}\n`)
  })
})

describe('parameters and options', () => {
  it.each([
    [{}, { Bucket: 'none' }, RangeError, '"Bucket" must be BucketName-APPID, like example-1250000000'],
    [{}, { Expired: 0 }, RangeError, '"Expired" must be a whole number'],
    [{ output: 'xml' }, {}, RangeError, '"output" must be one of urls, tsv, jsonl'],
    [{ input: 'csv' }, {}, RangeError, '"input" must be one of lines, nul'],
    [{ input: 7 }, {}, TypeError, '"input" must be'],
    [{ input: {} }, {}, TypeError, '"input.schema" must name the columns, or "input.column" be a number'],
    [{ input: { schema: 'A, B' } }, {}, RangeError, '"input.column" must be one of A, B'],
    [{ input: { column: 0 } }, {}, RangeError, '"input.column" must be 1 or more'],
    [{ input: { column: 1, isEncoded: 1 } }, {}, TypeError, '"input.isEncoded" must be a boolean'],
    [{ prefix: 7 }, {}, TypeError, '"prefix" must be a string'],
    [{ prefix: '\ud800' }, {}, RangeError, '"prefix" holds a lone surrogate'],
    [{ prefix: 'x'.repeat(850) }, {}, RangeError, '"prefix" leaves no room'],
    [{ engine: 'fast' }, {}, RangeError, '"engine" must be one of wasm, plain'],
    [{ onBadKey: true }, {}, TypeError, '"onBadKey" must be a function'],
    [{ bucket }, {}, TypeError, '"options" has no parameter "bucket"'],
  ])('%o, %o are refused by name', async (options, call, type, message) => {
    const make = (): Promise<unknown> => createBulkSigner(client, { ...params, ...call }, options as never)
    await expect(make()).rejects.toThrow(type)
    await expect(make()).rejects.toThrow(message)
  })

  it("are the call's: another Host or another token is refused as for one URL", async () => {
    const temporary = clientOf({ Token: token })
    for (const call of [{ Headers: { Host: 'x' } }, { Params: { 'x-cos-security-token': 'x' } }])
      await expect(createBulkSigner(temporary, { ...params, ...call })).rejects.toThrow(TypeError)
  })

  it('may change after the call without an effect', async () => {
    const Params: Record<string, string> = { a: '1' }
    const signer = await createBulkSigner(client, { ...params, Params })
    Params.a = '2'
    let line = ''
    signer.push(Buffer.from('k\n'), (output) => {
      line = Buffer.from(output).toString()
    })
    expect(line).toBe(
      `${client.getPresignedUrl({ ...params, Method: 'GET', Key: 'k', Params: { a: '1' } })}\n`,
    )
  })

  it('of a dead temporary key are refused, at once or when it dies', async () => {
    let seconds = 1000
    const dying = new CosClient({
      Region: 'ap-guangzhou',
      ...keys,
      Token: token,
      TokenExpiresAt: 1001,
      Now: () => seconds * 1000,
    })
    const signer = await createBulkSigner(dying, params)
    seconds = 1001
    const expired = expect.objectContaining({ code: 'ERR_CREDENTIAL_EXPIRED' })
    expect(() => signer.push(Buffer.from('a\n'), () => undefined)).toThrow(expired)
    await expect(createBulkSigner(dying, params)).rejects.toThrow(expired)
    expect(() => createBulkStream(dying, params)).toThrow(expired)
  })
})
