import { describe, expect, it } from 'vitest'
import { CosClient, parseAuthorization, parsePresignedUrl, SignatureError } from '../src/index.ts'
import { bucket, clientOf, get, host, keys, now, object, token } from './fixtures.ts'

/*
 * Where the default mode departs from the vendor's Python SDK, row by row, each with what `Compat: 'python'` does instead; and
 * first what the two have in common. vectors.test.ts has the SDK's own answers.
 */

const listOf = (url: string): readonly string[] => parsePresignedUrl(url).headerList
const paramsOf = (url: string): readonly string[] => parsePresignedUrl(url).urlParamList
const keyTimeOf = (url: string): object => parsePresignedUrl(url).keyTime
const pathOf = (url: string): string => url.slice(`https://${host}`.length).split('?')[0] ?? ''
const python = (options: Parameters<typeof clientOf>[0] = {}): CosClient =>
  clientOf({ ...options, Compat: 'python' })

describe.each([
  ['by default', clientOf()],
  ['with Compat', python()],
])('in both modes: %s', (_, client) => {
  it('the window begins 60 s early and ends Expired later, 300 s if nothing is said', () => {
    expect(keyTimeOf(client.getPresignedUrl(get))).toEqual({
      startsAt: 1_699_999_940,
      expiresAt: 1_700_000_300,
    })
    expect(keyTimeOf(client.getPresignedUrl({ ...get, Expired: 7200 }))).toEqual({
      startsAt: 1_699_999_940,
      expiresAt: 1_700_007_200,
    })
    expect(parseAuthorization(client.getAuth({ ...get, Expired: 1 })).signTime.expiresAt).toBe(1_700_000_001)
  })

  it('one leading slash of a key is optional, a second one is the key’s own', () => {
    const pathFor = (Key: string): string => pathOf(client.getPresignedUrl({ ...get, Key }))
    expect(pathFor('/x')).toBe('/x')
    expect(client.getPresignedUrl({ ...get, Key: '/x' })).toBe(client.getPresignedUrl({ ...get, Key: 'x' }))
    expect(client.getAuth({ ...get, Key: '/x' })).toBe(client.getAuth({ ...get, Key: 'x' }))
    expect(pathFor('//x')).toBe('//x')
    expect(client.getAuth({ ...get, Key: '//x' })).not.toBe(client.getAuth({ ...get, Key: 'x' }))
    expect(pathFor('/')).toBe('/')
  })

  it('"./" becomes ".%2F" in a URL and stays itself in the signature', () => {
    expect(pathOf(client.getPresignedUrl({ ...get, Key: 'a/../b/./c' }))).toBe('/a/..%2Fb/.%2Fc')
    expect(parsePresignedUrl(client.getPresignedUrl({ ...get, Key: 'a/../b' })).path).toBe('/a/../b')
  })

  it('the fields of the signature come first, then Params in the caller’s order', () => {
    const url = client.getPresignedUrl({ ...get, Params: { b: '1', A: 'x y', a0: '' } })
    const names = [...new URLSearchParams(url.slice(url.indexOf('?'))).keys()]
    expect(names.slice(0, 7)).toEqual([
      'q-sign-algorithm',
      'q-ak',
      'q-sign-time',
      'q-key-time',
      'q-header-list',
      'q-url-param-list',
      'q-signature',
    ])
    expect(url).toMatch(/&b=1&A=x%20y&a0=$/)
    expect(paramsOf(url)).toEqual(['a', 'a0', 'b'])
  })
})

