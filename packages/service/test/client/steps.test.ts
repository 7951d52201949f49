import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { createServiceClient, type LinkAnswer, type ServiceClient } from '../../src/client/index.ts'
import { useCos } from '../cos.ts'
import { BUCKET } from '../fixture.ts'

const cos = useCos({
  grants: [
    {
      name: 'films',
      bucket: BUCKET,
      key: 'films/{sub}/{uuid}-{filename}',
      operations: ['multipart', 'download', 'link'],
    },
  ],
  links: {},
})

function createClient(): ServiceClient {
  const { service, apiKey } = cos.fixture
  return createServiceClient({
    baseUrl: 'http://service',
    headers: { 'x-api-key': apiKey },
    fetch: async (input, init) => service.fetch(new Request(input, init)),
  })
}

it('the client takes each step of an upload in parts', async () => {
  const client = createClient()
  const { uploadId, key, grant, partSizeBytes, partCount } = await client.createMultipartUpload({
    filename: 'a.mp4',
    sizeBytes: 9 * 1024 ** 2,
  })
  expect(partCount).toBe(2)
  const bytes = randomBytes(9 * 1024 ** 2)
  const { parts } = await client.signParts(uploadId, { key, grant, partNumbers: [1, 2] })
  for (const { partNumber, method, url, headers } of parts) {
    const body = bytes.subarray((partNumber - 1) * partSizeBytes, partNumber * partSizeBytes)
    expect((await fetch(url, { method, headers, body })).status).toBe(200)
  }
  const arrived = await client.listParts(uploadId, { key, grant })
  expect(arrived.parts.map(({ partNumber }) => partNumber)).toEqual([1, 2])
  const chosen = arrived.parts.map(({ partNumber, etag }) => ({ partNumber, etag }))
  const done = await client.completeMultipartUpload(uploadId, { key, parts: chosen })
  expect(done).toMatchObject({ bucket: BUCKET, key, grant: 'films', sizeBytes: 9 * 1024 ** 2 })
  await expect(client.completeMultipartUpload(uploadId, { key })).rejects.toMatchObject({
    code: 'ERR_SERVICE_OBJECT_MISSING',
  })
})

it('the client gives an upload in parts up', async () => {
  const client = createClient()
  const { uploadId, key } = await client.createMultipartUpload({ filename: 'a.mp4' })
  expect(await client.abortMultipartUpload(uploadId, { key })).toEqual({
    bucket: BUCKET,
    key,
    grant: 'films',
  })
  await expect(client.listParts(uploadId, { key })).rejects.toMatchObject({
    code: 'ERR_SERVICE_OBJECT_MISSING',
  })
})

it('the client makes, reads and revokes a link', async () => {
  const client = createClient()
  const key = 'films/holder/00000000-0000-4000-8000-000000000000-a.mp4'
  const link: LinkAnswer = await client.createLink({ key, maxDownloads: 2 })
  expect(link).toMatchObject({ key, path: `/l/${link.id}`, downloads: 0, hasPassword: false })
  const opened = await cos.fixture.service.fetch(new Request(`http://service${link.path}`))
  expect(opened.status).toBe(302)
  expect(await client.getLink(link.id)).toEqual({ ...link, downloads: 1 })
  expect(await client.revokeLink(link.id)).toEqual({ id: link.id, revoked: true })
  await expect(client.getLink(link.id)).rejects.toMatchObject({ code: 'ERR_SERVICE_NOT_FOUND', status: 404 })
})
