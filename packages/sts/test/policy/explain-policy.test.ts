import { describe, expect, it } from 'vitest'
import { explainPolicies, explainPolicy, type PolicyRequest, parsePolicy } from '../../src/index.ts'

const bucket = 'examplebucket-1250000000'
const under = (key: string): string => `qcs::cos:ap-guangzhou:uid/1250000000:${bucket}/${key}`

function request(action: string, key: string, more: Partial<PolicyRequest> = {}): PolicyRequest {
  return { action, resource: { region: 'ap-guangzhou', bucket, key }, ...more }
}

function policy(...statement: object[]): object {
  return { version: '2.0', statement }
}

function allow(action: string | string[], resource: string | string[], condition?: object): object {
  return { effect: 'allow', action, resource, ...(condition ? { condition } : {}) }
}

const isAllowed = (document: object, asked: PolicyRequest): boolean =>
  explainPolicy(document, asked).isAllowed

describe('an action', () => {
  it.each([
    ['name/cos:PutObject', 'PutObject', true],
    ['cos:PutObject', 'name/cos:PutObject', true],
    ['name/cos:PutObject', 'cos:PutObject', true],
    ['name/cos:putobject', 'PutObject', false],
    ['name/cos:PutObject', 'PutObjectACL', false],
    ['name/cos:Put*', 'PutObjectACL', true],
    ['name/cos:*', 'GetObject', true],
    ['*', 'GetObject', true],
    ['name/cos:*', 'name/ci:CreateMediaJobs', false],
    // HEAD is an action of its own [doc 436/30580].
    ['name/cos:GetObject', 'HeadObject', false],
  ])('%s in a policy means %s: %s', (action, asked, expected) => {
    expect(isAllowed(policy(allow(action, '*')), request(asked, 'o'))).toBe(expected)
  })

  it.each([
    ['PutObject', 'PutObjectCopy'],
    ['PutObjectCopy', 'PutObjectCopy'],
    ['PutObject', 'UploadPartCopy'],
    ['UploadPart', 'UploadPartCopy'],
    ['DeleteObject', 'DeleteMultipleObjects'],
    ['DeleteMultipleObjects', 'DeleteMultipleObjects'],
  ])('%s in a policy covers the operation %s, under both spellings', (action, asked) => {
    const own = policy(allow(`name/cos:${action}`, '*'))
    expect(isAllowed(own, request(asked, 'o'))).toBe(true)
    const denying = policy(allow('*', '*'), { effect: 'deny', action: `name/cos:${action}`, resource: '*' })
    expect(isAllowed(denying, request(asked, 'o'))).toBe(false)
  })

  it('for a copy does not cover the plain upload', () => {
    expect(isAllowed(policy(allow('name/cos:PutObjectCopy', '*')), request('PutObject', 'o'))).toBe(false)
    expect(
      isAllowed(policy(allow('name/cos:DeleteMultipleObjects', '*')), request('DeleteObject', 'o')),
    ).toBe(false)
  })
})