describe('headers', () => {
  const Headers = { 'User-Agent': 'x', Accept: '*/*', 'x-cos-acl': 'private' }

  it('given are signed, all of them; the SDK leaves some out without a word', () => {
    const all = ['accept', 'host', 'user-agent', 'x-cos-acl']
    expect(listOf(clientOf().getPresignedUrl({ ...get, Headers }))).toEqual(all)
    expect(parseAuthorization(clientOf().getAuth({ ...get, Headers })).headerList).toEqual(all)
    expect(listOf(python().getPresignedUrl({ ...get, Headers }))).toEqual(['host', 'x-cos-acl'])
  })

  it.each(['Authorization', 'authorization', 'AUTHORIZATION'])('named %s are a TypeError', (name) => {
    const call = { ...get, Headers: { [name]: 'x' } }
    for (const method of ['getAuth', 'getPresignedUrl', 'presign', 'authorize'] as const) {
      expect(() => clientOf()[method](call)).toThrow(TypeError)
      expect(() => clientOf()[method](call)).toThrow(/"Headers".*Authorization/i)
    }
    expect(python().getAuth(call)).toBe(python().getAuth(get))
  })

  it.each([' x', 'x ', '\tx', 'x\t', ' '])('with white space at the edge of %j are a TypeError', (value) => {
    const call = { ...get, Headers: { 'x-cos-meta-a': value } }
    expect(() => clientOf().getAuth(call)).toThrow(TypeError)
    expect(() => clientOf().getPresignedUrl(call)).toThrow(/"Headers\.x-cos-meta-a"/)
    expect(parseAuthorization(python().getAuth(call)).headerList).toEqual(['host', 'x-cos-meta-a'])
  })

  it('with white space inside, or nothing at all, are signed as they are', () => {
    for (const value of ['a b', 'a\tb', '']) {
      const call = { ...get, Headers: { 'x-cos-meta-a': value } }
      expect(listOf(clientOf().getPresignedUrl(call))).toEqual(['host', 'x-cos-meta-a'])
    }
  })
})

describe('the host', () => {
  const withPort = { Domain: 'localhost:9000', Scheme: 'http' } as const

  it('is signed with the port that it is sent with; the SDK drops the port', () => {
    const signedBy = (client: CosClient, Host: string): boolean =>
      client.getAuth(get) === clientOf({ SignHost: false }).getAuth({ ...get, Headers: { Host } })
    expect(signedBy(clientOf(withPort), 'localhost:9000')).toBe(true)
    expect(signedBy(python(withPort), 'localhost')).toBe(true)
    expect(signedBy(clientOf(withPort), 'localhost')).toBe(false)
    expect(clientOf(withPort).getPresignedUrl(get)).toMatch(/^http:\/\/localhost:9000\/a\/b\.txt\?/)
  })

  it.each([
    ['http', '80', '443'],
    ['https', '443', '80'],
  ] as const)('of %s has no port %s and keeps %s', (Scheme, usual, other) => {
    const urlFor = (port: string): string =>
      clientOf({ Scheme, Domain: `files.example.com:${port}` }).getPresignedUrl(get)
    expect(urlFor(usual)).toBe(clientOf({ Scheme, Domain: 'files.example.com' }).getPresignedUrl(get))
    expect(parsePresignedUrl(urlFor(other)).host).toBe(`files.example.com:${other}`)
  })

  it('given in Headers must be the URL’s in a presigned URL, and may be another in getAuth', () => {
    const other = { ...get, Headers: { Host: 'cdn.example.com' } }
    for (const method of ['getPresignedUrl', 'presign'] as const) {
      expect(() => clientOf()[method](other)).toThrow(TypeError)
      expect(() => clientOf()[method](other)).toThrow(/Host/)
    }
    const { Method: _method, ...download } = other
    expect(() => clientOf().getPresignedDownloadUrl(download)).toThrow(TypeError)
    expect(clientOf().getAuth(other)).toBe(python().getAuth(other))
    expect(clientOf().getAuth(other)).not.toBe(clientOf().getAuth(get))
    expect(python().getPresignedUrl(other)).toContain('q-header-list=host&')
  })

  it('given in Headers in any letter case as the URL has it changes nothing', () => {
    for (const name of ['Host', 'host', 'HOST']) {
      const url = clientOf().getPresignedUrl({ ...get, Headers: { [name]: host } })
      expect(url).toBe(clientOf().getPresignedUrl(get))
    }
  })
})

