import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { textOf } from '../src/parse-xml.ts'
import { readXmlBody, type XmlBodyOptions } from '../src/read-xml-body.ts'

const BODY = '<Tagging><TagSet/><Note>a</Note></Tagging>'

test('a body is read whatever pieces it comes in', async () => {
  expect(textOf(await read(BODY), 'Note')).toBe('a')
  expect(textOf(await read(BODY, { 'content-md5': md5(BODY) }, { needsMd5: true }), 'Note')).toBe('a')
})

test.each([
  ['nothing', '', {}, {}, 'MissingRequestBodyError', 400],
  ['no XML', 'Tagging', {}, {}, 'MalformedXML', 400],
  ['another document', '<Delete/>', {}, {}, 'MalformedXML', 400],
  ['too much', BODY, {}, { maxBytes: BODY.length - 1 }, 'XMLSizeLimit', 400],
  ['another digest', BODY, { 'content-md5': md5('x') }, {}, 'BadDigest', 400],
  ['no digest at all', BODY, { 'content-md5': 'x' }, {}, 'InvalidDigest', 400],
  ['a digest that is missing', BODY, {}, { needsMd5: true }, 'InvalidRequest', 400],
  ['fewer bytes than announced', BODY, { 'content-length': '99' }, {}, 'IncompleteBody', 400],
] as const)('%s is refused', async (_what, body, headers, options, code, status) => {
  await expect(read(body, headers, options)).rejects.toMatchObject({ name: 'Refusal', code, status })
})

test('what is too much is not read to its end', async () => {
  let read = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      read++
      yield await Promise.resolve(Buffer.alloc(1000, '<a>'))
    }
  }
  await expect(readXmlBody(toRequest(endless, {}), 'a', { maxBytes: 5000 })).rejects.toMatchObject({
    code: 'XMLSizeLimit',
  })
  expect(read).toBe(6)
})

function read(
  body: string,
  headers: Readonly<Record<string, string>> = {},
  options: XmlBodyOptions = {},
): ReturnType<typeof readXmlBody> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (const byte of Buffer.from(body)) yield await Promise.resolve(Buffer.of(byte))
  }
  return readXmlBody(toRequest(pieces, headers), 'Tagging', options)
}

function toRequest(
  openBody: () => AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, string>>,
): Parameters<typeof readXmlBody>[0] {
  return { headers: new Map(Object.entries(headers)), openBody }
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('base64')
}
