import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPostForm } from '../src/post-form.ts'
import { Refusal } from '../src/refusal.ts'

const TYPE = 'multipart/form-data; boundary=b'
const MALFORMED = 'The body of your POST request is not well-formed multipart/form-data.'

/** The text of a form; each part is its header's lines and its content. */
const formOf = (...parts: readonly (readonly [header: string, content: string])[]): string =>
  `${parts.map(([header, content]) => `--b\r\n${header}\r\n\r\n${content}\r\n`).join('')}--b--\r\n`
const field = (name: string, content: string) =>
  [`Content-Disposition: form-data; name="${name}"`, content] as const
const FILE = [
  'Content-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain',
  'bytes',
] as const

/** In pieces of some size. */
async function* inPieces(body: string | Buffer, size = 16_384): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(body)
  for (let start = 0; start < bytes.length; start += size) {
    yield bytes.subarray(start, start + size)
    await turn()
  }
}

/** The whole form, file included. */
const readWhole = async (body: AsyncIterable<Uint8Array>, type = TYPE) => {
  const form = await readPostForm(type, body)
  const chunks: Uint8Array[] = []
  for await (const chunk of form.file) chunks.push(chunk)
  await form.end()
  return { fields: Object.fromEntries(form.fields), fileName: form.fileName, file: Buffer.concat(chunks) }
}
const refusalOf = async (body: string | AsyncIterable<Uint8Array>, type = TYPE): Promise<Refusal> => {
  const whole = readWhole(typeof body === 'string' ? inPieces(body) : body, type)
  const error: unknown = await whole.catch((reason: unknown) => reason)
  if (error instanceof Refusal) return error
  throw new Error('The form was not refused', { cause: error })
}

