import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ParsePolicyOptions, parsePolicy, StsError } from '../../src/index.ts'

const statement = { effect: 'allow', action: ['name/cos:PutObject'], resource: ['*'] }
const withStatement = (change: object): object => ({
  version: '2.0',
  statement: [{ ...statement, ...change }],
})
const withCondition = (condition: unknown): object => withStatement({ condition })

function faultOf(document: unknown, options?: ParsePolicyOptions): StsError {
  try {
    parsePolicy(document, options)
  } catch (error) {
    if (error instanceof StsError) return error
    throw error
  }
  throw new Error('the policy was accepted')
}

describe('a malformed policy', () => {
  it.each<[string, unknown, string, string]>([
    ['no JSON', '{', '', 'The policy is not JSON'],
    [
      'no object',
      [],
      '',
      'The policy must be an object with version, statement, id, principal; got an empty list',
    ],
    ['null', null, '', 'got null'],
    ['no version', { statement: [statement] }, 'version', '"version" must be "2.0"; it is missing'],
    ['another version', { version: '1.0', statement: [statement] }, 'version', 'got "1.0"'],
    ['a number as version', { version: 2, statement: [statement] }, 'version', 'got 2'],
    ['no statement', { version: '2.0' }, 'statement', 'must be a list of one or more statements'],
    ['an empty list', { version: '2.0', statement: [] }, 'statement', 'got an empty list'],
    ['a statement that is none', { version: '2.0', statement: [statement, 1] }, 'statement[1]', 'got 1'],
    ['an unknown element', withStatement({ actions: [] }), 'statement[0].actions', 'is not known here'],
    ['an element twice', withStatement({ Effect: 'deny' }), 'statement[0].Effect', 'twice'],
    ['a comment as a name', withStatement({ '// why': 1 }), 'statement[0]["// why"]', 'is not known here'],
    [
      'another effect',
      withStatement({ effect: 'permit' }),
      'statement[0].effect',
      'must be "allow" or "deny"; got "permit"',
    ],
    ['no action', withStatement({ action: undefined }), 'statement[0].action', 'it is missing'],
    ['no actions', withStatement({ action: [] }), 'statement[0].action', 'got an empty list'],
    [
      'an empty action',
      withStatement({ action: ['a', ''] }),
      'statement[0].action[1]',
      'must be a text that is not empty',
    ],
    [
      'a bucket as resource',
      withStatement({ resource: ['*', 'examplebucket'] }),
      'statement[0].resource[1]',
      'six segments',
    ],
    [
      'a resource of five segments',
      withStatement({ resource: 'qcs::cos:ap-guangzhou:x' }),
      'statement[0].resource',
      'six segments',
    ],
    [
      'a principal of another kind',
      withStatement({ principal: { AWS: '*' } }),
      'statement[0].principal.AWS',
      'is not known',
    ],
    ['a sid that is none', withStatement({ sid: 1 }), 'statement[0].sid', 'must be a text'],
    [
      'conditions that are none',
      withCondition([]),
      'statement[0].condition',
      'must be an object of operators',
    ],
    [
      'an unknown operator',
      withCondition({ string_equals: {} }),
      'statement[0].condition.string_equals',
      'known are string_equal, ',
    ],
    [
      'an operator of Object',
      withCondition(JSON.parse('{"__proto__":{}}')),
      'statement[0].condition.__proto__',
      'is no operator',
    ],
    [
      'null_equal_if_exist',
      withCondition({ null_equal_if_exist: { k: 'true' } }),
      'statement[0].condition.null_equal_if_exist',
      'is no operator',
    ],
    [
      'an operator without keys',
      withCondition({ ip_equal: '10.0.0.1' }),
      'statement[0].condition.ip_equal',
      'condition keys',
    ],
    [
      'no value',
      withCondition({ ip_equal: { 'qcs:ip': [] } }),
      'statement[0].condition.ip_equal["qcs:ip"]',
      'must have a value',
    ],
    [
      'an object as value',
      withCondition({ ip_equal: { 'qcs:ip': {} } }),
      'statement[0].condition.ip_equal["qcs:ip"]',
      'got an object',
    ],
    [
      'no number',
      withCondition({ numeric_equal: { k: ['1', '2MB'] } }),
      'statement[0].condition.numeric_equal.k[1]',
      'must be a number; got "2MB"',
    ],
    [
      'no address',
      withCondition({ ip_equal: { k: '10.0.0.256' } }),
      'statement[0].condition.ip_equal.k',
      'must be an address',
    ],
    [
      'no range',
      withCondition({ ip_equal: { k: '10.0.0.0/33' } }),
      'statement[0].condition.ip_equal.k',
      'must be an address',
    ],
    [
      'no IPv6 address',
      withCondition({ ip_equal: { k: '1::2::3' } }),
      'statement[0].condition.ip_equal.k',
      'must be an address',
    ],
    [
      'no boolean',
      withCondition({ bool_equal: { k: 'yes' } }),
      'statement[0].condition.bool_equal.k',
      'must be true or false; got "yes"',
    ],
    [
      'no time',
      withCondition({ date_less_than: { k: 'tomorrow' } }),
      'statement[0].condition.date_less_than.k',
      'must be a time',
    ],
    [
      'no such day',
      withCondition({ date_less_than: { k: '2026-13-01' } }),
      'statement[0].condition.date_less_than.k',
      'must be a time',
    ],
  ])('with %s is refused, and the place named', (_, document, path, message) => {
    const error = faultOf(document)
    expect(error).toMatchObject({ code: 'ERR_POLICY_INVALID', retryable: false, path })
    expect(error.message).toContain(message)
    if (path !== '') expect(error.message).toContain(`"${path}"`)
  })

  it('for a temporary key names no principal and is in lower case', () => {
    const session = { kind: 'session' } as const
    expect(faultOf(withStatement({ principal: '*' }), session).path).toBe('statement[0].principal')
    expect(faultOf({ ...withStatement({}), principal: '*' }, session).path).toBe('principal')
    expect(faultOf({ version: '2.0', Statement: [statement] }, session).message).toContain(
      'must be written statement',
    )
    expect(parsePolicy(withStatement({}), session).statements).toHaveLength(1)
  })

  it('for a bucket names its principals', () => {
    const bucket = { kind: 'bucket' } as const
    expect(faultOf(withStatement({}), bucket).path).toBe('statement[0].principal')
    const { statements } = parsePolicy(
      {
        version: '2.0',
        Statement: [
          {
            Sid: 'a',
            Effect: 'Deny',
            Action: 'name/cos:*',
            Resource: '*',
            Principal: { qcs: ['qcs::cam::anyone:anyone'] },
          },
        ],
      },
      bucket,
    )
    expect(statements).toMatchObject([
      {
        index: 0,
        sid: 'a',
        effect: 'deny',
        actions: ['name/cos:*'],
        resources: ['*'],
        principals: ['qcs::cam::anyone:anyone'],
      },
    ])
  })

  it('never makes the parser throw anything else', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.record(
        {
          version: fc.constant('2.0'),
          statement: fc.array(
            fc.dictionary(
              fc.constantFrom('effect', 'action', 'resource', 'condition', 'principal', 'Sid'),
              fc.oneof(
                fc.jsonValue({ maxDepth: 3 }),
                fc.constantFrom('allow', '*', 'qcs::cos:::a/*'),
                fc.dictionary(
                  fc.constantFrom('ip_equal', 'string_like', 'null_equal'),
                  fc.jsonValue({ maxDepth: 2 }),
                ),
              ),
            ),
            { maxLength: 3 },
          ),
        },
        { requiredKeys: [] },
      ),
    )
    fc.assert(
      fc.property(
        value,
        fc.constantFrom(undefined, 'session' as const, 'bucket' as const),
        (document, kind) => {
          for (const given of [document, JSON.stringify(document)]) {
            try {
              parsePolicy(given, { kind })
            } catch (error) {
              expect(error).toBeInstanceOf(StsError)
            }
          }
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('a policy that was read', () => {
  it('shows its statements in one spelling', () => {
    const { statements } = parsePolicy(
      JSON.stringify({
        version: '2.0',
        statement: [
          {
            effect: 'Allow',
            action: 'name/cos:PutObject',
            resource: '*',
            condition: {
              numeric_less_than: { 'cos:content-length': 5 },
              bool_equal: { 'cos:secure-transport': true },
            },
          },
        ],
      }),
    )
    expect(statements).toMatchObject([
      {
        index: 0,
        effect: 'allow',
        actions: ['name/cos:PutObject'],
        resources: ['*'],
        conditions: [
          { operator: 'numeric_less_than', key: 'cos:content-length', values: ['5'] },
          { operator: 'bool_equal', key: 'cos:secure-transport', values: ['true'] },
        ],
      },
    ])
  })
})
