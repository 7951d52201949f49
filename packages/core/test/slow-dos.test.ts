import { describe, expect, it } from 'vitest'
import {
  downloadName,
  parseAuthorization,
  parsePresignedUrl,
  parseRequestTarget,
  redact,
  verifyPostPolicy,
  verifyRequest,
} from '../src/index.ts'

/*
 * Hostile input that grows: eight times the input may take about eight times as long, never sixty-four. What counts is processor
 * time, not what a clock shows on a busy machine; the best of several runs, small and large in turn; and times too short to
 * mean anything are taken as equal. What really grows too fast does so each time, so one good round of three is enough.
 */

const FLOOR_MS = 2
const LIMIT = 24

/** How many times as long the large input takes. */
function growthOf(work: (size: number) => unknown): number {
  let growth = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3 && growth >= LIMIT; round++) {
    let [small, large] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let run = 0; run < 5; run++) {
      small = Math.min(
        small,
        processorMs(() => work(2000)),
      )
      large = Math.min(
        large,
        processorMs(() => work(16_000)),
      )
    }
    growth = Math.max(large, FLOOR_MS) / Math.max(small, FLOOR_MS)
  }
  return growth
}

function processorMs(work: () => unknown): number {
  const before = process.cpuUsage()
  try {
    work()
  } catch {
    // A refusal is an answer; only the time matters here.
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

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
    expect(growthOf(work)).toBeLessThan(LIMIT)
  })
})
