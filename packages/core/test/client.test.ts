import { describe, expect, it, vi } from 'vitest'
import {
  CosClient,
  type CosClientOptions,
  parseAuthorization,
  parsePresignedUrl,
  presignUrl,
  signRequest,
} from '../src/index.ts'
import { bucket, clientOf, get, host, keys, now, object, token } from './fixtures.ts'

/* Every option of CosClient, with a test that fails when it does nothing. departures.test.ts has the rules of the calls. */

const hostOf = (options: Partial<CosClientOptions>): string =>
  parsePresignedUrl(clientOf(options).getPresignedUrl(get)).host

describe('Region', () => {
  it.each([
    ['ap-beijing', 'cos.ap-beijing'],
    ['na-siliconvalley', 'cos.na-siliconvalley'],
    ['accelerate', 'cos.accelerate'],
    ['cos.ap-beijing', 'cos.ap-beijing'],
    ['cossh', 'cos.ap-shanghai'],
    ['cosgz', 'cos.ap-guangzhou'],
    ['cosbj', 'cos.ap-beijing'],
    ['costj', 'cos.ap-beijing-1'],
    ['coscd', 'cos.ap-chengdu'],
    ['cossgp', 'cos.ap-singapore'],
    ['coshk', 'cos.ap-hongkong'],
    ['cosca', 'cos.na-toronto'],
    ['cosger', 'cos.eu-frankfurt'],
    ['cn-south', 'cn-south'],
    ['cn-south-2', 'cn-south-2'],
    ['cn-north', 'cn-north'],
    ['cn-east', 'cn-east'],
    ['cn-southwest', 'cn-southwest'],
    ['sg', 'sg'],
    ['constructor', 'cos.constructor'],
  ])('%s is in the host as %s', (Region, label) => {
    expect(hostOf({ Region })).toBe(`${bucket}.${label}.myqcloud.com`)
    expect(clientOf({ Region }).getObjectUrl(object)).toBe(`https://${bucket}.${label}.myqcloud.com/a/b.txt`)
    const compatible = clientOf({ Region, Compat: 'python' })
    expect(parsePresignedUrl(compatible.getPresignedUrl(get)).host).toBe(`${bucket}.${label}.myqcloud.com`)
  })
})

describe('Endpoint and Domain', () => {
  it('come before Region, Domain first', () => {
    expect(hostOf({ Endpoint: 'e.example' })).toBe(`${bucket}.e.example`)
    expect(hostOf({ Endpoint: 'e.example', Domain: 'd.example' })).toBe('d.example')
    expect(new CosClient({ ...keys, Domain: 'd.example' }).getObjectUrl(object)).toBe(
      'https://d.example/a/b.txt',
    )
  })

  it('have the bucket of each call, and not of the one before', () => {
    const client = clientOf({ Domain: '{Bucket}.d.example' })
    const urls = ['one-1', 'two-2', 'one-1'].map((Bucket) => client.getObjectUrl({ ...object, Bucket }))
    expect(urls).toEqual([
      'https://one-1.d.example/a/b.txt',
      'https://two-2.d.example/a/b.txt',
      'https://one-1.d.example/a/b.txt',
    ])
  })

  it('are in lower case in URL and signature, as clients send them', () => {
    expect(clientOf({ Domain: 'Files.Example.com' }).getPresignedUrl(get)).toBe(
      clientOf({ Domain: 'files.example.com' }).getPresignedUrl(get),
    )
  })

  it('may be an address', () => {
    expect(hostOf({ Domain: '127.0.0.1:9000' })).toBe('127.0.0.1:9000')
    expect(hostOf({ Domain: '[::1]:9000' })).toBe('[::1]:9000')
  })
})

