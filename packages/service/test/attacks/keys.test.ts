import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUCKET } from '../fixture.ts'
import { FRESH_KEY, requestsFor, useAttackedService } from './attacked-service.ts'

const { cos, send, get } = useAttackedService()

interface Signed {
  readonly method: string
  readonly url: string
  readonly key: string
  readonly headers: Record<string, string>
}

const FOREIGN_KEYS = [
  'own/other/x',
  'own/holder/../other/x',
  'own/holder/a/../../other/x',
  'own/holder/..',
  'own/holder/./x',
  'own/holder//x',
  'own/holder\\..\\other\\x',
  '/own/other/x',
  '//own/holder/x',
  'own/holder',
  'own/holder/',
  'own/holders/x',
  'OWN/holder/x',
  'own/HOLDER/x',
  'own/h\u043elder/x',
  'own/holder\u0000/x',
  'own/holder/\u202ex',
  'own/holder/*',
  'own/*',
  '*',
  'own%2Fholder%2Fx',
  'own/%68older/x',
  'own/holder%2f..%2f..%2fother/x',
]

describe('a key that is not the caller’s', () => {
  it.each(FOREIGN_KEYS)('is refused by every route: %j', async (key) => {
    for (const [what, method, path, json] of requestsFor(key)) {
      const { status, text } = await send(path, { method, json })
      expect([what, status, text]).toEqual([what, 403, expect.stringMatching(/NOT_GRANTED|grant/i)])
    }
  })
})

describe('an encoded path in a key', () => {
  it.each(['%2e%2e/other/x', '..%2f..%2fother/x', '%252e%252e%252fother', '%5c..%5cx', '%00', '%0d%0aX: y'])(
    'is a name below the caller’s prefix, and COS reads it so: %j',
    async (name) => {
      const key = `own/holder/${name}`
      const { url, headers } = await get<Signed>('/v1/uploads', { key })
      expect(new URL(url).pathname).toBe(`/own/holder/${name.split('/').map(encodeURIComponent).join('/')}`)
      const { host: _host, ...sent } = headers
      expect((await fetch(url, { method: 'PUT', headers: sent, body: 'mine' })).status).toBe(200)
      const found = await get<Signed>('/v1/downloads', { key })
      expect(await (await fetch(found.url)).text()).toBe('mine')
      expect((await get<{ key: string }>('/v1/confirm', { key })).key).toBe(key)
    },
  )
})

describe('the name of a file', () => {
  const evil = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(fc.constantFrom('../', '..\\', '%2e%2e%2f', '/', '\\', '..', '\u0000', '\r\n', '*', 'a'), {
        maxLength: 20,
      })
      .map((parts) => parts.join('')),
  )

  it('never leaves its place in the key', async () => {
    await fc.assert(
      fc.asyncProperty(evil, async (filename) => {
        const { url, key } = await get<Signed>('/v1/uploads', { grant: 'fresh', filename })
        expect(key).toMatch(/^fresh\/[\da-f-]{36}-[^/\\\p{C}*?]+$/u)
        expect(new URL(url).pathname.split('/')).toHaveLength(3)
        const query = new URLSearchParams({ grant: 'fresh', filename })
        const uppy = await get<{ fields: { key: string } }>(`/s3/params?${query}`)
        expect(uppy.fields.key).toMatch(/^fresh\/[\da-f-]{36}-[^/\\\p{C}*?]+$/u)
      }),
      { numRuns: 200 },
    )
  })
})