describe('a resource', () => {
  it.each([
    ['the exact key', under('users/42/a.jpg'), true],
    ['another key', under('users/42/b.jpg'), false],
    ['a prefix', under('users/42/*'), true],
    ['a star across slashes', under('us*a.jpg'), true],
    ['a star for nothing', under('users/42/a.jpg*'), true],
    ['a star in the middle that matches nowhere', under('users/*/c*.jpg'), false],
    ['the whole bucket', under('*'), true],
    ['everything', '*', true],
    ['no region and no account', `qcs::cos:::${bucket}/users/*`, true],
    ['another region', `qcs::cos:ap-beijing:uid/1250000000:${bucket}/*`, false],
    ['another account', `qcs::cos:ap-guangzhou:uid/1250000001:${bucket}/*`, false],
    ['another service', `qcs::ci:ap-guangzhou:uid/1250000000:${bucket}/*`, false],
    ['another bucket', 'qcs::cos:ap-guangzhou:uid/1250000000:other-1250000000/*', false],
    [
      'the older form',
      'qcs::cos:ap-guangzhou:uid/1250000000:prefix//1250000000/examplebucket/users/42/*',
      true,
    ],
    ['the older form of another account', 'qcs::cos:ap-guangzhou::prefix//1250000001/examplebucket/*', false],
    [
      'the older form of another folder',
      'qcs::cos:ap-guangzhou::prefix//1250000000/examplebucket/users/43/*',
      false,
    ],
  ])('given as %s', (_, resource, expected) => {
    expect(isAllowed(policy(allow('*', resource)), request('GetObject', 'users/42/a.jpg'))).toBe(expected)
  })

  it('may hold colons, line ends and characters beyond ASCII, as keys may', () => {
    for (const key of ['a:b/c', 'a\nb', '腾讯云/é', 'a*b']) {
      expect(isAllowed(policy(allow('*', under(key))), request('GetObject', key))).toBe(true)
      expect(isAllowed(policy(allow('*', under('*'))), request('GetObject', key))).toBe(true)
    }
  })

  it('of an operation on no bucket is covered by the star alone', () => {
    const service = { action: 'GetService' }
    expect(isAllowed(policy(allow('name/cos:GetService', '*')), service)).toBe(true)
    expect(isAllowed(policy(allow('name/cos:GetService', 'qcs::cos:::*')), service)).toBe(false)
  })

  it('of a listing is the bucket or the prefix that is listed', () => {
    const list = (prefix?: string): PolicyRequest =>
      request('GetBucket', '', prefix === undefined ? {} : { params: { prefix } })
    const own = policy(allow('name/cos:GetBucket', under('users/42/*')))
    expect(isAllowed(own, list('users/42/'))).toBe(true)
    expect(isAllowed(own, list('users/42/2026/'))).toBe(true)
    expect(isAllowed(own, list('users/42'))).toBe(false)
    expect(isAllowed(own, list('users/43/'))).toBe(false)
    expect(isAllowed(own, list())).toBe(false)
    expect(isAllowed(policy(allow('name/cos:GetBucket', under(''))), list('users/42/'))).toBe(true)
    expect(isAllowed(own, { ...list('users/42/'), action: 'HeadBucket' })).toBe(false)
  })
})