describe('the token of a temporary key', () => {
  const client = clientOf({ Token: token })
  const added = `&x-cos-security-token=${encodeURIComponent(token)}`

  it('is in every presigned URL, signed, last; the SDK leaves that to the caller', () => {
    const { Method: _method, ...download } = get
    const calls = [
      client.getPresignedUrl({ ...get, Params: { z: '1' } }),
      client.presign({ ...get, Params: { z: '1' } }).url,
      client.getPresignedDownloadUrl({ ...download, Params: { z: '1' } }),
    ]
    for (const url of calls) {
      expect(url.endsWith(`&z=1${added}`)).toBe(true)
      expect(paramsOf(url)).toEqual(['x-cos-security-token', 'z'])
    }
    expect(python({ Token: token }).getPresignedUrl(get)).toBe(python().getPresignedUrl(get))
  })

  it.each(['x-cos-security-token', 'X-Cos-Security-Token', 'X-COS-SECURITY-TOKEN'])(
    'given as %s in Params or Headers is not added again',
    (name) => {
      const inParams = client.getPresignedUrl({ ...get, Params: { [name]: token } })
      expect(inParams.match(/security-token=/gi)).toHaveLength(1)
      expect(paramsOf(inParams)).toEqual(['x-cos-security-token'])
      const inHeaders = client.presign({ ...get, Headers: { [name]: token } })
      expect(inHeaders.url).not.toMatch(/security-token=/i)
      expect(listOf(inHeaders.url)).toEqual(['host', 'x-cos-security-token'])
      expect(inHeaders.headers).toEqual({ [name]: token })
    },
  )

  it.each(['Params', 'Headers'] as const)('given in %s with another value is a TypeError', (where) => {
    const call = { ...get, [where]: { 'X-Cos-Security-Token': 'other' } }
    for (const method of ['getPresignedUrl', 'presign', 'authorize'] as const) {
      expect(() => client[method](call)).toThrow(TypeError)
      expect(() => client[method](call)).toThrow(/x-cos-security-token/)
    }
  })

  it('is neither added nor signed by getAuth unless given', () => {
    expect(client.getAuth(get)).toBe(clientOf().getAuth(get))
    const given = client.getAuth({ ...get, Headers: { 'x-cos-security-token': token } })
    expect(parseAuthorization(given).headerList).toEqual(['host', 'x-cos-security-token'])
    const inParams = client.getAuth({ ...get, Params: { 'x-cos-security-token': token } })
    expect(parseAuthorization(inParams).urlParamList).toEqual(['x-cos-security-token'])
  })

  it('is returned among the headers by authorize, once', () => {
    const { authorization, headers } = client.authorize({ ...get, Headers: { Range: 'bytes=0-9' } })
    expect(authorization).toBe(client.getAuth({ ...get, Headers: { Range: 'bytes=0-9' } }))
    expect(headers).toEqual({
      Range: 'bytes=0-9',
      Authorization: authorization,
      'x-cos-security-token': token,
    })
    const given = client.authorize({ ...get, Headers: { 'X-Cos-Security-Token': token } }).headers
    expect(Object.keys(given).sort()).toEqual(['Authorization', 'X-Cos-Security-Token'])
    expect(Object.keys(clientOf().authorize(get).headers)).toEqual(['Authorization'])
  })

  it.each([
    ['Endpoint', { Endpoint: 'ci.ap-guangzhou.myqcloud.com' }],
    ['Domain', { Domain: '{Bucket}.ci.{Region}.myqcloud.com' }],
  ])('is called x-ci-security-token on a data-processing host, by %s', (_, options) => {
    const ci = clientOf({ Token: token, ...options })
    expect(ci.getPresignedUrl(get)).toContain(`&x-ci-security-token=${encodeURIComponent(token)}`)
    expect(ci.getPresignedUrl(get)).not.toContain('x-cos-security-token')
    expect(ci.authorize(get).headers['x-ci-security-token']).toBe(token)
    expect(() => ci.getPresignedUrl({ ...get, Params: { 'x-ci-security-token': 'other' } })).toThrow(
      TypeError,
    )
  })
})

describe('expiry', () => {
  const dies = (TokenExpiresAt: number): CosClient => clientOf({ Token: token, TokenExpiresAt })

  it('is the earlier of the window’s end and the key’s', () => {
    const endOf = (client: CosClient, Expired: number): number =>
      parsePresignedUrl(client.getPresignedUrl({ ...get, Expired })).keyTime.expiresAt
    expect(endOf(dies(1_700_000_100), 300)).toBe(1_700_000_100)
    expect(endOf(dies(1_700_000_300), 300)).toBe(1_700_000_300)
    expect(endOf(dies(1_700_000_900), 300)).toBe(1_700_000_300)
    expect(parseAuthorization(dies(1_700_000_100).getAuth(get)).keyTime.expiresAt).toBe(1_700_000_100)
  })

  it('is said by presign: when the signature ends, and when the URL really stops working', () => {
    expect(dies(1_700_000_100).presign(get)).toMatchObject({
      startsAt: 1_699_999_940,
      expiresAt: 1_700_000_100,
      effectiveExpiresAt: 1_700_000_100,
    })
    expect(dies(1_700_000_900).presign(get)).toMatchObject({
      expiresAt: 1_700_000_300,
      effectiveExpiresAt: 1_700_000_300,
    })
    // The SDK does not know when the key dies, so its window outlives the key; the result says when it is over all the same.
    expect(python({ Token: token, TokenExpiresAt: 1_700_000_100 }).presign(get)).toMatchObject({
      expiresAt: 1_700_000_300,
      effectiveExpiresAt: 1_700_000_100,
    })
  })

  it('of the key in the past, or right now, throws', () => {
    for (const TokenExpiresAt of [0, 1_699_999_999, 1_700_000_000]) {
      const client = dies(TokenExpiresAt)
      for (const method of ['getAuth', 'getPresignedUrl', 'presign', 'authorize'] as const) {
        expect(() => client[method](get)).toThrow(SignatureError)
      }
      expect(() => client.getPresignedDownloadUrl(object)).toThrow(
        expect.objectContaining({ code: 'ERR_CREDENTIAL_EXPIRED', retryable: false }),
      )
      expect(client.getObjectUrl(object)).toBe(`https://${host}/a/b.txt`)
    }
  })
})

