import { describe, expect, it, vi } from 'vitest'
import {
  type KeyRecord,
  presignUrl,
  type ReceivedRequest,
  type SignableRequest,
  signRequest,
  type Verification,
  type VerifyOptions,
  verifyRequest,
} from '../src/index.ts'
import { host, now, token } from './fixtures.ts'

/* The rules of a verifier, one by one: what is refused and with which code, and what is accepted besides the usual form. */

const at = 1_700_000_000
const permanent = { secretId: 'AKIDpermanent', secretKey: 'test-secret-key-1' }
const temporary = { secretId: 'AKIDtemporary', secretKey: 'test-secret-key-2', securityToken: token }
const records = new Map<string, KeyRecord>([
  [permanent.secretId, permanent],
  [temporary.secretId, { ...temporary, expiresAt: at + 200 }],
])

interface Received {
  readonly method?: string
  readonly target?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
}

function verify(
  { method = 'GET', target = '/o', headers = {} }: Received,
  options: VerifyOptions = {},
): Verification {
  const request = { method, target, headers: { host, ...headers } }
  return verifyRequest(request, (id) => records.get(id), { now, ...options })
}

const codeOf = (answer: Verification): string => (answer.ok ? 'ok' : answer.code)

function sign(request: Partial<SignableRequest> = {}, key = permanent): string {
  return signRequest({ method: 'GET', path: '/o', headers: { host }, ...request }, key, { now })
}

/** The target of a presigned URL. */
function presign(request: Partial<SignableRequest> = {}, key = permanent): string {
  const url = presignUrl({ method: 'GET', path: '/o', host, ...request }, key, { now })
  return url.slice(`https://${host}`.length)
}

describe('where a signature is looked for', () => {
  const header = sign()
  const merged = `/o?sign=${encodeURIComponent(header)}`

  it.each<readonly [string, string, Received]>([
    ['the Authorization header', 'header', { headers: { Authorization: header } }],
    ['parameters', 'query', { target: presign() }],
    ['one parameter named sign, escaped', 'merged', { target: merged }],
    ['the header before the query', 'header', { target: presign(), headers: { authorization: header } }],
    ['sign before parameters', 'merged', { target: `${merged}&q-signature=0` }],
    [
      'the query, when the header is of another kind',
      'query',
      {
        target: presign(),
        headers: { authorization: 'Bearer x' },
      },
    ],
  ])('%s', (_, carrier, request) => {
    expect(verify(request)).toMatchObject({ ok: true, carrier })
  })

  it.each<readonly [string, Received]>([
    ['nothing', {}],
    ['parameters of other names', { target: '/o?sign=abc&signature=1&Q-AK=x' }],
    ['an Authorization header of another kind', { headers: { authorization: 'Bearer q-ak' } }],
    ['an empty Authorization header', { headers: { authorization: '' } }],
  ])('without one a request is anonymous: %s', (_, request) => {
    expect(codeOf(verify(request))).toBe('anonymous')
  })
})