describe('a condition', () => {
  const holds = (condition: object, more: Partial<PolicyRequest>): boolean =>
    isAllowed(policy(allow('*', '*', condition)), request('PutObject', 'o', more))
  const type = (value: string): Partial<PolicyRequest> => ({ headers: { 'Content-Type': value } })
  const length = (value: number | string): Partial<PolicyRequest> => ({
    headers: { 'content-length': String(value) },
  })
  const ip = (clientIp: string): Partial<PolicyRequest> => ({ clientIp })

  it.each<[string, object, Partial<PolicyRequest>, boolean]>([
    ['string_equal', { string_equal: { 'cos:content-type': 'image/png' } }, type('image/png'), true],
    ['string_equal', { string_equal: { 'cos:content-type': 'image/png' } }, type('image/PNG'), false],
    ['string_equal', { string_equal: { 'cos:content-type': 'image/*' } }, type('image/png'), false],
    ['string_equal', { string_equal: { 'cos:content-type': ['a', 'image/png'] } }, type('image/png'), true],
    ['string_not_equal', { string_not_equal: { 'cos:content-type': 'text/html' } }, type('image/png'), true],
    [
      'string_not_equal',
      { string_not_equal: { 'cos:content-type': ['text/html', 'image/png'] } },
      type('image/png'),
      false,
    ],
    [
      'string_equal_ignore_case',
      { string_equal_ignore_case: { 'cos:content-type': 'IMAGE/png' } },
      type('image/PNG'),
      true,
    ],
    ['string_like', { string_like: { 'cos:content-type': 'image/*' } }, type('image/png'), true],
    ['string_like', { string_like: { 'cos:content-type': 'image/*' } }, type('text/image/png'), false],
    ['string_like', { string_like: { 'cos:content-type': '*png' } }, type('image/png'), true],
    ['string_like', { string_like: { 'cos:content-type': '*mag*' } }, type('image/png'), true],
    ['string_not_like', { string_not_like: { 'cos:content-type': 'text/*' } }, type('image/png'), true],
    ['string_not_like', { string_not_like: { 'cos:content-type': 'text/*' } }, type('text/html'), false],
    ['numeric_equal', { numeric_equal: { 'cos:content-length': 5 } }, length(5), true],
    ['numeric_equal', { numeric_equal: { 'cos:content-length': '5' } }, length('05'), true],
    ['numeric_not_equal', { numeric_not_equal: { 'cos:content-length': 5 } }, length(5), false],
    ['numeric_greater_than', { numeric_greater_than: { 'cos:content-length': 5 } }, length(5), false],
    ['numeric_greater_than', { numeric_greater_than: { 'cos:content-length': 5 } }, length(6), true],
    [
      'numeric_greater_than_equal',
      { numeric_greater_than_equal: { 'cos:content-length': 5 } },
      length(5),
      true,
    ],
    ['numeric_less_than', { numeric_less_than: { 'cos:content-length': 5 } }, length(5), false],
    ['numeric_less_than', { numeric_less_than: { 'cos:content-length': 50 } }, length(6), true],
    ['numeric_less_than_equal', { numeric_less_than_equal: { 'cos:content-length': 5 } }, length(5), true],
    ['numeric_less_than_equal', { numeric_less_than_equal: { 'cos:content-length': 5 } }, length(''), false],
    [
      'numeric_less_than_equal',
      { numeric_less_than_equal: { 'cos:content-length': 5 } },
      length('0x1'),
      false,
    ],
    ['ip_equal', { ip_equal: { 'qcs:ip': '10.1.2.3' } }, ip('10.1.2.3'), true],
    ['ip_equal', { ip_equal: { 'qcs:ip': '10.1.2.3' } }, ip('10.1.2.30'), false],
    ['ip_equal', { ip_equal: { 'qcs:ip': ['192.168.0.0/16', '10.1.2.0/23'] } }, ip('10.1.3.255'), true],
    ['ip_equal', { ip_equal: { 'qcs:ip': '10.1.2.0/23' } }, ip('10.1.4.0'), false],
    ['ip_equal', { ip_equal: { 'qcs:ip': '10.0.0.0/8' } }, ip('::ffff:10.9.8.7'), true],
    ['ip_equal', { ip_equal: { 'qcs:ip': '0.0.0.0/0' } }, ip('::1'), false],
    ['ip_equal', { ip_equal: { 'qcs:ip': '2001:db8::/32' } }, ip('2001:0DB8:1::7'), true],
    ['ip_equal', { ip_equal: { 'qcs:ip': '2001:db8::/32' } }, ip('2001:db9::'), false],
    ['ip_equal', { ip_equal: { 'qcs:ip': 'fe80::1' } }, ip('fe80::1%eth0'), true],
    ['ip_not_equal', { ip_not_equal: { 'qcs:ip': '10.0.0.0/8' } }, ip('10.0.0.1'), false],
    ['ip_not_equal', { ip_not_equal: { 'qcs:ip': '10.0.0.0/8' } }, ip('11.0.0.1'), true],
    ['bool_equal', { bool_equal: { 'cos:secure-transport': 'true' } }, { isSecure: true }, true],
    ['bool_equal', { bool_equal: { 'cos:secure-transport': true } }, { isSecure: false }, false],
    ['bool_equal', { bool_equal: { 'cos:secure-transport': 'false' } }, { isSecure: false }, true],
    [
      'date_less_than',
      { date_less_than: { 'qcs:current_time': '2026-01-01T00:00:00Z' } },
      { time: 1_767_225_599 },
      true,
    ],
    [
      'date_less_than',
      { date_less_than: { 'qcs:current_time': '2026-01-01' } },
      { time: 1_767_225_600 },
      false,
    ],
    [
      'date_greater_than_equal',
      { date_greater_than_equal: { 'qcs:current_time': '2026-01-01 00:00:00' } },
      { time: 1_767_225_600 },
      true,
    ],
    [
      'date_greater_than',
      { date_greater_than: { 'qcs:current_time': '2026-01-01T08:00:00+08:00' } },
      { time: 1_767_225_600 },
      false,
    ],
    [
      'date_not_equal',
      { date_not_equal: { 'qcs:current_time': '1767225600' } },
      { time: 1_767_225_600 },
      false,
    ],
    ['null_equal', { null_equal: { 'cos:content-type': 'true' } }, {}, true],
    ['null_equal', { null_equal: { 'cos:content-type': 'true' } }, type('a/b'), false],
    ['null_equal', { null_equal: { 'cos:content-type': false } }, type('a/b'), true],
    [
      'for_any_value',
      { 'for_any_value:string_equal': { 'qcs:request_tag': ['a&1', 'b&2'] } },
      { tags: ['b&2', 'c&3'] },
      true,
    ],
    [
      'for_all_value',
      { 'for_all_value:string_equal': { 'qcs:request_tag': ['a&1', 'b&2'] } },
      { tags: ['b&2', 'c&3'] },
      false,
    ],
    [
      'for_all_value',
      { 'for_all_value:string_equal': { 'qcs:request_tag': ['a&1', 'b&2'] } },
      { tags: ['b&2'] },
      true,
    ],
  ])('%s %j for %j: %s', (_, condition, more, expected) => {
    expect(holds(condition, more)).toBe(expected)
  })

  it('reads each key from the part of the request that has it', () => {
    const everything: Partial<PolicyRequest> = {
      clientIp: '10.0.0.1',
      isSecure: true,
      tlsVersion: '1.2',
      vpcId: 'vpc-1',
      headers: new Map([
        ['host', 'h'],
        ['content-length', '7'],
        ['content-type', 'a/b'],
        ['x-cos-storage-class', 'STANDARD'],
        ['x-cos-acl', 'private'],
        ['x-cos-forbid-overwrite', 'true'],
        ['x-cos-mime-limit', 'image/*'],
      ]),
      params: { prefix: 'p', versionId: 'v', 'response-content-type': 't' },
    }
    const keys: Record<string, string> = {
      'vpc:requester_vpc': 'vpc-1',
      'qcs:vpc': 'vpc-1',
      'cos:host': 'h',
      'cos:content-type': 'a/b',
      'cos:x-cos-storage-class': 'STANDARD',
      'cos:x-cos-acl': 'private',
      'cos:x-cos-forbid-overwrite': 'true',
      'cos:x-cos-mime-limit': 'image/*',
      'cos:prefix': 'p',
      'cos:versionid': 'v',
      'cos:response-content-type': 't',
    }
    for (const [key, value] of Object.entries(keys)) {
      expect(holds({ string_equal: { [key]: value } }, everything), key).toBe(true)
      expect(holds({ string_equal: { [key]: `${value}x` } }, everything), key).toBe(false)
      expect(holds({ string_equal: { [key]: value } }, {}), key).toBe(false)
    }
    expect(holds({ numeric_greater_than_equal: { 'cos:tls-version': '1.2' } }, everything)).toBe(true)
    expect(holds({ numeric_greater_than_equal: { 'cos:tls-version': '1.3' } }, everything)).toBe(false)
  })

  it('on a key that the request does not have is false, negated or not, and true with _if_exist', () => {
    for (const operator of ['string_equal', 'string_not_equal', 'string_like', 'string_not_like']) {
      expect(holds({ [operator]: { 'cos:content-type': 'a/b' } }, {}), operator).toBe(false)
      expect(holds({ [`${operator}_if_exist`]: { 'cos:content-type': 'a/b' } }, {}), operator).toBe(true)
    }
    expect(holds({ ip_not_equal: { 'qcs:ip': '10.0.0.1' } }, {})).toBe(false)
    expect(holds({ ip_not_equal_if_exist: { 'qcs:ip': '10.0.0.1' } }, {})).toBe(true)
    expect(holds({ numeric_less_than_if_exist: { 'cos:content-length': 1 } }, length(2))).toBe(false)
  })

  it('reads what JavaScript passes for a text', () => {
    const headers = { 'content-length': 5 } as unknown as Record<string, string>
    expect(holds({ numeric_equal: { 'cos:content-length': 5 } }, { headers })).toBe(true)
    const clientIp = 1 as unknown as string
    expect(holds({ ip_equal: { 'qcs:ip': '10.0.0.1' } }, { clientIp })).toBe(false)
  })

  it('must hold beside all others, of its operator and of other operators', () => {
    const both = {
      string_equal: { 'cos:content-type': 'a/b', 'cos:x-cos-acl': 'private' },
      numeric_less_than: { 'cos:content-length': 10 },
    }
    const headers = { 'content-type': 'a/b', 'x-cos-acl': 'private', 'content-length': '9' }
    expect(holds(both, { headers })).toBe(true)
    for (const name of Object.keys(headers)) {
      expect(holds(both, { headers: { ...headers, [name]: '77' } }), name).toBe(false)
    }
  })

  it('on a parameter compares with the percent-encoded value', () => {
    const list = (prefix: string): PolicyRequest => request('GetBucket', '', { params: { prefix } })
    const on = (operator: string, value: string, prefix: string): boolean =>
      isAllowed(policy(allow('*', '*', { [operator]: { 'cos:prefix': value } })), list(prefix))
    expect(on('string_equal', 'doc%2F', 'doc/')).toBe(true)
    expect(on('string_equal', 'doc%2f', 'doc/')).toBe(true)
    expect(on('string_equal', 'doc/', 'doc/')).toBe(false)
    expect(on('string_like', 'doc%2F*', 'doc/2026/')).toBe(true)
    expect(on('string_like', 'doc%2F*', 'docs/')).toBe(false)
    expect(on('string_equal', '%E8%85%BE', '腾')).toBe(true)
    expect(on('string_equal', "it's(1)", "it's(1)")).toBe(true)
    expect(on('string_equal', 'a%2Ab', 'a*b')).toBe(true)
    expect(on('string_equal', 'x', '\ud800')).toBe(false)
  })
})

