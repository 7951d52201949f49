import { describe, expect, it } from 'vitest'
import { useAttackedService } from './attacked-service.ts'

const { send, get } = useAttackedService()

interface Put {
  readonly url: string
  readonly headers: Record<string, string>
  readonly key: string
}
interface Form {
  readonly url: string
  readonly fields: Record<string, string>
}
interface Parts {
  readonly parts: readonly { readonly url: string }[]
}

const PICTURE = { grant: 'pictures', filename: 'a.png', contentType: 'image/png' }

async function put(url: string, body: string, headers: Record<string, string> = {}): Promise<number> {
  const { host: _host, 'Content-Length': _length, ...sent } = headers
  return (await fetch(url, { method: 'PUT', headers: sent, body })).status
}

async function post({ url, fields }: Form, body: string): Promise<number> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob([body]))
  return (await fetch(url, { method: 'POST', body: form })).status
}

describe('an upload that the grant does not allow', () => {
  it.each([
    ['/v1/uploads', { ...PICTURE, sizeBytes: 101 }],
    ['/v1/uploads', { ...PICTURE, sizeBytes: 101, form: 'post' }],
    ['/v1/uploads', { ...PICTURE, sizeBytes: 10, contentType: 'text/html' }],
    ['/v1/uploads', { ...PICTURE, sizeBytes: 10, contentType: 'image/png; charset=x' }],
    ['/v1/uploads', { ...PICTURE, sizeBytes: 10, contentType: 'image/svg+xml', form: 'post' }],
    ['/v1/multipart', { ...PICTURE, sizeBytes: 101 }],
    ['/v1/multipart', { ...PICTURE, contentType: 'text/html' }],
    ['/s3/multipart?grant=pictures', { filename: 'a.png', type: 'text/html' }],
    ['/s3/presign?grant=pictures', { method: 'PUT', key: 'a.png', contentType: 'text/html' }],
    ['/s3/presign?grant=pictures', { method: 'POST', key: 'a.png', contentType: 'image/png' }],
  ])('is not signed by %s: %j', async (path, json) => {
    expect((await send(path, { json })).status).toBe(403)
  })

  it.each(['/s3/params?', '/put-sign?size=10&', '/post-policy?'])('is not signed by %s', async (path) => {
    const wrong = new URLSearchParams({ grant: 'pictures', type: 'text/html', contentType: 'text/html' })
    expect((await send(`${path}${wrong}`)).status).toBe(403)
  })

  it('is refused by COS when it is announced as another: a PUT', async () => {
    const { url, headers } = await get<Put>('/v1/uploads', { ...PICTURE, sizeBytes: 5 })
    expect(await put(url, 'large', { ...headers, 'Content-Type': 'text/html' })).toBe(403)
    expect(await put(url, 'x'.repeat(101), headers)).toBe(403)
    expect(await put(url, 'right', { ...headers, 'x-cos-acl': 'public-read' })).toBe(403)
    expect(await put(url, 'right', headers)).toBe(200)
  })

  it('is refused by COS when it is announced as another: a form', async () => {
    const form = await get<Form>('/v1/uploads', { ...PICTURE, form: 'post' })
    expect(await post(form, 'x'.repeat(101))).toBe(400)
    const changes = [{ 'Content-Type': 'text/html' }, { key: 'own/other/x' }, { acl: 'public-read' }]
    for (const change of changes) {
      expect(await post({ ...form, fields: { ...form.fields, ...change } }, 'right')).toBe(403)
    }
    expect(await post(form, 'right')).toBeLessThan(300)
  })

  it('is given up when the parts together are too large, so that nothing of it is left', async () => {
    const created = await get<{ uploadId: string; key: string }>('/v1/multipart', PICTURE)
    const { uploadId, key } = created
    const { parts } = await get<Parts>(`/v1/multipart/${uploadId}/parts`, { key, partNumbers: [1] })
    expect(await put(parts[0]?.url ?? '', 'x'.repeat(101))).toBe(200)
    const complete = () => send(`/v1/multipart/${uploadId}/complete`, { json: { key } })
    expect((await complete()).status).toBe(403)
    expect((await complete()).status).toBe(404)
    expect((await send('/v1/confirm', { json: { key } })).status).toBe(404)
  })

  it('is not completed with parts of another upload', async () => {
    const one = await get<{ uploadId: string; key: string }>('/v1/multipart', PICTURE)
    const other = await get<{ uploadId: string; key: string }>('/v1/multipart', PICTURE)
    const { parts } = await get<Parts>(`/v1/multipart/${one.uploadId}/parts`, {
      key: other.key,
      partNumbers: [1],
    })
    expect(await put(parts[0]?.url ?? '', 'x')).toBe(404)
    const json = { key: other.key }
    expect((await send(`/v1/multipart/${one.uploadId}/complete`, { json })).status).toBe(404)
  })
})