describe('the form of a signature', () => {
  const fields = sign().split('&')

  it('may have its fields in any order, and others besides', () => {
    const authorization = [...fields].reverse().join('&')
    expect(codeOf(verify({ headers: { authorization } }))).toBe('ok')
    expect(codeOf(verify({ headers: { authorization: `${authorization}&x=y` } }))).toBe('ok')
  })

  it.each(fields)('must have all seven fields, once: without %s, or with it twice', (field) => {
    const without = fields.filter((other) => other !== field).join('&')
    expect(codeOf(verify({ headers: { authorization: without } }))).toBe('malformed')
    expect(codeOf(verify({ headers: { authorization: `${fields.join('&')}&${field}` } }))).toBe('malformed')
    const target = presign()
    const name = field.split('=')[0] ?? ''
    const missing = target.replace(new RegExp(`${name}=[^&]*&?`), '')
    expect(codeOf(verify({ target: missing }))).toBe('malformed')
    expect(codeOf(verify({ target: `${target}&${name}=1` }))).toBe('malformed')
  })

  const MALFORMED: readonly (readonly [string, RegExp, string])[] = [
    ['one time', /q-sign-time=[^&]*/, 'q-sign-time=1699999940'],
    ['three times', /q-sign-time=[^&]*/, 'q-sign-time=1;2;3'],
    ['times that are no digits', /q-key-time=[^&]*/, 'q-key-time=a;b'],
    ['times with a sign', /q-key-time=[^&]*/, 'q-key-time=-1;5'],
    ['times with white space', /q-key-time=[^&]*/, 'q-key-time=1; 5'],
    ['times that end before they begin', /q-key-time=[^&]*/, 'q-key-time=5;1'],
    ['times with leading zeros', /q-sign-time=[^&]*/, 'q-sign-time=01;5'],
    ['39 digits', /q-signature=./, 'q-signature='],
    ['41 digits', /q-signature=/, 'q-signature=0'],
    ['a signature that is not hex', /q-signature=./, 'q-signature=g'],
    ['an empty SecretId', /q-ak=[^&]*/, 'q-ak='],
    ['a part without =', /$/, '&x'],
  ]

  it.each(MALFORMED)('must be whole: not %s', (_, pattern, replacement) => {
    const authorization = sign().replace(pattern, replacement)
    expect(codeOf(verify({ headers: { authorization } }))).toBe('malformed')
  })

  it('may have its hex digits in either case', () => {
    const authorization = sign().replace(/[0-9a-f]{40}$/, (digits) => digits.toUpperCase())
    expect(codeOf(verify({ headers: { authorization } }))).toBe('ok')
  })

  it('must be of the one algorithm there is', () => {
    for (const algorithm of ['sha256', 'SHA1', '']) {
      const authorization = sign().replace('q-sign-algorithm=sha1', `q-sign-algorithm=${algorithm}`)
      expect(codeOf(verify({ headers: { authorization } })), algorithm).toBe('unsupported-algorithm')
    }
  })

  it('must come in one Authorization header and go to one Host', () => {
    expect(codeOf(verify({ headers: { authorization: [sign(), sign()] } }))).toBe('malformed')
    expect(codeOf(verify({ headers: { host: [host, host], authorization: sign() } }))).toBe('malformed')
  })
})

describe('the key', () => {
  it('is looked up once, by the id that the request names', () => {
    const lookup = vi.fn(() => permanent)
    verifyRequest({ method: 'GET', target: presign(), headers: { host } }, lookup, { now })
    expect(lookup.mock.calls).toEqual([[permanent.secretId, []]])
    verifyRequest({ method: 'GET', target: '/o', headers: { host } }, lookup, { now })
    expect(lookup).toHaveBeenCalledTimes(1)
  })

  it.each(['AKIDnobody', '__proto__', 'constructor', 'AKID%26permanent'])('%s is unknown', (id) => {
    const target = presign().replace(/q-ak=[^&]*/, `q-ak=${id}`)
    expect(codeOf(verify({ target }))).toBe('unknown-key')
  })

  it('is unknown too when the lookup gives null, and what the lookup throws is passed on', () => {
    const request = { method: 'GET', target: presign(), headers: { host } }
    const none = (): undefined => null as unknown as undefined
    expect(verifyRequest(request, none, { now })).toMatchObject({ code: 'unknown-key' })
    const failing = (): never => {
      throw new Error('the database is away')
    }
    expect(() => verifyRequest(request, failing, { now })).toThrow('the database is away')
  })

  it('says when it is over in the answer, the earlier of window and key', () => {
    expect(verify({ target: presign() })).toEqual({
      ok: true,
      carrier: 'query',
      secretId: permanent.secretId,
      path: '/o',
      signedHeaders: ['host'],
      signedParams: [],
      startsAt: at - 60,
      expiresAt: at + 300,
      effectiveExpiresAt: at + 300,
    })
    expect(verify({ target: presign({}, temporary) })).toMatchObject({
      expiresAt: at + 300,
      effectiveExpiresAt: at + 200,
    })
  })
})

describe('the lookup', () => {
  it('is given the tokens of the request in each form they may be read in, so that a sealed token can be opened', () => {
    const header = signRequest({ method: 'GET', path: '/o', headers: { host } }, temporary, { now })
    const requests: Received[] = [
      { headers: { authorization: header } },
      { headers: { authorization: header, 'x-cos-security-token': token } },
      { target: '/o?x-cos-security-token=a+b%2Bc', headers: { authorization: header } },
      { headers: { authorization: `${header}&x-cos-security-token=eighth` } },
    ]
    const seen: (readonly string[])[] = []
    for (const { method = 'GET', target = '/o', headers = {} } of requests) {
      verifyRequest({ method, target, headers: { host, ...headers } }, (id, tokens) => {
        expect(id).toBe(temporary.secretId)
        seen.push(tokens)
        return undefined
      })
    }
    expect(seen).toEqual([[], [token], ['a b+c', 'a+b%2Bc'], ['eighth']])
  })

  it('may make the key from the token', () => {
    const headers = { authorization: sign({}, temporary), 'x-cos-security-token': token }
    const answer = verifyRequest(
      { method: 'GET', target: '/o', headers: { host, ...headers } },
      (_, [securityToken]) => ({ secretKey: temporary.secretKey, securityToken, expiresAt: at + 10 }),
      { now },
    )
    expect(answer).toMatchObject({ ok: true, effectiveExpiresAt: at + 10 })
  })
})

