import { CosClient } from 'cos-presign'
import { beforeAll, describe, expect, it } from 'vitest'
import { BUCKET, CREDENTIAL } from '../fixture.ts'
import { useAttackedService } from './attacked-service.ts'

/*
 * What the holder of a signature adds to the request before it is sent. COS looks at no header and no parameter that is not listed in the
 * signature, but does what they say, with the rights of the key that signed.
 */

const { cos, get, send } = useAttackedService()
const DIARY = 'own/other/diary.txt'

interface Put {
  readonly url: string
  readonly headers: Record<string, string>
}

let owner: CosClient
beforeAll(async () => {
  const { secretId: SecretId, secretKey: SecretKey } = CREDENTIAL
  owner = new CosClient({ Domain: cos.domain, Scheme: 'http', SecretId, SecretKey })
  const { url } = owner.presign({ Method: 'PUT', Bucket: BUCKET, Key: DIARY })
  expect((await fetch(url, { method: 'PUT', body: 'dear diary' })).status).toBe(200)
})

/** Every way to a PUT of `own/holder/x`, or of a part of it. */
const PUTS: readonly (readonly [string, () => Promise<Put>])[] = [
  ['an upload', () => get<Put>('/v1/uploads', { grant: 'own', key: 'own/holder/x' })],
  ['signRequest', () => get<Put>('/s3/presign', { method: 'PUT', key: 'own/holder/x' })],
  [
    'an authorization',
    async () => {
      const { headers } = await get<Put>('/v1/authorizations', { method: 'PUT', key: 'own/holder/x' })
      return { url: `http://${cos.domain}/own/holder/x`, headers }
    },
  ],
  [
    'a ready signature',
    async () => {
      const call = { Method: 'PUT', Key: 'own/holder/x' }
      const signed = await get<{ Authorization: string; SecurityToken?: string }>('/authorization', call)
      const { Authorization, SecurityToken = '' } = signed
      return {
        url: `http://${cos.domain}/own/holder/x`,
        headers: { Authorization, 'x-cos-security-token': SecurityToken },
      }
    },
  ],
  [
    'a part',
    async () => {
      const { uploadId, key } = await get<{ uploadId: string; key: string }>('/v1/multipart', {
        grant: 'own',
        key: 'own/holder/x',
      })
      const { parts } = await get<{ parts: Put[] }>(`/v1/multipart/${uploadId}/parts`, {
        key,
        partNumbers: [1],
      })
      return parts[0] as Put
    },
  ],
  [
    'a sample',
    async () => {
      const signed = await get<Record<string, string>>('/put-sign?grant=fresh')
      const { authorization = '', securityToken = '', cosHost, cosKey } = signed
      return {
        url: `http://${cosHost}/${cosKey}`,
        headers: { Authorization: authorization, 'x-cos-security-token': securityToken },
      }
    },
  ],
]

async function put({ url, headers }: Put, more: Record<string, string>, params = ''): Promise<number> {
  const { host: _host, Host: _Host, ...sent } = headers
  return (await fetch(url + params, { method: 'PUT', headers: { ...sent, ...more }, body: 'x' })).status
}

describe('what is added to a signed PUT', () => {
  it.each(PUTS)('copies no object of another, and changes no ACL or tags: %s', async (what, sign) => {
    const signed = await sign()
    const source = `${BUCKET}.cos.ap-guangzhou.myqcloud.com/${DIARY}`
    expect(await put(signed, { 'x-cos-copy-source': source })).toBe(403)
    expect(await put(signed, { 'x-cos-copy-source': `${cos.domain}/${DIARY}` })).toBe(403)
    if (what !== 'a part') {
      const join = signed.url.includes('?') ? '&' : '?'
      expect(await put(signed, { 'x-cos-acl': 'public-read' }, `${join}acl`)).toBe(403)
      expect(await put(signed, {}, `${join}tagging`)).toBe(403)
    }
    expect(await put(signed, {})).toBe(200)
  })

  it('has no more rights in another method', async () => {
    const signed = await get<Put>('/v1/uploads', { grant: 'own', key: 'own/holder/x' })
    for (const method of ['GET', 'DELETE', 'POST', 'HEAD']) {
      expect((await fetch(signed.url, { method })).status).toBe(403)
    }
  })
})

describe('a Host of the client’s choice', () => {
  it.each(['other-1250000000.cos.ap-guangzhou.myqcloud.com', 'evil.example'])(
    'is not signed, for it would be the one of another bucket: %s',
    async (host) => {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const json = { method, key: 'own/holder/x', headers: { Host: host } }
        expect((await send('/v1/authorizations', { json })).status).toBe(403)
      }
    },
  )
})