describe('keys', () => {
  it.each(['.', '..', '/.', '/..', 'a/.', 'a/..', '//..'])(
    'whose last segment is a dot or two cannot be in a URL: %s',
    (Key) => {
      expect(() => clientOf().getPresignedUrl({ ...get, Key })).toThrow(RangeError)
      expect(() => clientOf().presign({ ...get, Key })).toThrow(/"Key"/)
      expect(() => clientOf().getPresignedDownloadUrl({ ...object, Key })).toThrow(RangeError)
      expect(clientOf().getAuth({ ...get, Key })).toContain('q-signature=')
      expect(python().getPresignedUrl({ ...get, Key })).toContain('q-signature=')
    },
  )

  it('of 850 UTF-8 bytes are the longest', () => {
    const bytes = (length: number): string[] => [
      'x'.repeat(length),
      `${'é'.repeat(2)}${'x'.repeat(length - 4)}`,
      `值${'x'.repeat(length - 3)}`,
      `🦊${'x'.repeat(length - 4)}`,
      `/${'x'.repeat(length)}`,
    ]
    for (const Key of bytes(850)) expect(clientOf().getPresignedUrl({ ...get, Key })).toContain('q-ak=')
    for (const Key of bytes(851)) {
      expect(() => clientOf().getPresignedUrl({ ...get, Key })).toThrow(RangeError)
      expect(() => clientOf().getAuth({ ...get, Key })).toThrow(/"Key"/)
    }
    expect(python().getPresignedUrl({ ...get, Key: 'x'.repeat(851) })).toContain('q-ak=')
  })

  it.each(['\ud83e', '\udd8a', 'a\ud83eb', '\udd8a\ud83e'])(
    'with half a character are a RangeError',
    (Key) => {
      expect(() => clientOf().getPresignedUrl({ ...get, Key })).toThrow(RangeError)
      expect(() => clientOf().getAuth({ ...get, Key })).toThrow(/"Key"/)
    },
  )

  it.each([
    ['a/../b', '/a/..%2Fb'],
    ['a//b', '/a//b'],
    ['a%2Fb', '/a%252Fb'],
    ['a+b', '/a%2Bb'],
    ['🦊/値', '/%F0%9F%A6%8A/%E5%80%A4'],
    ['b ', '/b%20'],
    [' ', '/%20'],
    ['./x', '/.%2Fx'],
    ['../x', '/..%2Fx'],
    ['a/./', '/a/.%2F'],
    ['...', '/...'],
    ['a/.b', '/a/.b'],
    ['a?b#c&d=e', '/a%3Fb%23c%26d%3De'],
    ['a\\b', '/a%5Cb'],
    ['\n\u0000', '/%0A%00'],
    ["!'()*~", '/%21%27%28%29%2A~'],
    ['e\u0301', '/e%CC%81'],
  ])('arrive as themselves: %j', (Key, path) => {
    const url = clientOf().getPresignedUrl({ ...get, Key })
    expect(pathOf(url)).toBe(path)
    expect(parsePresignedUrl(url).path).toBe(`/${Key}`)
    // What a browser or Node.js makes of the URL before sending it.
    expect(decodeURIComponent(new URL(url).pathname)).toBe(`/${Key}`)
    expect(pathOf(clientOf().getObjectUrl({ ...object, Key }))).toBe(path)
  })
})