describe('the token of a temporary key', () => {
  const raw = `&x-cos-security-token=${token}`
  const escaped = `&x-cos-security-token=${encodeURIComponent(token)}`
  const bare = presignUrl(
    { method: 'GET', path: '/o', host },
    { ...permanent, ...temporary, securityToken: undefined },
    { now },
  )
  const unsigned = bare.slice(`https://${host}`.length)
  const header = sign({}, temporary)

  it.each<readonly [string, Received]>([
    ['signed in a URL', { target: presign({}, temporary) }],
    ['escaped in a URL, not signed', { target: unsigned + escaped }],
    ['as it is in a URL, not signed', { target: unsigned + raw }],
    ['as it is in a URL, though signed', { target: presign({}, temporary).replace(escaped, raw) }],
    ['in a header, not signed', { headers: { authorization: header, 'X-Cos-Security-Token': token } }],
    [
      'in a header, signed',
      {
        headers: {
          authorization: sign({ headers: { host, 'x-cos-security-token': token } }, temporary),
          'x-cos-security-token': token,
        },
      },
    ],
    [
      'listed among the headers, sent in the query',
      {
        target: `/o?${sign({ headers: { host, 'x-cos-security-token': token } }, temporary)}${raw}`,
      },
    ],
    ['as an eighth pair of the Authorization value', { headers: { authorization: header + raw } }],
    ['in a header beside a URL', { target: unsigned, headers: { 'x-cos-security-token': token } }],
    [
      'under the name of data processing',
      { headers: { authorization: header, 'x-ci-security-token': token } },
    ],
    [
      'under both names',
      {
        headers: { authorization: header, 'x-ci-security-token': token, 'x-cos-security-token': token },
      },
    ],
    [
      'in another letter case of its name',
      {
        target: `${unsigned}&X-Cos-Security-Token=${encodeURIComponent(token)}`,
      },
    ],
  ])('is accepted %s', (_, request) => {
    expect(verify(request)).toMatchObject({ ok: true, secretId: temporary.secretId })
  })

  it.each<readonly [string, Received]>([
    ['nowhere', { target: unsigned }],
    ['empty', { target: `${unsigned}&x-cos-security-token=` }],
    ['under a name that is none', { target: `${unsigned}&token=${token}` }],
    ['nowhere beside a header', { headers: { authorization: header } }],
  ])('is missing when it is %s', (_, request) => {
    expect(codeOf(verify(request))).toBe('token-missing')
  })

  it.each<readonly [string, Received]>([
    ['is another', { target: `${unsigned}&x-cos-security-token=${token}x` }],
    ['is in another letter case', { target: `${unsigned}&x-cos-security-token=${token.toUpperCase()}` }],
    ['is once right and once not', { target: `${unsigned}${raw}`, headers: { 'x-cos-security-token': 'x' } }],
    ['comes with a permanent key', { target: `${presign()}${raw}` }],
  ])('is wrong when it %s', (_, request) => {
    expect(codeOf(verify(request))).toBe('token-wrong')
  })

  it('that is signed cannot be taken out or put somewhere else', () => {
    const target = presign({}, temporary)
    const moved = { target: target.replace(escaped, ''), headers: { 'x-cos-security-token': token } }
    expect(codeOf(verify({ target: target.replace(escaped, '') }))).toBe('token-missing')
    expect(codeOf(verify(moved))).toBe('mismatch')
  })

  it('is dead a second after its end', () => {
    const seconds = (time: number): VerifyOptions => ({ now: () => time * 1000 })
    expect(codeOf(verify({ target: presign({}, temporary) }, seconds(at + 200)))).toBe('ok')
    expect(codeOf(verify({ target: presign({}, temporary) }, seconds(at + 201)))).toBe('token-expired')
  })
})

