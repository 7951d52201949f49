import { describe, expect, it } from 'vitest'
import { APP, REQUESTS_WITHOUT_KEY, requestsFor, useAttackedService } from './attacked-service.ts'

const { cos, send, get } = useAttackedService()
const CRLF = 'a\r\nSet-Cookie: session=stolen'

describe('a header that a client slips into a text', () => {
  it.each<[string, object]>([
    ['/v1/uploads', { grant: 'fresh', contentType: CRLF }],
    ['/v1/uploads', { grant: 'fresh', contentType: CRLF, form: 'post' }],
    ['/v1/uploads', { grant: 'fresh', contentMd5: '\r\naaaaaaaaaaaaaaaaaaaa==' }],
    ['/v1/multipart', { grant: 'fresh', contentType: CRLF }],
    ['/v1/authorizations', { method: 'PUT', key: 'own/holder/x', headers: { 'x-cos-meta-a': CRLF } }],
    ['/v1/authorizations', { method: 'PUT', key: 'own/holder/x', headers: { [CRLF]: 'a' } }],
    ['/s3/multipart?grant=fresh', { filename: 'a', type: CRLF }],
    ['/s3/presign?grant=fresh', { method: 'PUT', key: 'a', contentType: CRLF }],
    ['/authorization', { Method: 'PUT', Key: 'own/holder/x', Headers: { 'x-cos-meta-a': CRLF } }],
  ])('is refused by %s: %j', async (path, json) => {
    expect((await send(path, { json })).status).toBe(400)
  })

  it.each(['/s3/params?type', '/put-sign?contentType', '/post-policy?contentType'])(
    'is refused by %s',
    async (path) => {
      expect((await send(`${path}=${encodeURIComponent(CRLF)}&grant=fresh`)).status).toBe(400)
    },
  )

  it('is nothing but a name where a file is to be saved under it', async () => {
    const key = 'own/holder/saved'
    const put = await get<{ url: string }>('/v1/uploads', { key })
    expect((await fetch(put.url, { method: 'PUT', body: 'x' })).status).toBe(200)
    const filename = `${CRLF}"; filename=evil.html; x="`
    const { url } = await get<{ url: string }>('/v1/downloads', { key, filename, disposition: 'attachment' })
    const saved = await fetch(url)
    expect(saved.status).toBe(200)
    expect(saved.headers.has('set-cookie')).toBe(false)
    expect(saved.headers.get('content-disposition')).toMatch(
      /^attachment; filename="[^"\\]*"; filename\*=UTF-8''[\w%.-]+$/,
    )
  })

  it('is in no header of an answer', async () => {
    const { headers } = await send(`/s3/params?filename=${encodeURIComponent(CRLF)}&grant=fresh`)
    expect(headers.has('set-cookie')).toBe(false)
    const { headers: refusal } = await send(`/s3/params?grant=${encodeURIComponent(CRLF)}`)
    expect(refusal.has('set-cookie')).toBe(false)
  })
})

describe('a page of a foreign origin', () => {
  const EVERYTHING = [...REQUESTS_WITHOUT_KEY, ...requestsFor('own/holder/x')]

  it.each([
    'https://evil.example',
    `${APP}.evil.example`,
    'null',
    'http://app.example.com',
    'https://APP.example.com',
  ])('gets nothing from any route, whoever asks: %s', async (origin) => {
    const { path: ticket } = await get<{ path: string }>('/v1/tickets', {})
    for (const [what, method, path, json] of EVERYTHING) {
      for (const [prefix, proof] of [
        ['', { 'x-api-key': cos.fixture.apiKey }],
        [ticket, {}],
      ] as const) {
        const answer = await send(`${prefix}${path}`, { method, json, headers: { ...proof, origin } })
        expect([what, answer.status]).toEqual([what, 403])
        expect(answer.headers.has('access-control-allow-origin')).toBe(false)
        expect(answer.text).toContain('ERR_SERVICE_ORIGIN_FOREIGN')
      }
      const preflight = await send(path, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': method },
      })
      expect([what, preflight.status]).toEqual([what, 403])
    }
  })

  it('is told apart from the listed one in every cache', async () => {
    const { headers } = await send('/s3/params?filename=a&grant=fresh', {
      headers: { 'x-api-key': cos.fixture.apiKey, origin: APP },
    })
    expect(headers.get('access-control-allow-origin')).toBe(APP)
    expect(headers.get('vary')).toContain('Origin')
  })
})

it('a secret that a client sends in the wrong place is not logged', async () => {
  const token = cos.fixture.apiKey
  const places = [
    [`/s3/params?grant=${token}`],
    [`/v1/${token}`],
    [`/s3/multipart/${token}/1?key=${token}`],
    ['/v1/uploads', { grant: token }],
    ['/v1/uploads', { [token]: 1 }],
    ['/v1/downloads', { key: token }],
    ['/sts-scope', [{ action: token, prefix: token }]],
  ] as const
  for (const [path, json] of places) {
    const { status } = await send(path, { json })
    expect([path, status < 500 && status >= 400]).toEqual([path, true])
  }
})
