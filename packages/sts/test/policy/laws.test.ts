import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explainPolicies, explainPolicy, type PolicyRequest, parsePolicy } from '../../src/index.ts'
import { type ModelPolicy, type ModelStatement, modelAllows } from './naive-model.ts'

/* Few letters, so that what is asked and what is allowed meet often enough to mean something. */

const someOf = <T>(...values: T[]): fc.Arbitrary<T[]> => fc.subarray(values, { minLength: 1 })
const keyText = fc.string({ unit: fc.constantFrom('a', 'b', '/', ':'), maxLength: 5 })
const keyPattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', ':'), maxLength: 5 })

const resource = fc.oneof(
  { weight: 1, arbitrary: fc.constant('*') },
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom('', 'r1', 'r1', 'r2'),
        fc.constantFrom('', 'uid/1', 'uid/1', 'uid/2'),
        fc.constantFrom('x-1/', 'x-1/', 'y-1/', 'prefix//1/x/', '*/'),
        keyPattern,
      )
      .map(([region, account, bucket, key]) => `qcs::cos:${region}:${account}:${bucket}${key}`),
  },
)

const values = {
  string: someOf('a', 'b', 'ab', 'A'),
  pattern: fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  }),
  number: someOf('1', '2', '3'),
  ip: someOf('10.0.0.1', '10.0.0.0/8', '10.0.0.128/25', '11.0.0.0/31'),
}
const conditionOf = (operator: string, key: string, list: fc.Arbitrary<string[]>): fc.Arbitrary<object> =>
  fc
    .tuple(fc.constantFrom(operator, `${operator}_if_exist`), list)
    .map(([name, given]) => ({ [name]: { [key]: given } }))
const condition = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  conditionOf('string_equal', 'cos:content-type', values.string),
  conditionOf('string_not_equal', 'cos:content-type', values.string),
  conditionOf('string_like', 'cos:content-type', values.pattern),
  conditionOf('string_not_like', 'cos:content-type', values.pattern),
  conditionOf('string_like', 'cos:prefix', someOf('a*', '*', 'a%2F*', '*b')),
  conditionOf('numeric_less_than_equal', 'cos:content-length', values.number),
  conditionOf('numeric_greater_than', 'cos:content-length', values.number),
  conditionOf('ip_equal', 'qcs:ip', values.ip),
  conditionOf('ip_not_equal', 'qcs:ip', values.ip),
  fc.constant({ bool_equal: { 'cos:secure-transport': ['true'] } }),
)
const statement = fc
  .record({
    effect: fc.constantFrom('allow', 'allow', 'allow', 'deny'),
    action: fc.oneof(
      fc.constant(['*']),
      someOf('name/cos:PutObject', 'cos:GetBucket', 'name/cos:Get*', 'name/cos:*Object*', 'cos:DeleteObject'),
    ),
    resource: fc.array(resource, { minLength: 1, maxLength: 3 }),
    condition: fc.tuple(condition, condition).map(([one, other]) => ({ ...one, ...other })),
  })
  .map((one) => one as ModelStatement)
const policy: fc.Arbitrary<ModelPolicy> = fc.record({
  version: fc.constant('2.0' as const),
  statement: fc.array(statement, { minLength: 1, maxLength: 4 }),
})
const request: fc.Arbitrary<PolicyRequest> = fc.record({
  action: fc.constantFrom('PutObject', 'GetObject', 'GetBucket', 'PutObjectCopy', 'DeleteMultipleObjects'),
  resource: fc.record({
    region: fc.constantFrom('r1', 'r1', 'r2'),
    bucket: fc.constantFrom('x-1', 'x-1', 'x-1', 'y-1', 'x-2'),
    key: keyText,
  }),
  clientIp: fc.constantFrom('10.0.0.1', '10.0.0.200', '11.0.0.1', '11.0.0.2', undefined),
  isSecure: fc.boolean(),
  headers: fc.record(
    {
      'content-type': fc.constantFrom('a', 'b', 'ab', 'ba', 'A'),
      'content-length': fc.constantFrom('1', '2', '3', '4'),
    },
    { requiredKeys: [] },
  ),
  params: fc.record({ prefix: keyText.map((key) => key.replaceAll(':', '')) }, { requiredKeys: [] }),
})

describe('explainPolicy', () => {
  it('answers as the naive model does, and both answers come up', () => {
    let allowed = 0
    const runs = 3000
    fc.assert(
      fc.property(policy, request, (document, asked) => {
        const expected = modelAllows(document, asked)
        if (expected) allowed++
        expect(explainPolicy(document, asked).isAllowed).toBe(expected)
      }),
      { numRuns: runs },
    )
    expect(allowed).toBeGreaterThan(runs / 20)
    expect(allowed).toBeLessThan(runs / 2)
  })

  it('names the statement that decides: alone with that one, the answer is the same', () => {
    fc.assert(
      fc.property(policy, request, (document, asked) => {
        const answer = explainPolicy(document, asked)
        const [index] = answer.isAllowed ? answer.statements : [answer.statement]
        if (!answer.isAllowed && answer.code === 'not-allowed') return
        const alone = explainPolicy(
          { ...document, statement: [document.statement[index?.statement ?? -1]] },
          asked,
        )
        expect(alone).toMatchObject({ isAllowed: answer.isAllowed })
        if (!alone.isAllowed) expect(alone.code).toBe('explicit-deny')
      }),
      { numRuns: 1000 },
    )
  })

  it('names what a statement lacks, and all of it: something when it does not match, and no part that does', () => {
    fc.assert(
      fc.property(statement, request, (one, asked) => {
        const document = { version: '2.0', statement: [{ ...one, effect: 'allow' }] } as const
        const answer = explainPolicy(document, asked)
        if (answer.isAllowed) return
        expect(answer.lacks.length).toBeGreaterThan(0)
        const parts = new Set(answer.lacks.map(({ part }) => part))
        const mended = {
          ...one,
          effect: 'allow' as const,
          ...(parts.has('action') ? { action: ['*'] } : {}),
          ...(parts.has('resource') ? { resource: ['*'] } : {}),
          ...(parts.has('condition') ? { condition: {} } : {}),
        }
        expect(explainPolicy({ version: '2.0', statement: [mended] }, asked).isAllowed).toBe(true)
        for (const part of parts) {
          const left = { ...mended, [part]: one[part as 'action'] }
          expect(explainPolicy({ version: '2.0', statement: [left] }, asked).isAllowed).toBe(false)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('never allows more when a layer or a statement that denies is added', () => {
    fc.assert(
      fc.property(policy, policy, statement, request, (session, issuer, more, asked) => {
        const both = explainPolicies({ session, issuer }, asked).isAllowed
        expect(both).toBe(modelBoth(session, issuer, asked))
        const denying = {
          ...session,
          statement: [...session.statement, { ...more, effect: 'deny' as const }],
        }
        if (explainPolicy(denying, asked).isAllowed)
          expect(explainPolicy(session, asked).isAllowed).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('gives the same answer for a policy read before, for its text and for the document', () => {
    fc.assert(
      fc.property(policy, request, (document, asked) => {
        const answer = explainPolicy(document, asked)
        expect(explainPolicy(JSON.stringify(document), asked)).toEqual(answer)
        expect(explainPolicy(parsePolicy(document), asked)).toEqual(answer)
      }),
      { numRuns: 300 },
    )
  })
})

function modelBoth(session: ModelPolicy, issuer: ModelPolicy, asked: PolicyRequest): boolean {
  return modelAllows(session, asked) && modelAllows(issuer, asked)
}