describe('the clock', () => {
  const seconds = (time: number): VerifyOptions => ({ now: () => time * 1000 })

  it.each([
    ['ok', at - 60],
    ['ok', at + 300],
    ['not-yet-valid', at - 61],
    ['not-yet-valid', at - 60 - 900],
    ['time-skewed', at - 60 - 901],
    ['expired', at + 301],
    ['expired', at + 10_000_000],
  ])('%s at second %i', (code, time) => {
    expect(codeOf(verify({ target: presign() }, seconds(time)))).toBe(code)
  })

  it('may be within any window, however long and however long ago it began', () => {
    const options = { startsAt: 0, expiresAt: 32_557_623_508, now }
    const url = presignUrl({ method: 'GET', path: '/o', host }, permanent, options)
    expect(codeOf(verify({ target: url.slice(`https://${host}`.length) }))).toBe('ok')
  })

  it.each([
    ['ok', at - 900],
    ['ok', at + 900],
    ['time-skewed', at - 901],
    ['time-skewed', at + 901],
  ])('%s with a Date header of second %i', (code, time) => {
    const date = new Date(time * 1000).toUTCString()
    expect(codeOf(verify({ target: presign(), headers: { date } }))).toBe(code)
  })

  it('is not told by a Date header that is no date', () => {
    expect(codeOf(verify({ target: presign(), headers: { date: 'yesterday' } }))).toBe('ok')
  })

  it('must be in both windows when they differ', () => {
    const url = presign()
    const narrow = (name: string): string => url.replace(`${name}=1699999940%3B`, `${name}=1700000001%3B`)
    expect(codeOf(verify({ target: narrow('q-sign-time') }))).toBe('not-yet-valid')
    expect(codeOf(verify({ target: narrow('q-key-time') }))).toBe('not-yet-valid')
  })
})

describe('signed parameters', () => {
  const target = presign({ params: { acl: '', 'a b': 'c d', 'A[1]': '+' } })
  const lists = 'q-url-param-list=a%2520b%3Ba%255b1%255d%3Bacl'

  it.each([
    ['as they were written', target],
    ['with a plus for each space', target.replaceAll('%20', '+')],
    ['without the = of an empty value', target.replace('acl=', 'acl')],
    ['with escapes that need not be', target.replace('acl=', '%61cl=')],
    ['in any order', target.replace('&acl=', '').replace('?', '?acl&')],
    [
      'in another letter case of their names',
      target.replace('&acl', '&ACL').replace('&A%5B1%5D', '&a%5b1%5d'),
    ],
    ['listed without escapes', target.replace(lists, 'q-url-param-list=a%20b;a[1];acl')],
    ['with others besides, not signed', `${target}&more=1&more`],
  ])('verify %s', (_, sent) => {
    expect(sent === target).toBe(_ === 'as they were written')
    expect(codeOf(verify({ target: sent }))).toBe('ok')
  })

  it.each([
    ['missing, though empty', target.replace('&acl=', '')],
    ['changed', target.replace('c%20d', 'c%20e')],
    ['sent twice', `${target}&acl=`],
    ['sent twice, the second in another letter case', `${target}&ACL=`],
    ['escaped twice', target.replace('c%20d', 'c%2520d')],
    ['no longer listed', target.replace('%3Bacl', '')],
    ['listed in another order than signed', target.replace(lists, 'q-url-param-list=acl;a%2520b;zz')],
  ])('do not verify %s', (_, sent) => {
    expect(sent).not.toBe(target)
    expect(codeOf(verify({ target: sent }))).toBe('mismatch')
  })

  it('verify in any list order: it is the signed text that counts', () => {
    const shuffled = target.replace(lists, 'q-url-param-list=acl%3Ba%2520b%3Ba%255b1%255d')
    expect(codeOf(verify({ target: shuffled }))).toBe('ok')
  })

  it('that are repeated verify in any order, each as often as signed', () => {
    const twice = presign({
      params: [
        ['tag', 'b'],
        ['tag', 'a'],
      ],
    })
    expect(codeOf(verify({ target: twice }))).toBe('ok')
    expect(codeOf(verify({ target: twice.replace('tag=b&tag=a', 'tag=a&tag=b') }))).toBe('ok')
    for (const other of ['tag=a', 'tag=a&tag=a', 'tag=a&tag=b&tag=b', 'tag=a&tag=c']) {
      expect(codeOf(verify({ target: twice.replace('tag=b&tag=a', other) })), other).toBe('mismatch')
    }
  })
})

