import { Readable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { type BulkStreamOptions, createBulkSigner, createBulkStream } from '../../src/bulk/index.ts'
import { bucket, clientOf } from '../fixtures.ts'

const client = clientOf()
const params = { Bucket: bucket }
const urlOf = (Key: string): string => client.getPresignedUrl({ ...params, Method: 'GET', Key })

async function pass(chunks: readonly Uint8Array[], options: BulkStreamOptions = {}): Promise<Buffer> {
  const input = Readable.toWeb(Readable.from(chunks)) as unknown as ReadableStream<Uint8Array>
  const parts: Uint8Array[] = []
  for await (const part of input.pipeThrough(
    createBulkStream(client, params, options),
  ) as unknown as AsyncIterable<Uint8Array>)
    parts.push(part)
  return Buffer.concat(parts)
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))

describe('createBulkStream', () => {
  it('makes lines of a stream of bytes, however it is cut', async () => {
    const text = 'a\nb c\n值/x\nlast'
    const expected = text
      .split('\n')
      .map((Key) => `${urlOf(Key)}\n`)
      .join('')
    expect((await pass([bytes(text)])).toString()).toBe(expected)
    expect((await pass([...Buffer.from(text)].map((byte) => Uint8Array.of(byte)))).toString()).toBe(expected)
    expect((await pass([])).toString()).toBe('')
    expect((await pass([bytes('x')])).toString()).toBe(`${urlOf('x')}\n`)
  })

  it('keeps what it gave out, though its memory is used again', async () => {
    const text = Array.from({ length: 5000 }, (_, at) => `key-${at}`).join('\n')
    const output = await pass([bytes(text.slice(0, 20_000)), bytes(text.slice(20_000))])
    expect(output.toString()).toBe(
      text
        .split('\n')
        .map((Key) => `${urlOf(Key)}\n`)
        .join(''),
    )
  })

  it('leaves out a byte order mark at the beginning, and only there; with NUL nowhere', async () => {
    const mark = '\ufeff'
    const expected = [urlOf('a'), urlOf(`${mark}b`), ''].join('\n')
    expect((await pass([bytes(`${mark}a\n${mark}b`)])).toString()).toBe(expected)
    expect(
      (await pass([...Buffer.from(`${mark}a\n${mark}b`)].map((byte) => Uint8Array.of(byte)))).toString(),
    ).toBe(expected)
    expect((await pass([bytes(`${mark}a`)], { input: 'nul' })).toString()).toBe(`${urlOf(`${mark}a`)}\n`)
  })

  it('reads and writes gzip', async () => {
    const input = new Uint8Array(gzipSync('Key\na%20b,1\n'))
    const options = { input: { column: 1 }, gunzip: true, gzip: true, output: 'tsv' } as const
    expect(gunzipSync(await pass([input.slice(0, 15), input.slice(15)], options)).toString()).toBe(
      `Key\t${urlOf('Key')}\na b\t${urlOf('a b')}\n`,
    )
    expect((await pass([input], { input: { column: 1 }, gunzip: true })).toString()).toContain(urlOf('a b'))
    expect(gunzipSync(await pass([bytes('k')], { gzip: true })).toString()).toBe(`${urlOf('k')}\n`)
    await expect(pass([input.slice(0, 15)], { gunzip: true })).rejects.toThrow()
  })

  it('errors at the first bad key, or tells it and goes on', async () => {
    await expect(pass([bytes('a\n\nb')])).rejects.toMatchObject({ code: 'ERR_KEY_REFUSED' })
    const onBadKey = vi.fn()
    expect((await pass([bytes('a\n\nb')], { onBadKey })).toString()).toBe(`${urlOf('a')}\n${urlOf('b')}\n`)
    expect(onBadKey).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ line: 2, reason: 'empty' }))
  })

  it('says that a chunk is no bytes', async () => {
    await expect(pass(['text' as never])).rejects.toThrow('A chunk of the input must be a Uint8Array')
  })
})

describe('without WebAssembly that it can use', () => {
  it.each([
    ['the runtime has none', undefined],
    [
      'a page forbids it',
      { ...WebAssembly, compile: () => Promise.reject(new WebAssembly.CompileError('policy')) },
    ],
  ])('it makes the same without: %s', async (_, replacement) => {
    vi.stubGlobal('WebAssembly', replacement)
    vi.resetModules()
    const fresh = await import('../../src/bulk/index.ts')
    const { clientOf: freshClientOf } = await import('../fixtures.ts')
    const signer = await fresh.createBulkSigner(freshClientOf(), params)
    expect(signer.engine).toBe('plain')
    let line = ''
    signer.push(bytes('a b\n'), (output) => {
      line += Buffer.from(output).toString()
    })
    expect(line).toBe(`${urlOf('a b')}\n`)
  })

  it('it uses WebAssembly where there is some', async () => {
    expect((await createBulkSigner(client, params)).engine).toBe('wasm')
    expect((await createBulkSigner(client, params, { engine: 'plain' })).engine).toBe('plain')
  })
})
