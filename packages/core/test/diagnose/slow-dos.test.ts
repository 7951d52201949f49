import { describe, expect, it } from 'vitest'
import { GROWTH_LIMIT, growthOf } from '../../../../tools/testing/growth.ts'
import { diagnose } from '../../src/diagnose/index.ts'

/* Evidence is pasted from anywhere: what is ever so long or nested takes time in proportion, and a search ends. */

const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `n${at}`)

const signed = (list: readonly string[]): string =>
  `https://h/?q-sign-algorithm=sha1&q-ak=a&q-sign-time=0;9999999999&q-key-time=0;9999999999&q-header-list=host&q-url-param-list=${list.join(';')}&q-signature=${'0'.repeat(40)}&${list.join('=1&')}`

const INPUTS: readonly (readonly [string, (size: number) => string])[] = [
  ['a long URL', (size) => `https://h/${'%41'.repeat(size)}?${'a=%26&'.repeat(size)}`],
  ['listed parameters', (size) => signed(names(size))],
  ['a command of quotes', (size) => `curl ${`'"$'\\`.repeat(size)}`],
  ['a command of options', (size) => `curl ${'-H a:b -d c '.repeat(size)}`],
  ['a command of carets', (size) => `curl ${'^"^'.repeat(size)}`],
  ['a command for PowerShell', (size) => `curl \`\n${`"'"\`"`.repeat(size)}`],
  ['a command of bytes', (size) => `curl $'${'\\303'.repeat(size)}'`],
  ['prompts', (size) => '\nPS a$ [b'.repeat(size)],
  ['open elements', (size) => '<Code><![CDATA[<Error>'.repeat(size)],
  ['entities', (size) => `<Code>${'&amp;&#'.repeat(size)}</Code>`],
  ['line ends', (size) => `<FormatString>${'\n \r'.repeat(size)}x</FormatString>`],
  ['header lines', (size) => '> a: b\n'.repeat(size)],
  ['requests', (size) => '> > GET / HTTP/1.1\nHTTP/1.1 403\n'.repeat(size)],
  ['a text of URLs', (size) => 'http://a?sign= '.repeat(size)],
  ['brackets of JSON', (size) => '[{"request":'.repeat(size)],
  ['entries of a HAR', (size) => `{"entries":[${'{"request":{"url":"http://a"}},'.repeat(size)}{}]}`],
  ['dots', (size) => `https://h${'/a/..'.repeat(size)}`],
  ['white space', (size) => `${' \n'.repeat(size)}x`],
]

describe('the time grows no faster than the evidence', () => {
  it.each(INPUTS)('for %s', (_, make) => {
    expect(growthOf((size) => diagnose(make(size)))).toBeLessThan(GROWTH_LIMIT)
  })

  it('for the search with a secret, which is bounded', () => {
    const small = searchMs(200)
    expect(searchMs(1600) / small).toBeLessThan(GROWTH_LIMIT)
    expect(searchMs(12_800) / small).toBeLessThan(GROWTH_LIMIT)
  })
})

/** Processor time of a search that finds nothing. */
function searchMs(size: number): number {
  const before = process.cpuUsage()
  diagnose(signed(names(size)), { credential: { secretKey: 'test' }, now: () => 1000 })
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