describe('statements', () => {
  const deny = { effect: 'deny', action: 'name/cos:PutObject', resource: under('public/*') }

  it('that deny win over all that allow, wherever they stand', () => {
    for (const statements of [
      [allow('*', '*'), deny],
      [deny, allow('*', '*')],
    ]) {
      expect(isAllowed(policy(...statements), request('PutObject', 'public/o'))).toBe(false)
      expect(isAllowed(policy(...statements), request('PutObject', 'private/o'))).toBe(true)
    }
  })

  it('are named in the answer', () => {
    const document = policy(
      allow('name/cos:GetObject', '*'),
      { sid: 'uploads', ...allow('*', under('u/*')) },
      deny,
    )
    expect(explainPolicy(document, request('PutObject', 'u/o'))).toEqual({
      isAllowed: true,
      statements: [{ layer: 'policy', policy: 0, statement: 1, sid: 'uploads', effect: 'allow' }],
      message: 'Allowed by statement[1] (uploads) of "policy".',
    })
    expect(explainPolicy(document, request('PutObject', 'public/o'))).toMatchObject({
      isAllowed: false,
      code: 'explicit-deny',
      statement: { statement: 2, effect: 'deny' },
      message: 'Denied by statement[2] of "policy", whatever others allow.',
    })
  })

  it('that miss in one part are named with that part: an action', () => {
    const document = policy(
      allow('name/cos:GetObject', under('other/*')),
      allow('name/cos:PutObject', under('u/*')),
    )
    expect(explainPolicy(document, request('PostObject', 'u/o'))).toEqual({
      isAllowed: false,
      code: 'not-allowed',
      layer: 'policy',
      statement: { layer: 'policy', policy: 0, statement: 1, effect: 'allow' },
      lacks: [
        {
          part: 'action',
          expected: ['name/cos:PutObject'],
          actual: 'name/cos:PostObject',
          message: 'its action is name/cos:PutObject, not name/cos:PostObject',
        },
      ],
      message:
        'No statement of "policy" allows this. The nearest is statement[1] of "policy": its action is name/cos:PutObject, not name/cos:PostObject.',
    })
  })

  it('that miss in one part are named with that part: a resource, the one with most in common', () => {
    const document = policy(
      allow('name/cos:PutObject', under('a/*')),
      allow('name/cos:PutObject', under('users/42/*')),
      allow('name/cos:PutObject', under('users/7/*')),
    )
    expect(explainPolicy(document, request('PutObject', 'users/43/o'))).toMatchObject({
      statement: { statement: 1 },
      lacks: [{ part: 'resource', expected: [under('users/42/*')], actual: under('users/43/o') }],
    })
  })

  it('that miss in one part are named with that part: a condition, with what the request has', () => {
    const document = policy(
      allow('name/cos:PutObject', under('u/*'), {
        numeric_less_than_equal: { 'cos:content-length': 10 },
        string_like: { 'cos:content-type': 'image/*' },
      }),
    )
    const answer = explainPolicy(
      document,
      request('PutObject', 'u/o', { headers: { 'content-length': '11', 'content-type': 'image/png' } }),
    )
    expect(answer).toMatchObject({
      lacks: [
        {
          part: 'condition',
          operator: 'numeric_less_than_equal',
          key: 'cos:content-length',
          expected: ['10'],
          actual: '11',
        },
      ],
    })
    expect(answer.message).toContain(
      'its condition numeric_less_than_equal of cos:content-length is 10, and the request has 11',
    )
  })

  it('with a misspelt key or a parameter that is not encoded get advice', () => {
    const message = (condition: object, more: Partial<PolicyRequest>): string =>
      explainPolicy(policy(allow('*', '*', condition)), request('GetBucket', '', more)).message
    expect(
      message({ numeric_less_than: { 'cos:content_length': 9 } }, { headers: { 'content-length': '1' } }),
    ).toContain(
      'the request has no such value (there is no key cos:content_length; cos:content-length was meant)',
    )
    expect(message({ string_like: { 'cos:prefix': 'doc/*' } }, { params: { prefix: 'doc/' } })).toContain(
      'the request has doc%2F (values of cos:prefix are written percent-encoded: doc%2F*)',
    )
  })

  it('with a key that no request has say so', () => {
    const document = policy(allow('*', '*', { string_equal: { 'cvm:instance_type': 'S1' } }))
    expect(explainPolicy(document, request('GetObject', 'o')).message).toContain(
      '(cvm:instance_type is nothing that a request to COS has)',
    )
  })

  it('never show a token', () => {
    const document = policy(allow('*', '*', { string_equal: { 'cos:x-cos-security-token': 'x' } }))
    const asked = request('GetObject', 'o', { headers: { 'x-cos-security-token': 'very-secret' } })
    expect(JSON.stringify(explainPolicy(document, asked))).not.toContain('very-secret')
  })

  it('that allow nothing are said to', () => {
    expect(explainPolicy(policy(deny), request('GetObject', 'o'))).toMatchObject({
      code: 'not-allowed',
      lacks: [],
      message: 'Nothing in "policy" allows anything.',
    })
  })
})

