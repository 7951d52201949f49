import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CosClient, type SignParams, signMany } from '../src/index.ts'
import { bucket, clientOf, get, token } from './fixtures.ts'

const keys = ['a.jpg', '/b.jpg', '/', 'a b/é值🦊', 'x/../y./z']

describe('signMany', () => {
  it.each([
    ['a permanent key', {}],
    ['a temporary key', { Token: token }],
    ["the Python SDK's way", { Compat: 'python' }],
  ] as const)('makes what getPresignedUrl makes of each key, with %s', (_, options) => {
    const client = clientOf(options)
    for (const Method of ['GET', 'PUT', 'DELETE'] as const) {
      const params = {
        Bucket: bucket,
        Method,
        Params: { a: 'b c' },
        Headers: { 'x-cos-a': '1' },
        Expired: 60,
      }
      expect(signMany(client, keys, params)).toEqual(
        keys.map((Key) => client.getPresignedUrl({ ...params, Key })),
      )
    }
  })

  it('signs a GET unless a method is given', () => {
    expect(signMany(clientOf(), ['a'], { Bucket: bucket })).toEqual([
      clientOf().getPresignedDownloadUrl({ Bucket: bucket, Key: 'a' }),
    ])
  })

  it('takes calls that differ in more than their key, among keys and of any iterable', () => {
    const client = clientOf()
    function* calls(): Generator<string | Partial<SignParams>> {
      yield 'a'
      yield { Key: 'b', Method: 'PUT', Headers: { 'Content-Type': 'image/png' } }
      yield { Key: 'c', Bucket: 'other-1250000001', Expired: 5 }
      yield 'd'
    }
    expect(signMany(client, calls(), { Bucket: bucket })).toEqual([
      client.getPresignedUrl({ ...get, Key: 'a' }),
      client.getPresignedUrl({ ...get, Key: 'b', Method: 'PUT', Headers: { 'Content-Type': 'image/png' } }),
      client.getPresignedUrl({ ...get, Key: 'c', Bucket: 'other-1250000001', Expired: 5 }),
      client.getPresignedUrl({ ...get, Key: 'd' }),
    ])
    expect(signMany(client, new Set(), {})).toEqual([])
  })

  it('signs headers and parameters that can be read once for every call', () => {
    const client = clientOf()
    const calls = [{ Key: 'a' }, 'b', { Key: 'c' }]
    const pairs = { Params: { versionId: 'v' }, Headers: { 'x-cos-acl': 'private' } }
    const once = {
      Params: Object.entries(pairs.Params).values(),
      Headers: Object.entries(pairs.Headers).values(),
    }
    expect(signMany(client, calls, { Bucket: bucket, ...once })).toEqual(
      signMany(client, calls, { Bucket: bucket, ...pairs }),
    )
  })

  it('reads the clock once, so that all URLs end together', () => {
    let seconds = 1_700_000_000
    const client = clientOf({ Now: () => 1000 * seconds++ })
    const times = signMany(client, ['a', 'b', { Key: 'c' }], { Bucket: bucket }).map(
      (url) => /q-sign-time=([^&]*)/.exec(url)?.[1],
    )
    expect(new Set(times).size).toBe(1)
  })

  it('says in which call something is wrong', () => {
    const sign = (calls: readonly unknown[]) => () =>
      signMany(clientOf(), calls as readonly string[], { Bucket: bucket })
    expect(sign(['a', 'b', ''])).toThrow(new RangeError('calls[2]: "Key" must not be empty'))
    expect(sign(['a', '..'])).toThrow(RangeError('calls[1]: "Key" ends in "." or "..", which clients drop'))
    for (const [call, kind] of [
      [7, 'number'],
      [null, 'null'],
      [undefined, 'undefined'],
      [() => 'a', 'function'],
    ] as const)
      expect(sign(['a', call])).toThrow(TypeError(`calls[1]: "Key" must be a string; got ${kind}`))
    expect(sign([{}])).toThrow(TypeError('calls[0]: "Key" must be a string; got undefined'))
    expect(sign([{ Key: 'a', Expired: 0 }])).toThrow(/^calls\[0\]: "Expired" /)
    expect(() => signMany(clientOf(), 'abc', { Bucket: bucket })).toThrow(
      TypeError('"calls" must be a list of keys or calls; got string'),
    )
    expect(() => signMany(clientOf({ Token: token, TokenExpiresAt: 1 }), ['a'], { Bucket: bucket })).toThrow(
      /^calls\[0\]: The key ends at 1\b/,
    )
  })
})

describe('a client that has signed before', () => {
  const call = fc.record({
    Bucket: fc.constantFrom(bucket, 'other-1250000001'),
    Method: fc.constantFrom('GET', 'PUT', 'HEAD'),
    Key: fc.constantFrom('a', 'b/c', '值'),
    Expired: fc.constantFrom(1, 300),
    SignHost: fc.boolean(),
    Params: fc.constantFrom(undefined, { a: '1' }, { a: '2' }, { a: '1', b: '' }),
    Headers: fc.constantFrom(undefined, { a: '1' }, { 'x-cos-b': '2' }),
  })

  it.each([
    ['a URL', (client: CosClient, params: SignParams): string => client.getPresignedUrl(params)],
    ['an Authorization', (client: CosClient, params: SignParams): string => client.getAuth(params)],
  ])('makes %s as a new one does, whatever it signed last', (_, sign) => {
    for (const options of [{}, { Token: token }, { Compat: 'python' }] as const) {
      const client = clientOf(options)
      fc.assert(
        fc.property(call, (params) => {
          expect(sign(client, params)).toBe(sign(clientOf(options), params))
        }),
      )
    }
  })

  it('notices that the caller changed a record since the last call', () => {
    const client = clientOf()
    const Params: Record<string, string> = { a: '1' }
    client.getPresignedUrl({ ...get, Params })
    Params.a = '2'
    expect(client.getPresignedUrl({ ...get, Params })).toBe(
      clientOf().getPresignedUrl({ ...get, Params: { a: '2' } }),
    )
  })
})