describe('signed headers', () => {
  const given = { host, 'x-cos-meta-a': 'a b', Range: 'bytes=0-1', 'x-cos-meta-e': '' }
  const authorization = sign({ headers: given })

  it('verify in any letter case of their names, with others besides', () => {
    for (const name of ['RANGE', 'range', 'Range']) {
      const headers = { 'x-cos-meta-a': 'a b', [name]: 'bytes=0-1', 'x-cos-meta-e': '', authorization }
      expect(codeOf(verify({ headers: { ...headers, 'x-cos-acl': 'private', Accept: '*/*' } }))).toBe('ok')
    }
  })

  it.each<readonly [string, Record<string, string | string[]>]>([
    ['missing', { 'x-cos-meta-a': [] }],
    ['missing, though empty', { 'x-cos-meta-e': [] }],
    ['changed', { 'x-cos-meta-a': 'a c' }],
    ['in another letter case', { 'x-cos-meta-a': 'A b' }],
    ['with other white space', { 'x-cos-meta-a': 'a  b' }],
    ['sent twice', { 'x-cos-meta-a': ['a b', 'a b'] }],
    ['of another host', { host: `x${host}` }],
    ['of the host without itself', { host: [] }],
  ])('do not verify %s', (_, change) => {
    const headers = {
      'x-cos-meta-a': 'a b',
      range: 'bytes=0-1',
      'x-cos-meta-e': '',
      authorization,
      ...change,
    }
    expect(codeOf(verify({ headers }))).toBe('mismatch')
  })

  it('on several lines are one, joined as HTTP joins them', () => {
    const joined = sign({ headers: { host, 'x-cos-meta-a': '1, 2' } })
    expect(codeOf(verify({ headers: { authorization: joined, 'x-cos-meta-a': ['1', '2'] } }))).toBe('ok')
    expect(codeOf(verify({ headers: { authorization: joined, 'x-cos-meta-a': ['2', '1'] } }))).toBe(
      'mismatch',
    )
  })

  it('are read as UTF-8 if they are that, else as Latin-1', () => {
    const signed = sign({ headers: { host, 'x-cos-meta-a': 'é' } })
    for (const value of ['\xc3\xa9', '\xe9']) {
      expect(codeOf(verify({ headers: { authorization: signed, 'x-cos-meta-a': value } }))).toBe('ok')
    }
    expect(codeOf(verify({ headers: { authorization: signed, 'x-cos-meta-a': '\xc3\xa8' } }))).toBe(
      'mismatch',
    )
  })

  it('may be pairs, a Map, or what fetch has', () => {
    const pairs = [
      ['host', host],
      ['authorization', sign()],
    ] as const
    for (const headers of [pairs, new Map(pairs), new Headers(pairs.map(([k, v]) => [k, v]))]) {
      const answer = verifyRequest({ method: 'GET', target: '/o', headers }, () => permanent, { now })
      expect(codeOf(answer)).toBe('ok')
    }
  })
})

describe('the host', () => {
  const withPort = `${host}:9000`
  const signed = sign({ headers: { host: withPort } })
  const portless = sign()

  it('is signed with the port that it is sent with', () => {
    expect(codeOf(verify({ headers: { host: withPort, authorization: signed } }))).toBe('ok')
    expect(codeOf(verify({ headers: { host, authorization: signed } }))).toBe('mismatch')
  })

  it('without its port passes only under the option', () => {
    const headers = { host: withPort, authorization: portless }
    expect(codeOf(verify({ headers }))).toBe('mismatch')
    expect(codeOf(verify({ headers }, { allowHostWithoutPort: false }))).toBe('mismatch')
    expect(codeOf(verify({ headers }, { allowHostWithoutPort: true }))).toBe('ok')
    const other = { host: `x${withPort}`, authorization: portless }
    expect(codeOf(verify({ headers: other }, { allowHostWithoutPort: true }))).toBe('mismatch')
    const longer = { host, authorization: signed }
    expect(codeOf(verify({ headers: longer }, { allowHostWithoutPort: true }))).toBe('mismatch')
  })

  it('that is not signed does not matter', () => {
    const authorization = sign({ headers: {} })
    expect(codeOf(verify({ headers: { host: 'any.example', authorization } }))).toBe('ok')
  })

  it('is that of a target in absolute form, which a Host header must repeat', () => {
    const authorization = sign()
    const absolute = (target: string, headers: object): Verification =>
      verifyRequest({ method: 'GET', target, headers: { authorization, ...headers } }, () => permanent, {
        now,
      })
    expect(absolute(`http://${host}/o`, {})).toMatchObject({ ok: true, path: '/o' })
    expect(absolute(`http://${host}/o`, { host })).toMatchObject({ ok: true })
    expect(absolute(`http://${host}:80/o`, { host })).toMatchObject({ ok: true })
    expect(absolute(`http://${host}/o`, { host: `x${host}` })).toMatchObject({ code: 'malformed' })
    expect(absolute('http://other.example/o', {})).toMatchObject({ code: 'mismatch' })
  })
})