describe('layers', () => {
  const session = parsePolicy(policy(allow('name/cos:*', under('*'))))
  const issuer = parsePolicy(policy(allow(['name/cos:PutObject', 'name/cos:GetObject'], under('u/*'))))

  it('must each allow', () => {
    expect(explainPolicies({ session, issuer }, request('PutObject', 'u/o'))).toMatchObject({
      isAllowed: true,
      statements: [{ layer: 'session' }, { layer: 'issuer' }],
      message: 'Allowed by statement[0] of "session" and statement[0] of "issuer".',
    })
    expect(explainPolicies({ session, issuer }, request('PutObject', 'v/o'))).toMatchObject({
      isAllowed: false,
      code: 'not-allowed',
      layer: 'issuer',
      lacks: [{ part: 'resource' }],
    })
  })

  it('of several policies allow by any of them, unless one denies', () => {
    const more = policy(allow('name/cos:DeleteObject', '*'))
    const denies = policy({ effect: 'deny', action: '*', resource: under('u/secret') })
    const asked = request('DeleteObject', 'u/secret')
    expect(explainPolicies({ session, issuer: [issuer, more] }, asked)).toMatchObject({
      isAllowed: true,
      statements: [{ layer: 'session' }, { layer: 'issuer', policy: 1 }],
    })
    expect(explainPolicies({ session, issuer: [issuer, more, denies] }, asked)).toMatchObject({
      code: 'explicit-deny',
      statement: { layer: 'issuer', policy: 2, statement: 0 },
      message: 'Denied by statement[0] of "issuer" (policy 2), whatever others allow.',
    })
  })
})

