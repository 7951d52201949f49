import { describe, expect, it } from 'vitest'
import type {
  CompletionAnswer,
  ConfirmAnswer,
  MultipartAnswer,
  PartsAnswer,
  Problem,
  UploadedPartsAnswer,
} from '../../src/index.ts'
import { useCos } from '../cos.ts'
import { BUCKET } from '../fixture.ts'

const MIB = 1024 ** 2
const cos = useCos({
  grants: [
    {
      name: 'films',
      bucket: BUCKET,
      key: 'films/{sub}/{uuid}-{filename}',
      operations: ['multipart'],
      constraints: { contentType: 'video/*', maxSizeBytes: 20 * MIB },
    },
    {
      name: 'hashed',
      bucket: BUCKET,
      key: 'hashed/{sub}/{uuid}',
      operations: ['multipart'],
      constraints: { contentMd5: '1B2M2Y8AsgTpgAmY7PhCfg==' },
    },
  ],
})
const film = { grant: 'films', filename: 'trip.mp4', contentType: 'video/mp4' }

async function begin(more: object = {}): Promise<MultipartAnswer> {
  const { status, body } = await cos.ask<MultipartAnswer>('/v1/multipart', { ...film, ...more })
  expect(status).toBe(200)
  return body
}

/** Uploads parts of these sizes. */
async function upload({ uploadId, key }: MultipartAnswer, sizes: readonly number[]): Promise<string[]> {
  const partNumbers = sizes.map((_, at) => at + 1)
  const { status, body } = await cos.ask<PartsAnswer>(`/v1/multipart/${uploadId}/parts`, { key, partNumbers })
  expect(status).toBe(200)
  const etags: string[] = []
  for (const [at, { method, url, headers }] of body.parts.entries()) {
    const sent = await fetch(url, { method, headers, body: new Uint8Array(sizes[at] ?? 0) })
    expect(sent.status).toBe(200)
    etags.push(sent.headers.get('etag') ?? '')
  }
  return etags
}

describe('an upload in parts', () => {
  it('is begun, sent, listed, completed and confirmed', async () => {
    const begun = await begin({ sizeBytes: 9 * MIB })
    expect(begun).toMatchObject({ partSizeBytes: 8 * MIB, partCount: 2, grant: 'films' })
    expect(begun.key).toMatch(/^films\/holder\/[\da-f-]{36}-trip\.mp4$/)
    const [, etag = ''] = await upload(begun, [8 * MIB, MIB])
    const { uploadId, key } = begun
    const query = new URLSearchParams({ key })
    const listed = await cos.ask<UploadedPartsAnswer>(`/v1/multipart/${uploadId}/parts?${query}`)
    expect(listed.body.parts.map(({ sizeBytes }) => sizeBytes)).toEqual([8 * MIB, MIB])
    expect(listed.body.parts[1]?.etag).toBe(etag)
    const done = await cos.ask<CompletionAnswer>(`/v1/multipart/${uploadId}/complete`, { key })
    expect(done).toMatchObject({ status: 200, body: { key, sizeBytes: 9 * MIB } })
    const confirmed = await cos.ask<ConfirmAnswer>('/v1/confirm', { key, sizeBytes: 9 * MIB })
    expect(confirmed.body).toMatchObject({ contentType: 'video/mp4', etag: done.body.etag })
  })

  it('is given up when the whole is larger than the grant allows, whatever was announced', async () => {
    const begun = await begin({ sizeBytes: 5 })
    await upload(begun, [10 * MIB, 10 * MIB, 1])
    const { uploadId, key } = begun
    const { status, body } = await cos.ask<Problem>(`/v1/multipart/${uploadId}/complete`, { key })
    expect([status, body.code]).toEqual([403, 'ERR_SERVICE_NOT_GRANTED'])
    const gone = await cos.ask<Problem>(`/v1/multipart/${uploadId}/parts?key=${encodeURIComponent(key)}`)
    expect([gone.status, gone.body.code]).toEqual([404, 'ERR_SERVICE_OBJECT_MISSING'])
  })

  it('is completed of the parts that the client means, if they are the ones', async () => {
    const begun = await begin()
    const [first = '', second = ''] = await upload(begun, [MIB, 5])
    const path = `/v1/multipart/${begun.uploadId}/complete`
    const { key } = begun
    const swapped = [{ partNumber: 1, etag: second }]
    expect((await cos.ask<Problem>(path, { key, parts: swapped })).status).toBe(400)
    expect((await cos.ask<Problem>(path, { key, parts: [{ partNumber: 7, etag: first }] })).status).toBe(400)
    const done = await cos.ask<CompletionAnswer>(path, { key, parts: [{ partNumber: 1, etag: first }] })
    expect(done).toMatchObject({ status: 200, body: { sizeBytes: MIB } })
  })

  it('is completed of parts in any order, each given once', async () => {
    const begun = await begin()
    const [first = '', second = ''] = await upload(begun, [MIB, 5])
    const path = `/v1/multipart/${begun.uploadId}/complete`
    const { key } = begun
    const parts = [
      { partNumber: 2, etag: second },
      { partNumber: 1, etag: first },
    ]
    const twice = await cos.ask<Problem>(path, { key, parts: [...parts, parts[0]] })
    expect(twice).toMatchObject({ status: 400, body: { detail: 'Part 2 is given twice' } })
    const done = await cos.ask<CompletionAnswer>(path, { key, parts })
    expect(done).toMatchObject({ status: 200, body: { sizeBytes: MIB + 5 } })
  })

  it('is given up on request, twice if need be', async () => {
    const { uploadId, key } = await begin()
    const path = `/v1/multipart/${uploadId}?key=${encodeURIComponent(key)}`
    for (let time = 0; time < 2; time++) {
      expect((await cos.ask(path, undefined, { method: 'DELETE' })).status).toBe(200)
    }
  })

  it('refuses a size, a type and a key that are not granted', async () => {
    const asked = (more: object) => cos.ask<Problem>('/v1/multipart', { ...film, ...more })
    expect((await asked({ sizeBytes: 21 * MIB })).status).toBe(403)
    expect((await asked({ contentType: 'text/html' })).status).toBe(403)
    expect((await asked({ key: 'films/holder/mine.mp4' })).status).toBe(403)
    expect((await asked({ grant: 'hashed' })).body.detail).toContain('contentMd5')
  })

  it('does no step with the key of another caller', async () => {
    const { uploadId } = await begin()
    const key = 'films/somebody/00000000-0000-4000-8000-000000000000-trip.mp4'
    const query = new URLSearchParams({ key })
    const statuses = [
      await cos.ask(`/v1/multipart/${uploadId}/parts`, { key, partNumbers: [1] }),
      await cos.ask(`/v1/multipart/${uploadId}/parts?${query}`),
      await cos.ask(`/v1/multipart/${uploadId}/complete`, { key }),
      await cos.ask(`/v1/multipart/${uploadId}?${query}`, undefined, { method: 'DELETE' }),
    ].map(({ status }) => status)
    expect(statuses).toEqual([403, 403, 403, 403])
  })

  it('says that COS is to be asked later, when it says so', async () => {
    const { uploadId, key } = await begin()
    const fault = cos.emulator.faults.add({ fault: 'slow-down', count: 1 })
    const { status, body } = await cos.ask<Problem>(`/v1/multipart/${uploadId}/complete`, { key })
    expect([status, body.code]).toEqual([503, 'ERR_SERVICE_COS_UNREACHABLE'])
    expect(fault).toBeDefined()
  })
})
