import { describe, expect, it } from 'vitest'
import { GROWTH_LIMIT, growthOf } from '../../../tools/testing/growth.ts'
import {
  downloadName,
  parseAuthorization,
  parsePresignedUrl,
  parseRequestTarget,
  redact,
  verifyPostPolicy,
  verifyRequest,
} from '../src/index.ts'

const fields = (headers: string, params: string): string =>
  `q-sign-algorithm=sha1&q-ak=AKID&q-sign-time=0;9999999999&q-key-time=0;9999999999&q-header-list=${headers}&q-url-param-list=${params}&q-signature=${'0'.repeat(40)}`
const verify = (target: string, headers: [string, string][]): unknown =>
  verifyRequest({ method: 'GET', target, headers }, () => ({ secretKey: 'test' }), {
    allowHostWithoutPort: true,
  })
const form = (fields: [string, string][]): unknown => {
  const all: [string, string][] = [
    ['q-sign-algorithm', 'sha1'],
    ['q-ak', 'AKID'],
    ['q-key-time', '0;9999999999'],
    ['q-signature', '0'.repeat(40)],
  ]
  for (const name of ['policy', 'key'])
    if (!fields.some(([given]) => given === name)) all.push([name, 'e30='])
  return verifyPostPolicy({ fields: [...all, ...fields], bucket: 'b-1' }, () => ({ secretKey: 'test' }))
}
const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `n${at}`)

const INPUTS: readonly (readonly [string, (size: number) => unknown])[] = [
  [
    'many listed parameters',
    (size) => verify(`/?${names(size).join('&')}`, [['authorization', fields('', names(size).join(';'))]]),
  ],
  [
    'one parameter listed and sent many times',
    (size) =>
      verify(`/?${'a&'.repeat(size)}`, [['authorization', fields('', 'a;'.repeat(size - 1).concat('a'))]]),
  ],
  [
    'many headers',
    (size) =>
      verify('/', [
        ...names(size).map((name): [string, string] => [name, 'x']),
        ['authorization', fields(names(size).join(';'), '')],
      ]),
  ],
  [
    'one header sent many times',
    (size) =>
      verify('/', [
        ...names(size).map((): [string, string] => ['a', 'x']),
        ['authorization', fields('a', '')],
      ]),
  ],
  [
    'a long path of escapes',
    (size) => verify(`/${'%c3%bc'.repeat(size)}`, [['authorization', fields('', '')]]),
  ],
  ['a path of broken escapes', (size) => verify(`/${'%'.repeat(size)}`, [['authorization', fields('', '')]])],
  ['a query of ampersands', (size) => parseRequestTarget(`/?${'&'.repeat(size)}`)],
  ['an Authorization of many fields', (size) => parseAuthorization(`${'q-x=1&'.repeat(size)}`)],
  ['a long URL', (size) => parsePresignedUrl(`https://h/?${'a=%26&'.repeat(size)}`)],
  ['a file name of spaces', (size) => downloadName(`a${' .'.repeat(size)}b`)],
  ['a form of many fields', (size) => form(names(size).map((name): [string, string] => [name, 'x']))],
  ['a form with a long policy', (size) => form([['policy', 'e'.repeat(size * 4)]])],
  ['a key of placeholders', (size) => form([['key', `\${filename}`.repeat(size)]])],
  ['redacting percent signs', (size) => redact('%25'.repeat(size))],
  ['redacting field names', (size) => redact('token'.repeat(size))],
  ['redacting fields', (size) => redact('q-signature='.repeat(size))],
  ['redacting names without values', (size) => redact('secretKey:"'.repeat(size))],
  ['redacting backslashes', (size) => redact(`token${'\\'.repeat(size)}`)],
  ['redacting quotes', (size) => redact(`"token":"${'\\"'.repeat(size)}`)],
  ['redacting ids', (size) => redact('"secretId":"'.repeat(size))],
  ['redacting lines', (size) => redact('\n token: '.repeat(size))],
  ['redacting spaces', (size) => redact(`token${' '.repeat(size)}`)],
]

describe('the time grows no faster than the input', () => {
  it.each(INPUTS)('for %s', (_, work) => {
    expect(growthOf(work)).toBeLessThan(GROWTH_LIMIT)
  })
})