describe('names', () => {
  it('and values may be a list, so that order and repetition can be said', () => {
    const Params = [
      ['b', 1],
      ['a', true],
      ['b', 'x'],
    ] as const
    const url = clientOf().getPresignedUrl({ ...get, Params })
    expect(url).toMatch(/&b=1&a=true&b=x$/)
    expect(paramsOf(url)).toEqual(['a', 'b', 'b'])
    const fromMap = clientOf().getPresignedUrl({ ...get, Params: new Map([['a', false]]) })
    expect(fromMap).toMatch(/&a=false$/)
    expect(clientOf().presign({ ...get, Headers: [['x-cos-meta-n', 7]] }).headers).toEqual({
      'x-cos-meta-n': '7',
    })
  })

  it.each(['Params', 'Headers'] as const)('in %s with undefined are a TypeError', (where) => {
    for (const pairs of [{ a: undefined }, [['a', undefined]], { a: null }, { a: {} }, { a: Number.NaN }]) {
      const call = { ...get, [where]: pairs as never }
      expect(() => clientOf().getAuth(call)).toThrow(TypeError)
      expect(() => clientOf().getAuth(call)).toThrow(new RegExp(`"${where}\\.a"`))
    }
  })

  it.each(['Params', 'Headers'] as const)(
    'in %s that are one after lower-casing are a TypeError',
    (where) => {
      expect(() => clientOf().getAuth({ ...get, [where]: { 'a-b': '1', 'A-b': '1' } })).toThrow(TypeError)
      expect(() =>
        clientOf().getAuth({
          ...get,
          [where]: [
            ['a', '1'],
            ['A', '1'],
          ],
        }),
      ).toThrow(new RegExp(`"${where}"`))
      expect(python().getAuth({ ...get, Params: { a: '1', A: '2' } })).toBe(
        python().getAuth({ ...get, Params: { a: '2' } }),
      )
    },
  )

  it.each(['q-ak', 'Q-Signature', 'q-anything', 'sign', 'SIGN'])(
    'of parameters that carry the signature are a TypeError: %s',
    (name) => {
      expect(() => clientOf().getPresignedUrl({ ...get, Params: { [name]: 'x' } })).toThrow(TypeError)
      expect(() => clientOf().getAuth({ ...get, Params: [[name, 'x']] })).toThrow(/"Params"/)
    },
  )

  it('that only look like those are ordinary parameters', () => {
    const url = clientOf().getPresignedUrl({ ...get, Params: { q: '1', signed: '2', 'x-q-ak': '3' } })
    expect(url).toMatch(/&q=1&signed=2&x-q-ak=3$/)
  })

  it('of every object’s members are ordinary names', () => {
    const Params = [
      ['__proto__', '1'],
      ['constructor', '2'],
    ] as const
    const Headers = [['x-cos-meta-__proto__', '1']] as const
    const { url, headers } = clientOf().presign({ ...get, Params, Headers })
    expect(url).toMatch(/&__proto__=1&constructor=2$/)
    expect(headers).toEqual({ 'x-cos-meta-__proto__': '1' })
  })
})

describe('endpoints', () => {
  it('follow the bucket', () => {
    const client = clientOf({ Endpoint: 'cos.accelerate.myqcloud.com' })
    expect(client.getObjectUrl(object)).toBe(`https://${bucket}.cos.accelerate.myqcloud.com/a/b.txt`)
  })

  it('given as Domain are the whole host, with its placeholders replaced', () => {
    const hostFor = (Domain: string): string => new URL(clientOf({ Domain }).getPresignedUrl(get)).host
    expect(hostFor('files.example.com')).toBe('files.example.com')
    expect(hostFor('{Bucket}.{Region}.example.com')).toBe(`${bucket}.ap-guangzhou.example.com`)
    expect(hostFor('{Region}-{Bucket}-{Bucket}.example.com')).toBe(
      `ap-guangzhou-${bucket}-${bucket}.example.com`,
    )
  })

  it.each([
    { Endpoint: 'https://cos.example.com' },
    { Endpoint: 'http://cos.example.com' },
    { Domain: 'https://files.example.com' },
    { Domain: 'HTTP://{Bucket}.example.com' },
  ])('with a scheme are a TypeError that names Scheme: %j', (options) => {
    const make = (): CosClient => new CosClient({ ...keys, Now: now, ...options })
    expect(make).toThrow(TypeError)
    expect(make).toThrow(new RegExp(`"${Object.keys(options)[0]}".*"Scheme"`))
  })
})
