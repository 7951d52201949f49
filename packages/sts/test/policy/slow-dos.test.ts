import { describe, expect, it } from 'vitest'
import { GROWTH_LIMIT, growthOf } from '../../../../tools/testing/growth.ts'
import { explainPolicy, parsePolicy } from '../../src/index.ts'

const allow = { effect: 'allow', action: '*', resource: '*' }
const policy = (...statement: object[]): object => ({ version: '2.0', statement })
const resource = (key: string): object => policy({ ...allow, resource: `qcs::cos:::b-1/${key}` })
const get = (
  key: string,
  more: object = {},
): { action: string; resource: { region: string; bucket: string; key: string } } => ({
  action: 'GetObject',
  resource: { region: 'r', bucket: 'b-1', key },
  ...more,
})

const INPUTS: readonly (readonly [string, (size: number) => unknown])[] = [
  [
    'a pattern of stars on a key of one letter',
    (size) => explainPolicy(resource('a*'.repeat(size / 8).concat('b')), get('a'.repeat(size))),
  ],
  [
    'a pattern of many letters that is nowhere',
    (size) => explainPolicy(resource(`*${'a'.repeat(size / 2)}b*`), get('a'.repeat(size))),
  ],
  [
    'a pattern that is nearly there at each place',
    (size) => explainPolicy(resource(`*${'ab'.repeat(size / 4)}b*`), get('ab'.repeat(size))),
  ],
  [
    'an action of stars',
    (size) => explainPolicy(policy({ ...allow, action: '*a'.repeat(size) }), { action: 'a'.repeat(size) }),
  ],
  [
    'many statements',
    (size) => explainPolicy(policy(...Array(size / 8).fill({ ...allow, action: 'x' })), get('o')),
  ],
  [
    'many actions',
    (size) => explainPolicy(policy({ ...allow, action: Array(size / 8).fill('name/cos:Put*') }), get('o')),
  ],
  [
    'many values',
    (size) =>
      explainPolicy(
        policy({ ...allow, condition: { ip_equal: { 'qcs:ip': Array(size / 8).fill('10.0.0.0/8') } } }),
        get('o', { clientIp: '11.0.0.1' }),
      ),
  ],
  [
    'a long address',
    (size) =>
      explainPolicy(
        policy({ ...allow, condition: { ip_equal: { 'qcs:ip': '10.0.0.0/8' } } }),
        get('o', { clientIp: '1:'.repeat(size) }),
      ),
  ],
  [
    'a long range',
    (size) => parsePolicy(policy({ ...allow, condition: { ip_equal: { 'qcs:ip': ':'.repeat(size) } } })),
  ],
  [
    'a long number',
    (size) => parsePolicy(policy({ ...allow, condition: { numeric_equal: { k: `${'1'.repeat(size)}x` } } })),
  ],
  [
    'a long time',
    (size) =>
      parsePolicy(
        policy({ ...allow, condition: { date_equal: { k: `2026-01-01T00:00:00.${'1'.repeat(size)}` } } }),
      ),
  ],
  [
    'a long operator',
    (size) => parsePolicy(policy({ ...allow, condition: { ['_if_exist'.repeat(size)]: {} } })),
  ],
  [
    'a parameter of escapes',
    (size) =>
      explainPolicy(
        policy({ ...allow, condition: { string_like: { 'cos:prefix': '%2f*'.repeat(size / 8) } } }),
        get('o', { params: { prefix: '/'.repeat(size) } }),
      ),
  ],
  ['colons', (size) => parsePolicy(policy({ ...allow, resource: `qcs${':'.repeat(size)}` }))],
]

describe('the time grows no faster than the input', () => {
  it.each(INPUTS)('for %s', (_, work) => {
    expect(growthOf(work)).toBeLessThan(GROWTH_LIMIT)
  })
})
