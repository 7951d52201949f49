import { describe, expect, it } from 'vitest'
import type {
  ConfirmAnswer,
  PostFormAnswer,
  PresignedAnswer,
  Problem,
  UploadAnswer,
} from '../../src/index.ts'
import { useCos } from '../cos.ts'
import { BUCKET } from '../fixture.ts'

const cos = useCos({
  grants: [
    {
      name: 'pictures',
      bucket: BUCKET,
      key: 'pictures/{sub}/{uuid}.{ext}',
      operations: ['upload', 'download'],
      constraints: { contentType: 'image/*', minSizeBytes: 1, maxSizeBytes: 1000 },
    },
    {
      name: 'notes',
      bucket: BUCKET,
      key: 'notes/{sub}/{path}',
      operations: ['upload', 'download', 'delete'],
      clientMayChooseKey: true,
      constraints: { storageClass: 'STANDARD_IA' },
    },
    {
      name: 'slow',
      bucket: BUCKET,
      key: 'slow/{sub}/{path}',
      operations: ['multipart'],
      clientMayChooseKey: true,
      constraints: { speedLimitBitsPerSecond: 819_200 },
    },
  ],
})
const picture = { filename: 'me.png', contentType: 'image/png' }

async function sendForm({ url, fields }: PostFormAnswer, file: Blob, more: Record<string, string> = {}) {
  const form = new FormData()
  for (const [name, value] of Object.entries({ ...fields, ...more })) form.append(name, value)
  form.append('file', file)
  return await fetch(url, { method: 'POST', body: form })
}

describe('POST /v1/uploads with form: post', () => {
  it('gives a form that COS takes within the limits and refuses beyond them', async () => {
    const { status, body } = await cos.ask<PostFormAnswer>('/v1/uploads', { ...picture, form: 'post' })
    expect(status).toBe(200)
    expect(body.key).toMatch(/^pictures\/holder\/[\da-f-]{36}\.png$/)
    expect(body.notEnforced).toEqual([])
    expect((await sendForm(body, new Blob(['x'.repeat(1001)]))).status).toBe(400)
    expect((await sendForm(body, new Blob(['x']), { 'Content-Type': 'text/html' })).status).toBe(403)
    expect((await sendForm(body, new Blob(['x'.repeat(1000)]))).status).toBe(204)
  })

  it('refuses an announced size or type that the grant does not allow', async () => {
    const asked = { ...picture, form: 'post' }
    const large = await cos.ask<Problem>('/v1/uploads', { ...asked, sizeBytes: 1001 })
    const wrong = await cos.ask<Problem>('/v1/uploads', { ...asked, contentType: 'text/html' })
    expect([large.status, wrong.status]).toEqual([403, 403])
    expect(large.body.code).toBe('ERR_SERVICE_NOT_GRANTED')
  })
})

describe('POST /v1/confirm', () => {
  it('answers with what the object is, when it is what was granted', async () => {
    const put = await cos.ask<UploadAnswer>('/v1/uploads', { ...picture, sizeBytes: 4 })
    const sent = await fetch(put.body.url, { method: 'PUT', headers: put.body.headers, body: 'four' })
    const { key } = put.body
    const expected = { key, sizeBytes: 4, contentType: 'image/png', etag: sent.headers.get('etag') }
    const { status, body } = await cos.ask<ConfirmAnswer>('/v1/confirm', expected)
    expect(status).toBe(200)
    expect(body).toMatchObject({ key, sizeBytes: 4, contentType: 'image/png', grant: 'pictures' })
    expect(body.crc64).toBe(sent.headers.get('x-cos-hash-crc64ecma'))
    const again = await cos.ask<ConfirmAnswer>('/v1/confirm', { key, crc64: body.crc64 })
    expect(again.status).toBe(200)
  })

  it('says in what an object differs from what was granted or announced', async () => {
    const key = 'pictures/holder/00000000-0000-4000-8000-000000000000.png'
    const put = await cos.ask<UploadAnswer>('/v1/uploads', { ...picture, sizeBytes: 4 })
    await fetch(put.body.url, { method: 'PUT', headers: put.body.headers, body: 'four' })
    const { status, body } = await cos.ask<Problem>('/v1/confirm', { key: put.body.key, sizeBytes: 5 })
    expect([status, body.code]).toEqual([409, 'ERR_SERVICE_NOT_CONFIRMED'])
    expect(body.detail).toContain('size: 4 instead of 5')
    const missing = await cos.ask<Problem>('/v1/confirm', { key })
    expect([missing.status, missing.body.code]).toEqual([404, 'ERR_SERVICE_OBJECT_MISSING'])
  })

  it('looks at nothing of another caller', async () => {
    const key = 'pictures/somebody/00000000-0000-4000-8000-000000000000.png'
    expect((await cos.ask<Problem>('/v1/confirm', { key })).status).toBe(403)
  })
})