describe('a step of an upload in parts', () => {
  it.each<[string, object]>([
    ['PUT', { uploads: '' }],
    ['PUT', { uploadId: 'x' }],
    ['PUT', { partNumber: '1' }],
    ['PUT', { UPLOADID: 'x', 'max-parts': '1' }],
    ['POST', { uploads: '', uploadId: 'x' }],
    ['POST', { uploads: '', Uploads: '' }],
    ['GET', { uploads: '' }],
    ['HEAD', { uploadId: 'x' }],
    ['DELETE', { uploads: '' }],
  ])(
    'is signed with all it needs or not at all, so that it is nothing else: %s %j',
    async (method, params) => {
      for (const key of ['own/holder/x', 'pictures/holder/00000000-0000-4000-8000-000000000000.png']) {
        const { status } = await send('/v1/authorizations', { json: { method, key, params } })
        expect([400, 403]).toContain(status)
      }
    },
  )
})

describe('a temporary key', () => {
  it('is refused where it would not keep the size that its grant limits', async () => {
    const asked = (more: object) => send('/v1/credentials', { json: { grant: 'pictures', ...more } })
    for (const operations of [undefined, ['multipart'], ['upload', 'multipart']]) {
      const { status, text } = await asked({ operations, filename: 'a.png' })
      expect([status, text]).toEqual([403, expect.stringContaining('maxSizeBytes, which cannot be kept so')])
    }
    expect((await send('/sts?grant=pictures&filename=a.png')).status).toBe(403)
    expect((await asked({ operations: ['upload'], filename: 'a.png' })).status).toBe(200)
  })
})

describe('an object that may be written once', () => {
  const content = async (Key: string) =>
    await (await fetch(owner.presign({ Method: 'GET', Bucket: BUCKET, Key }).url)).text()

  it('stays as it is, whoever replays or changes the request', async () => {
    const key = 'once/holder/a.txt'
    const first = await get<Put>('/v1/uploads', { grant: 'once', key })
    expect(await put(first, {})).toBe(200)
    expect(await put(first, {})).toBe(409)
    const second = await get<Put>('/v1/uploads', { grant: 'once', key })
    expect(await put(second, {})).toBe(409)
    expect(await put(second, { 'x-cos-forbid-overwrite': 'false' })).toBe(403)
    const { 'x-cos-forbid-overwrite': forbids, ...without } = second.headers
    expect(forbids).toBe('true')
    expect(await put({ url: second.url, headers: without }, {})).toBe(403)
    const signed = await get<Put>('/v1/authorizations', { method: 'PUT', key })
    expect(await put({ url: `http://${cos.domain}/${key}`, headers: signed.headers }, {})).toBe(409)
    expect((await send('/v1/uploads', { json: { grant: 'once', key, form: 'post' } })).status).toBe(403)
    expect((await send('/v1/multipart', { json: { grant: 'once', key } })).status).toBe(502)
    expect(await content(key)).toBe('x')
  })
})

describe('words that cannot be signed', () => {
  it.each<[string, object]>([
    ['/v1/authorizations', { method: 'PUT', key: 'own/holder/x', headers: { 'x-cos-meta-a': ' a' } }],
    [
      '/v1/authorizations',
      { method: 'PUT', key: 'own/holder/x', headers: { 'x-cos-meta-a': 'a', 'X-Cos-Meta-A': 'b' } },
    ],
    [
      '/v1/authorizations',
      { method: 'GET', key: 'own/holder/x', params: { 'response-x': 'a', 'Response-X': 'b' } },
    ],
    ['/v1/uploads', { grant: 'fresh', contentType: ' text/plain' }],
    ['/v1/uploads', { grant: 'fresh', contentType: 'text/plain ', form: 'post' }],
    ['/links', { grant: 'own', key: 'own/holder/x', filename: '\ud800' }],
  ])('are the client’s mistake: %s %j', async (path, json) => {
    expect((await send(path, { json })).status).toBe(400)
  })

  it('are none of the grant’s where the key would be too long', async () => {
    const key = `own/holder/${'€'.repeat(300)}`
    for (const path of ['/v1/uploads', '/v1/downloads', '/links', '/v1/multipart', '/v1/confirm']) {
      expect((await send(path, { json: { grant: 'own', key } })).status).toBe(403)
    }
  })
})
