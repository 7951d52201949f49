import { describe, expect, it } from 'vitest'
import type { LogEntry } from '../../src/index.ts'
import { useCos } from '../cos.ts'
import { BUCKET } from '../fixture.ts'

const grants = [
  {
    name: 'pictures',
    bucket: BUCKET,
    key: 'pictures/{sub}/{uuid}',
    operations: ['upload', 'multipart'],
    constraints: { contentType: 'image/*' },
  },
  { name: 'files', bucket: BUCKET, key: 'files/{sub}/{uuid}', operations: ['upload', 'multipart'] },
] as const

/** How long COS lets the service wait for its next answer. */
let delayMs = 0
const cos = useCos({
  grants,
  timeoutMs: 400,
  fetch: async (...request) => {
    await new Promise((resolve) => setTimeout(resolve, delayMs))
    return await fetch(...request)
  },
})

interface Place {
  readonly key: string
  readonly uploadId: string
}

function auditOf(entries: readonly LogEntry[]): unknown[] {
  return entries.flatMap((entry) => {
    if (entry.event === 'issued') return [[entry.operation, entry.key, entry.partNumbers]]
    return entry.event === 'done' ? [[entry.deed, entry.key]] : []
  })
}

async function beginParts(): Promise<Place> {
  const { status, body } = await cos.ask<Place>('/v1/multipart', { grant: 'files' })
  expect(status).toBe(200)
  return body
}

async function sendPart({ key, uploadId }: Place): Promise<void> {
  const signed = await cos.ask<{ parts: { url: string }[] }>(`/v1/multipart/${uploadId}/parts`, {
    key,
    partNumbers: [1],
  })
  const [part] = signed.body.parts
  expect((await fetch(part?.url ?? '', { method: 'PUT', body: 'x' })).status).toBe(200)
}

describe('the audit of an upload in parts', () => {
  it('tells what was handed out, with the numbers of the parts, and what the service did', async () => {
    const { fixture, ask } = cos
    const place = await beginParts()
    const { key, uploadId } = place
    fixture.entries.splice(0)
    await ask(`/v1/multipart/${uploadId}/parts`, { key, partNumbers: [7, 1, 2, 3] })
    await ask(`/v1/multipart/${uploadId}/parts?key=${key}`)
    await ask(`/v1/confirm`, { key })
    expect(auditOf(fixture.entries)).toEqual([['multipart', key, '1-3,7']])
    await sendPart(place)
    fixture.entries.splice(0)
    expect((await ask(`/v1/multipart/${uploadId}/complete`, { key })).status).toBe(200)
    await ask('/v1/confirm', { key })
    expect(auditOf(fixture.entries)).toEqual([['complete', key]])
    const other = await beginParts()
    const gone = await ask(`/v1/multipart/${other.uploadId}?key=${other.key}`, undefined, {
      method: 'DELETE',
    })
    expect(gone.status).toBe(200)
    expect(auditOf(fixture.entries).slice(1)).toEqual([
      ['begin', other.key],
      ['abort', other.key],
    ])
  })

  it('has a record of what was completed after the answer that it was too late', async () => {
    const { fixture, ask } = cos
    const place = await beginParts()
    await sendPart(place)
    fixture.entries.splice(0)
    delayMs = 300
    const { status } = await ask(`/v1/multipart/${place.uploadId}/complete`, { key: place.key })
    delayMs = 0
    expect(status).toBe(504)
    await expect.poll(() => auditOf(fixture.entries)).toEqual([['complete', place.key]])
  })
})

describe('a constraint that does not hold', () => {
  const uploads: [string, unknown][] = [
    ['/v1/uploads', { contentType: 'application/pdf' }],
    ['/v1/uploads', { contentType: 'application/pdf', form: 'post' }],
    ['/v1/multipart', { contentType: 'application/pdf' }],
    ['/s3/params?filename=a.pdf&type=application/pdf', undefined],
    ['/s3/multipart', { filename: 'a.pdf', type: 'application/pdf' }],
  ]

  it.each(uploads)('lets the next grant be tried, where none is named: %s %j', async (path, json) => {
    const { status, body } = await cos.ask<{ key?: string; fields?: { key?: string } }>(path, json)
    expect(status).toBe(200)
    expect(body.key ?? body.fields?.key).toMatch(/^files\/holder\//)
  })

  it('names the grant in the refusal and in the log, where one is named', async () => {
    const { fixture, ask } = cos
    const json = { grant: 'pictures', contentType: 'application/pdf' }
    const { status, body } = await ask('/v1/uploads', json)
    expect(status).toBe(403)
    expect(body).toMatchObject({
      code: 'ERR_SERVICE_NOT_GRANTED',
      grant: 'pictures',
      detail: expect.stringMatching(/^The grant "pictures" refuses it: .*Content-Type/),
    })
    expect(fixture.entries.at(-1)).toMatchObject({
      event: 'request',
      status: 403,
      code: 'ERR_SERVICE_NOT_GRANTED',
      grant: 'pictures',
    })
  })
})