describe('the path', () => {
  it('is decoded once, and no other reading of it is tried', () => {
    const object = sign({ path: '/a%20b' })
    expect(codeOf(verify({ target: '/a%2520b', headers: { authorization: object } }))).toBe('ok')
    // The signature of the object `a%20b` must not open the object `a b`.
    expect(codeOf(verify({ target: '/a%20b', headers: { authorization: object } }))).toBe('mismatch')
  })

  it('has no bucket before the key', () => {
    const authorization = sign({ path: '/o' })
    expect(codeOf(verify({ target: '/examplebucket-1250000000/o', headers: { authorization } }))).toBe(
      'mismatch',
    )
  })

  it.each([
    ['/a/../b', '/a/../b'],
    ['/a/../b', '/a/..%2Fb'],
    ['/a//b', '/a//b'],
    ['//x', '//x'],
    ['/a+b', '/a+b'],
    ['/a+b', '/a%2Bb'],
    ['/é', '/%C3%A9'],
    ['/é', '/%c3%a9'],
    ['/é', '/\xc3\xa9'],
    ['/', '/'],
  ])('%s arrives as %s', (path, target) => {
    expect(verify({ target, headers: { authorization: sign({ path }) } })).toMatchObject({ ok: true, path })
  })

  it.each([
    '/%',
    '/%zz',
    '/%ff',
    '/\xff',
    'o',
    '',
    '*',
    '/a b',
    '/a\u0000',
    '/值',
    '/a#b',
    'ftp://h/o',
    'http:///o',
  ])('of the target %j is malformed', (target) => {
    expect(codeOf(verify({ target, headers: { authorization: sign() } }))).toBe('malformed')
  })
})

describe('a mismatch', () => {
  it('shows both texts that the verifier computed, as COS does', () => {
    const answer = verify({ target: presign().replace('/o?', '/p?') })
    expect(answer).toMatchObject({
      ok: false,
      code: 'mismatch',
      secretId: permanent.secretId,
      startsAt: at - 60,
      expiresAt: at + 300,
      httpString: `get\n/p\n\nhost=${host}\n`,
      stringToSign: expect.stringMatching(/^sha1\n1699999940;1700000300\n[0-9a-f]{40}\n$/),
    })
  })

  it('shows no key, and no sign key', () => {
    const answer = verify({ target: presign({}, temporary).replace('/o?', '/p?') })
    expect(JSON.stringify(answer)).not.toContain(temporary.secretKey)
  })

  it('is what a method of another name is; its letter case does not matter', () => {
    expect(codeOf(verify({ target: presign(), method: 'PUT' }))).toBe('mismatch')
    expect(codeOf(verify({ target: presign(), method: 'get' }))).toBe('ok')
    for (const method of ['', 'GET /', 'G\u0000T', 'GÉT']) {
      expect(codeOf(verify({ target: presign(), method })), method).toBe('malformed')
    }
  })
})

describe('what is no request', () => {
  it.each([undefined, null, 1, 'GET /', [], {}, { method: 1 }, { method: 'GET', target: 5 }])(
    'is malformed: %j',
    (request) => {
      const answer = verifyRequest(request as unknown as ReceivedRequest, () => permanent, { now })
      expect(codeOf(answer)).toBe('malformed')
    },
  )

  it('is anonymous without headers to look at', () => {
    for (const headers of [undefined, null, 5, 'host: h', [5, null, ['a'], [1, 2]], { a: undefined }]) {
      const request = { method: 'GET', target: '/o', headers } as unknown as ReceivedRequest
      expect(codeOf(verifyRequest(request, () => permanent, { now }))).toBe('anonymous')
    }
  })
})