describe('Scheme', () => {
  it('begins the URL, with https if nothing is said', () => {
    expect(clientOf().getPresignedUrl(get)).toMatch(/^https:\/\//)
    expect(clientOf({ Scheme: 'http' }).getPresignedUrl(get)).toMatch(/^http:\/\//)
    expect(clientOf({ Scheme: 'http' }).getObjectUrl(object)).toBe(`http://${host}/a/b.txt`)
  })
})

describe('SecretId and SecretKey', () => {
  it('are who signs, and what with', () => {
    expect(parseAuthorization(clientOf().getAuth(get)).secretId).toBe(keys.SecretId)
    expect(parseAuthorization(clientOf({ SecretId: 'AKIDother' }).getAuth(get)).secretId).toBe('AKIDother')
    expect(clientOf({ SecretKey: 'another' }).getAuth(get)).not.toBe(clientOf().getAuth(get))
  })
})

describe('SignHost', () => {
  const listOf = (url: string): readonly string[] => parsePresignedUrl(url).headerList

  it('leaves the host out of all calls of a client', () => {
    const client = clientOf({ SignHost: false })
    expect(listOf(client.getPresignedUrl(get))).toEqual([])
    expect(listOf(client.presign(get).url)).toEqual([])
    expect(parseAuthorization(client.getAuth(get)).headerList).toEqual([])
    expect(parseAuthorization(client.authorize(get).authorization).headerList).toEqual([])
    expect(listOf(clientOf({ SignHost: false, Compat: 'python' }).getPresignedUrl(get))).toEqual([])
  })

  it('of a call overrides the client’s', () => {
    expect(listOf(clientOf({ SignHost: false }).getPresignedUrl({ ...get, SignHost: true }))).toEqual([
      'host',
    ])
    expect(listOf(clientOf().getPresignedDownloadUrl({ ...object, SignHost: false }))).toEqual([])
    expect(parseAuthorization(clientOf().getAuth({ ...get, SignHost: false })).headerList).toEqual([])
  })

  it('changes the signature, not only the list', () => {
    const signatureOf = (SignHost: boolean): string =>
      parseAuthorization(clientOf({ SignHost }).getAuth(get)).signature
    expect(signatureOf(true)).not.toBe(signatureOf(false))
  })
})

describe('Token and TokenExpiresAt', () => {
  it('put the token into URLs and end them with the key', () => {
    expect(clientOf({ Token: token }).getPresignedUrl(get)).toContain(
      `x-cos-security-token=${encodeURIComponent(token)}`,
    )
    expect(clientOf({ Token: token, TokenExpiresAt: 1_700_000_001 }).presign(get).expiresAt).toBe(
      1_700_000_001,
    )
  })
})

describe('Compat', () => {
  it('of the Python SDK changes what is signed', () => {
    const call = { ...get, Headers: { 'User-Agent': 'x' } }
    expect(clientOf({ Compat: 'python' }).getAuth(call)).not.toBe(clientOf().getAuth(call))
  })
})

describe('Now', () => {
  it('is the clock, read at each call, in milliseconds rounded down', () => {
    let time = 5_000_999
    const client = clientOf({ Now: () => time })
    const window = (): object => parsePresignedUrl(client.getPresignedUrl({ ...get, Expired: 10 })).keyTime
    expect(window()).toEqual({ startsAt: 4940, expiresAt: 5010 })
    time = 6_000_000
    expect(window()).toEqual({ startsAt: 5940, expiresAt: 6010 })
    time = 30_000
    expect(window()).toEqual({ startsAt: 0, expiresAt: 40 })
  })

  it('is Date.now if nothing is said', () => {
    vi.useFakeTimers({ now: 1_600_000_000_000 })
    try {
      const client = new CosClient({ Region: 'ap-guangzhou', ...keys })
      expect(client.presign(get).startsAt).toBe(1_599_999_940)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('the methods of a client', () => {
  it('agree with one another', () => {
    const client = clientOf({ Token: token })
    const download = { ...object, Params: { 'response-content-type': 'text/plain' } }
    expect(client.getPresignedDownloadUrl(download)).toBe(
      client.getPresignedUrl({ ...download, Method: 'GET' }),
    )
    expect(client.presign(get).url).toBe(client.getPresignedUrl(get))
    expect(client.presign(get).method).toBe('GET')
    expect(client.authorize(get).authorization).toBe(client.getAuth(get))
    expect(client.getPresignedUrl({ ...get, Method: 'PUT' })).not.toBe(client.getPresignedUrl(get))
  })

  it('agree with the functions below the client', () => {
    const path = '/a/b.txt'
    const credential = { secretId: keys.SecretId, secretKey: keys.SecretKey, securityToken: token }
    expect(presignUrl({ method: 'GET', host, path }, credential, { now })).toBe(
      clientOf({ Token: token }).getPresignedUrl(get),
    )
    expect(signRequest({ method: 'GET', path, headers: { host } }, credential, { now })).toBe(
      clientOf({ Token: token }).getAuth(get),
    )
  })

  it('change nothing of what they are given, and keep none of it', () => {
    const Params: Record<string, string> = { a: '1' }
    const Headers = Object.freeze([Object.freeze(['x-cos-acl', 'private'] as const)])
    const call = Object.freeze({ ...get, Params, Headers })
    const before = clientOf().getPresignedUrl(call)
    Params.a = '2'
    expect(clientOf().getPresignedUrl(call)).not.toBe(before)
    expect(call).toEqual({ ...get, Params: { a: '2' }, Headers: [['x-cos-acl', 'private']] })
  })

  it('presign says which headers to send, without Host', () => {
    const Headers = { Host: host, 'Content-Type': 'text/plain' }
    expect(clientOf().presign({ ...get, Headers }).headers).toEqual({ 'Content-Type': 'text/plain' })
  })
})

describe('presignUrl and signRequest', () => {
  const credential = { secretId: keys.SecretId, secretKey: keys.SecretKey }
  const request = { method: 'GET', host, path: '/o' } as const
  const timeOf = (options: Parameters<typeof presignUrl>[2]): object =>
    parsePresignedUrl(presignUrl(request, credential, { now, ...options })).keyTime

  it('have options for the window, each of which counts', () => {
    expect(timeOf({})).toEqual({ startsAt: 1_699_999_940, expiresAt: 1_700_000_300 })
    expect(timeOf({ expiresInSeconds: 10 })).toEqual({ startsAt: 1_699_999_940, expiresAt: 1_700_000_010 })
    expect(timeOf({ startsAt: 5, expiresAt: 1_800_000_000 })).toEqual({
      startsAt: 5,
      expiresAt: 1_800_000_000,
    })
    expect(timeOf({ now: () => 1_000_000 })).toEqual({ startsAt: 940, expiresAt: 1300 })
  })

  it('have scheme and signHost', () => {
    expect(presignUrl({ ...request, scheme: 'http' }, credential)).toMatch(/^http:\/\//)
    expect(parsePresignedUrl(presignUrl(request, credential, { signHost: false })).headerList).toEqual([])
  })

  it('sign the method in any letter case', () => {
    const headers = { host }
    expect(signRequest({ method: 'patch', path: '/o', headers }, credential, { now })).toBe(
      signRequest({ method: 'PATCH', path: '/o', headers }, credential, { now }),
    )
  })

  it('end with a temporary key', () => {
    const dying = { ...credential, securityToken: token, expiresAt: 1_700_000_005 }
    expect(parsePresignedUrl(presignUrl(request, dying, { now })).keyTime.expiresAt).toBe(1_700_000_005)
    expect(() => signRequest({ method: 'GET', path: '/o' }, { ...dying, expiresAt: 5 }, { now })).toThrow(
      expect.objectContaining({ name: 'SignatureError', code: 'ERR_CREDENTIAL_EXPIRED' }),
    )
  })
})