describe('POST /v1/downloads', () => {
  it('signs the name under which the file is saved', async () => {
    const asked = { key: 'notes/holder/a', filename: 'Bericht "März".pdf' }
    const { body } = await cos.ask<PresignedAnswer>('/v1/downloads', asked)
    expect(new URL(body.url).searchParams.get('response-content-disposition')).toContain(
      "filename*=UTF-8''Bericht",
    )
  })
})

describe('POST /v1/authorizations', () => {
  interface Signed {
    readonly headers: Record<string, string>
    readonly key: string
  }

  it('signs an upload with what the grant asks for, which COS then takes', async () => {
    const asked = { method: 'PUT', key: 'notes/holder/today.txt', headers: { 'Content-Type': 'text/plain' } }
    const { status, body } = await cos.ask<Signed>('/v1/authorizations', asked)
    expect(status).toBe(200)
    expect(body.headers).toMatchObject({ 'x-cos-storage-class': 'STANDARD_IA' })
    const url = `http://${cos.domain}/${asked.key}`
    expect((await fetch(url, { method: 'PUT', headers: body.headers, body: 'hello' })).status).toBe(200)
    const got = await cos.ask<Signed>('/v1/authorizations', { method: 'GET', key: asked.key })
    expect(await (await fetch(url, { headers: got.body.headers })).text()).toBe('hello')
    const removed = await cos.ask<Signed>('/v1/authorizations', { method: 'DELETE', key: asked.key })
    expect((await fetch(url, { method: 'DELETE', headers: removed.body.headers })).status).toBe(204)
  })

  it.each([
    ['another caller’s key', { method: 'PUT', key: 'notes/somebody/x' }],
    ['a key that leads elsewhere', { method: 'PUT', key: 'notes/holder/../somebody/x' }],
    ['a key that the service makes', { method: 'PUT', key: 'pictures/holder/x.png' }],
    ['an ACL', { method: 'PUT', key: 'notes/holder/x', params: { acl: '' } }],
    ['a copy', { method: 'PUT', key: 'notes/holder/x', headers: { 'X-Cos-Copy-Source': 'other/secret' } }],
    [
      'another storage class',
      { method: 'PUT', key: 'notes/holder/x', headers: { 'x-cos-storage-class': 'ARCHIVE' } },
    ],
    ['a list of the bucket', { method: 'GET', key: 'notes/holder/x', params: { prefix: '' } }],
    ['an operation that is not granted', { method: 'DELETE', key: 'pictures/holder/x.png' }],
    [
      'parts whose speed no signature holds',
      { method: 'POST', key: 'slow/holder/x', params: { uploads: '' } },
    ],
    ['parts, which are not granted', { method: 'POST', key: 'notes/holder/x', params: { uploads: '' } }],
  ])('refuses %s', async (_what, request) => {
    const { status, body } = await cos.ask<Problem>('/v1/authorizations', request)
    expect([status, body.code]).toEqual([403, 'ERR_SERVICE_NOT_GRANTED'])
  })
})