describe('an object that is there', () => {
  it('is not overwritten by whoever may only make new ones', async () => {
    const attacks: readonly (readonly [string, unknown])[] = [
      ['/v1/uploads', { grant: 'fresh', key: FRESH_KEY }],
      ['/v1/uploads', { grant: 'fresh', key: FRESH_KEY, form: 'post' }],
      ['/v1/multipart', { grant: 'fresh', key: FRESH_KEY }],
      ['/v1/authorizations', { grant: 'fresh', key: FRESH_KEY, method: 'PUT' }],
      ['/v1/authorizations', { grant: 'fresh', key: FRESH_KEY, method: 'POST', params: { uploads: '' } }],
      ['/v1/authorizations', { grant: 'fresh', key: FRESH_KEY, method: 'POST', params: { Uploads: '' } }],
      ['/v1/credentials', { grant: 'fresh', key: FRESH_KEY }],
      ['/v1/credentials', { grant: 'fresh', key: FRESH_KEY, operations: ['multipart'] }],
      ['/authorization?grant=fresh', { Method: 'PUT', Key: FRESH_KEY }],
      ['/authorization?grant=fresh', { Method: 'post', Key: FRESH_KEY, Query: { uploads: '' } }],
      ['/sts-scope?grant=fresh', [{ action: 'name/cos:PutObject', prefix: FRESH_KEY }]],
      ['/sts-scope?grant=fresh', [{ action: 'name/cos:InitiateMultipartUpload', prefix: FRESH_KEY }]],
    ]
    for (const [path, json] of attacks) {
      const { status, text } = await send(path, { json })
      expect([path, json, status]).toEqual([path, json, 403])
      expect(text).toContain('choose the key')
    }
  })

  it('is not the one that signRequest signs for: that has a new key', async () => {
    for (const method of ['PUT', 'POST']) {
      const { key } = await get<Signed>('/s3/presign?grant=fresh', { method, key: FRESH_KEY })
      expect(key).toMatch(/^fresh\/[\da-f-]{36}-/)
      expect(key).not.toContain(FRESH_KEY)
    }
  })
})

describe('a signature for a request of the client’s own', () => {
  it.each<[string, object]>([
    [
      'reads another object',
      { method: 'PUT', headers: { 'x-cos-copy-source': `${BUCKET}.cos/own/other/x` } },
    ],
    ['reads a part of another', { method: 'PUT', headers: { 'X-Cos-Copy-Source-Range': 'bytes=0-1' } }],
    ['writes other objects', { method: 'PUT', headers: { 'Pic-Operations': '{"rules":[]}' } }],
    ['makes it public', { method: 'PUT', headers: { 'x-cos-acl': 'public-read' } }],
    ['gives it away', { method: 'PUT', headers: { 'x-cos-grant-full-control': 'id="1"' } }],
    [
      'makes it public in parts',
      { method: 'POST', params: { uploads: '' }, headers: { 'X-COS-ACL': 'public-read' } },
    ],
    [
      'copies into a part',
      { method: 'PUT', params: { uploadId: 'x', partNumber: '1' }, headers: { 'x-cos-copy-source': 'a' } },
    ],
    ['is a part of no number', { method: 'PUT', params: { uploadId: 'x' } }],
    ['is a part of no upload', { method: 'PUT', params: { partNumber: '1' } }],
    ['is a part of an empty upload', { method: 'PUT', params: { uploadId: '', partNumber: '1' } }],
    ['is a part of an empty number', { method: 'PUT', params: { uploadId: 'x', partNumber: '' } }],
    ['gives up an empty upload', { method: 'DELETE', params: { uploadId: '' } }],
    ['lists an empty upload', { method: 'GET', params: { uploadId: '' } }],
    ['begins parts by a PUT', { method: 'PUT', params: { uploads: '' } }],
    ['changes the ACL', { method: 'PUT', params: { acl: '' } }],
    ['reads the ACL', { method: 'GET', params: { acl: '' } }],
    ['tags it', { method: 'PUT', params: { tagging: '' } }],
    ['appends to it', { method: 'POST', params: { append: '', position: '0' } }],
    ['deletes a version', { method: 'DELETE', params: { versionId: 'x' } }],
    ['deletes many', { method: 'POST', params: { delete: '' } }],
    ['processes it', { method: 'GET', params: { 'ci-process': 'x' } }],
    ['is for another bucket', { method: 'GET', bucket: 'other-1250000000' }],
  ])('is refused where it %s', async (_, request) => {
    const json = { key: 'own/holder/x', ...request }
    expect((await send('/v1/authorizations', { json })).status).toBe(403)
  })

  it.each(['own/', 'own/other/x', 'own/holder', 'own/holder/../other/x', FRESH_KEY, ''])(
    'lists no uploads of others: %j',
    async (prefix) => {
      const json = { Method: 'GET', Key: '', Pathname: '/', Query: { uploads: '', prefix } }
      expect((await send('/authorization', { json })).status).toBe(403)
    },
  )

  it('is for the key that was decided, and no other', async () => {
    const json = { method: 'PUT', key: 'own/holder/x' }
    const { headers } = await get<Signed>('/v1/authorizations', json)
    const { host: _host, Host: _Host, ...sent } = headers
    const at = (key: string) =>
      fetch(`http://${cos.domain}/${key}`, { method: 'PUT', headers: sent, body: 'x' })
    expect((await at('own/holder/x')).status).toBe(200)
    expect((await at('own/other/x')).status).toBe(403)
  })
})
