import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GROWTH_LIMIT, growthOf } from '../../../tools/testing/growth.ts'
import { childrenOf, parseXml, textOf } from '../src/parse-xml.ts'
import { toXmlDocument } from '../src/xml-document.ts'

/** What documents, and what only looks like one, are made of. */
const PIECES = [
  '<',
  '>',
  '/',
  '&',
  ';',
  '"',
  '=',
  'a',
  ' ',
  '<a>',
  '</a>',
  '<a/>',
  '<a ',
  'b="1" ',
  '<a b="',
  '&#1',
  '<!--',
  '<![CDATA[',
  ']]>',
  '<?',
]

const parse = (text: string): ReturnType<typeof parseXml> => parseXml(Buffer.from(text))

describe('parseXml', () => {
  test('gives elements in order, with attributes, and without namespace prefixes', () => {
    const root = parse(
      '<?xml version="1.0" encoding="UTF-8"?>\n<!-- c --><n:a xmlns:n="u"><b>1</b><c d="&lt;x&gt;"/>\n<b> 2 </b></n:a>\n',
    )
    expect(root?.name).toBe('a')
    expect(root?.children.map(({ name }) => name)).toEqual(['b', 'c', 'b'])
    expect(root && childrenOf(root, 'b').map(({ text }) => text)).toEqual(['1', ' 2 '])
    expect(root && textOf(root, 'b')).toBe('1')
    expect(root && textOf(root, 'x')).toBeUndefined()
    expect(root?.children[1]?.attributes.get('d')).toBe('<x>')
  })

  test.each([
    ['&amp;&lt;&gt;&quot;&apos;', `&<>"'`],
    ['&#65;&#x1F98A;&#13;', 'A🦊\r'],
    ['&amp;lt;', '&lt;'],
    ['<![CDATA[<x>&amp;]]>', '<x>&amp;'],
    ['a<![CDATA[b]]>c', 'abc'],
    [' 値 ', ' 値 '],
    ['007', '007'],
    ['true', 'true'],
  ])('reads the text %s as it is meant', (xml, text) => {
    expect(parse(`<a>${xml}</a>`)?.text).toBe(text)
  })

  test.each([
    '',
    ' ',
    'x',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    'x<a/>',
    '<a/>x',
    '<a b=1/>',
    '<a b="1" b="2"/>',
    '<a>& b</a>',
    '<a>&foo;</a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a>&#x110000;</a>',
    '<a>\u0001</a>',
    '<a><!-- </a>',
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    '<!doctype a><a/>',
    '<a>'.repeat(17) + '</a>'.repeat(17),
    `<a ${'b="1" '.repeat(200)}/>`,
  ])('refuses %j', (text) => {
    expect(parse(text)).toBeUndefined()
  })

  test('refuses bytes that are not UTF-8', () => {
    expect(parseXml(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]))).toBeUndefined()
  })

  test('never throws, whatever the bytes are', () => {
    const piece = fc.constantFrom(...PIECES)
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        parse(pieces.join(''))
      }),
      { numRuns: 500 },
    )
  })

  test.each(['', '<a>', '<a '])('takes time in proportion to the bytes behind %j', (before) => {
    for (const piece of PIECES) {
      const growth = growthOf((size) => parse(before + piece.repeat((size * 8) / piece.length)))
      expect(growth, piece).toBeLessThan(GROWTH_LIMIT)
    }
  })
})

describe('toXmlDocument', () => {
  test('writes elements, lists and attributes, and leaves out what is undefined', () => {
    const content = { '@xmlns': 'u"&', B: [1, { C: 'x<&>' }], D: undefined, E: '', F: true }
    expect(toXmlDocument('A', content).toString()).toBe(
      '<?xml version="1.0" encoding="utf-8"?>\n<A xmlns="u&quot;&amp;"><B>1</B><B><C>x&lt;&amp;&gt;</C></B><E></E><F>true</F></A>\n',
    )
  })

  test('is read back by the parser, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // What XML cannot write comes percent-encoded.
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones XML 1.0 forbids (section 2.2)
        const writable = text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, encodeURIComponent)
        const root = parseXml(toXmlDocument('A', { B: text }))
        expect(root && textOf(root, 'B')).toBe(writable)
      }),
    )
  })
})
