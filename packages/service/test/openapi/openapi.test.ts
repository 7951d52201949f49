import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { createFixture } from '../fixture.ts'

interface OpenApi {
  readonly openapi: string
  readonly paths: Record<string, Record<string, { parameters: { name: string; in: string }[] }>>
}

describe('GET /openapi.json', () => {
  it('is an OpenAPI 3.1 document of every route of the service', async () => {
    const { ask } = await createFixture()
    const document = (await (await ask('/openapi.json')).json()) as OpenApi
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never)
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
    expect(document.openapi).toMatch(/^3\.1\./)
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/v1/uploads',
        '/v1/multipart/{uploadId}/parts',
        '/v1/confirm',
        '/v1/credentials',
      ]),
    )
    const list = document.paths['/v1/multipart/{uploadId}/parts']?.get?.parameters
    expect(list?.map(({ name, in: where }) => `${where} ${name}`)).toEqual([
      'path uploadId',
      'query grant',
      'query key',
    ])
  })

  it('is for anybody, like the page for people, which loads nothing', async () => {
    const { service } = await createFixture()
    expect((await service.fetch(new Request('http://service/openapi.json'))).status).toBe(200)
    const page = await service.fetch(new Request('http://service/docs'))
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const html = await page.text()
    expect(html).toContain('/v1/multipart/{uploadId}/complete')
    expect(html).not.toMatch(/<script|https?:\/\//)
  })
})