describe('principals', () => {
  const user = 'qcs::cam::uin/100000000001:uin/100000000011'
  const of = (principal: unknown, asked: string | undefined): boolean =>
    isAllowed(policy({ principal, ...allow('*', '*') }), request('GetObject', 'o', { principal: asked }))

  it.each([
    [user, user, true],
    [{ qcs: [user] }, user, true],
    [{ qcs: user }, 'qcs::cam::uin/100000000001:uin/100000000012', false],
    [{ qcs: ['qcs::cam::uin/100000000001:*'] }, user, true],
    [{ qcs: ['qcs::cam::anyone:anyone'] }, user, true],
    [{ qcs: ['qcs::cam::anyone:anyone'] }, 'anonymous', true],
    ['*', 'anonymous', true],
    [{ qcs: ['qcs::cam::anonymous:anonymous'] }, 'anonymous', true],
    [{ qcs: ['qcs::cam::anonymous:anonymous'] }, user, false],
    [{ qcs: ['qcs::cam::uin/100000000001:*'] }, 'anonymous', false],
    [{ qcs: [user] }, undefined, false],
  ])('%j are %s: %s', (principal, asked, expected) => {
    expect(of(principal, asked)).toBe(expected)
  })
})

describe('a request', () => {
  it('without an action or with half a resource is a mistake of the caller', () => {
    const document = policy(allow('*', '*'))
    const ask = (asked: unknown): unknown => explainPolicy(document, asked as PolicyRequest)
    expect(() => ask({})).toThrow(TypeError)
    expect(() => ask({ action: '' })).toThrow('"action" must not be empty')
    expect(() => ask({ action: 'GetObject', resource: { bucket } })).toThrow(
      '"resource.region" must be a string',
    )
    expect(() => ask(undefined)).toThrow(TypeError)
  })
})