describe('readPostForm', () => {
  it.each([1, 2, 3, 7, 16_384])('reads fields and file, whatever the pieces (%i bytes)', async (size) => {
    const body = formOf(field('key', 'a/\u0024{filename}'), field('Content-Type', '值'), FILE)
    expect(await readWhole(inPieces(body, size))).toEqual({
      fields: { key: 'a/\u0024{filename}', 'content-type': '值' },
      fileName: 'a.txt',
      file: Buffer.from('bytes'),
    })
  })

  it('gives the bytes of any file as they are, also those that look like the end of it', async () => {
    const pieces = fc.constantFrom(
      '--b',
      '\r\n',
      '--b--',
      '\r\n--',
      '-',
      'b',
      '\r',
      '\n',
      '\0',
      'é',
      'x'.repeat(999),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(pieces), fc.integer({ min: 1, max: 40 }), async (parts, size) => {
        const content = parts.join('')
        // The one thing that a sender must not have in a file.
        fc.pre(!`\r\n${content}\r\n`.includes('\r\n--b'))
        const body = formOf(field('key', 'k'), [FILE[0], content])
        expect((await readWhole(inPieces(body, size))).file.toString()).toBe(content)
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    ['no file name: curl -F file=text', 'name="file"', ''],
    ['a path of Windows', 'name="file"; filename="C:\\dir\\a.txt"', 'a.txt'],
    ['a path', 'name="file"; filename="../../etc/passwd"', 'passwd'],
    ['UTF-8', 'name="file"; filename="值.txt"', '值.txt'],
    ['an escaped quote, as browsers write it', 'name="file"; filename="a%22b.txt"', 'a%22b.txt'],
  ])('knows the file name of a file with %s', async (_, disposition, fileName) => {
    const body = formOf([`Content-Disposition: form-data; ${disposition}`, 'bytes'])
    expect(await readWhole(inPieces(body))).toMatchObject({ fileName, file: Buffer.from('bytes') })
  })

  it('takes an empty file, and ignores fields behind the file', async () => {
    const body = formOf([FILE[0], ''], field('acl', 'public-read'))
    expect(await readWhole(inPieces(body))).toEqual({ fields: {}, fileName: 'a.txt', file: Buffer.alloc(0) })
  })

  it('reads no faster than the file is taken', async () => {
    let given = 0
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.from(`--b\r\n${FILE[0]}\r\n\r\n`)
      for (;;) {
        given++
        yield Buffer.alloc(65_536)
        await turn()
      }
    }
    const form = await readPostForm(TYPE, endless())
    for (let turns = 0; turns < 200; turns++) await turn()
    expect(given).toBeLessThan(10)
    let taken = 0
    for await (const chunk of form.file) {
      taken += chunk.length
      if (taken > 1_000_000) break
    }
    expect(given).toBeLessThan(40)
  })

  it.each([
    ['no boundary', formOf(FILE), 'multipart/form-data'],
    ['an empty boundary', formOf(FILE), 'multipart/form-data; charset=utf-8'],
    ['another kind of form', 'key=a&file=b', 'application/x-www-form-urlencoded'],
    ['another kind of multipart', formOf(FILE), 'multipart/mixed; boundary=b'],
    ['no type', formOf(FILE), ''],
    ['nothing', '', TYPE],
    ['no end', formOf(FILE).replace('--b--\r\n', ''), TYPE],
    ['half a file', formOf(FILE).slice(0, -12), TYPE],
    ['half a header', '--b\r\nContent-Disposition: form-data; na', TYPE],
    [
      'a header without an end',
      `--b\r\nContent-Disposition: form-data; name="file"\r\n${'X: y\r\n'.repeat(100_000)}`,
      TYPE,
    ],
    ['text only', 'hello '.repeat(1000), TYPE],
    ['a field twice', formOf(field('key', 'a'), field('Key', 'b'), FILE), TYPE],
    ['201 fields', formOf(...Array.from({ length: 201 }, (_, at) => field(`f${at}`, '')), FILE), TYPE],
    [
      'thousands of parts without a name',
      formOf(...Array.from({ length: 5000 }, () => ['X: y', ''] as const), FILE),
      TYPE,
    ],
    ['a huge field', formOf(field('policy', 'x'.repeat(300_000)), FILE), TYPE],
    ['much before its first part', 'x'.repeat(400_000) + formOf(FILE), TYPE],
    ['much behind its last', formOf(FILE) + 'x'.repeat(400_000), TYPE],
  ])('refuses a body with %s', async (_, body, type) => {
    const refusal = await refusalOf(body, type)
    expect([refusal.status, refusal.code]).toEqual([400, 'MalformedPOSTRequest'])
    expect(refusal.message.startsWith(MALFORMED)).toBe(true)
  })

  it('refuses a huge field also when it comes in one piece', async () => {
    const body = formOf(field('policy', 'x'.repeat(300_000)), FILE)
    expect((await refusalOf(inPieces(body, body.length))).code).toBe('MalformedPOSTRequest')
  })

  it.each([
    ['no file', formOf(field('key', 'a')), 'no file'],
    ['two files', formOf(FILE, FILE), 'more than one'],
    ['three files', formOf(FILE, FILE, FILE), 'more than one'],
    [
      'a file under another name',
      formOf(['Content-Disposition: form-data; name="upload"; filename="a"', 'x']),
      'named file',
    ],
    ['no parts at all', '--b--\r\n', 'no file'],
  ])('refuses a form with %s', async (_, body, message) => {
    const refusal = await refusalOf(body)
    expect([refusal.status, refusal.code]).toEqual([400, 'IncorrectNumberOfFilesInPostRequest'])
    expect(refusal.message).toContain(message)
  })

  it('takes a form inside the file for the bytes of the file', async () => {
    const inner = '--inner\r\nContent-Disposition: form-data; name="key"\r\n\r\nother\r\n--inner--'
    const nested = [
      'Content-Disposition: form-data; name="file"\r\nContent-Type: multipart/mixed; boundary=inner',
      inner,
    ] as const
    expect((await readWhole(inPieces(formOf(nested)))).file.toString()).toBe(inner)
  })

  it('passes on what breaks the body, before the file and in it', async () => {
    async function* broken(start: string): AsyncGenerator<Buffer> {
      yield Buffer.from(start)
      await turn()
      throw new Refusal('IncompleteBody')
    }
    expect((await refusalOf(broken('--b\r\n'))).code).toBe('IncompleteBody')
    expect((await refusalOf(broken(`--b\r\n${FILE[0]}\r\n\r\nby`))).code).toBe('IncompleteBody')
  })

  it('never throws anything but a refusal, whatever the bytes', async () => {
    const pieces = fc.constantFrom(
      '--b',
      '\r\n',
      '--b--',
      'Content-Disposition: form-data; name="file"',
      '; filename="',
      '\r\n\r\n',
      ':',
      '\0',
      'é',
      '"',
      'name=',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(pieces, { maxLength: 30 }),
        fc.integer({ min: 1, max: 50 }),
        async (parts, size) => {
          const outcome = await readWhole(inPieces(parts.join(''), size)).catch((error: unknown) => error)
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(Refusal)
        },
      ),
      { numRuns: 300 },
    )
  })
})
