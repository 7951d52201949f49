import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import COS from 'cos-nodejs-sdk-v5'
import { describe, expect, it } from 'vitest'
import type { CredentialsAnswer, Problem } from '../../src/index.ts'
import { useCos } from '../cos.ts'
import { BUCKET } from '../fixture.ts'

const cos = useCos({
  grants: [
    {
      name: 'own',
      bucket: BUCKET,
      key: 'own/{sub}/{path}',
      operations: ['upload', 'multipart', 'download', 'delete', 'credentials'],
      clientMayChooseKey: true,
    },
    {
      name: 'pictures',
      bucket: BUCKET,
      key: 'pictures/{sub}/{uuid}.{ext}',
      operations: ['upload', 'credentials'],
      constraints: { contentType: 'image/png', maxSizeBytes: 100 },
    },
    {
      name: 'mixed',
      bucket: BUCKET,
      key: 'mixed/{uuid}-{sub}',
      operations: ['download', 'credentials'],
    },
  ],
  sts: 'late',
})

interface Session {
  readonly TmpSecretId: string
  readonly TmpSecretKey: string
  readonly SecurityToken: string
  readonly StartTime: number
  readonly ExpiredTime: number
  readonly credentials: { readonly tmpSecretId: string }
  readonly startTime: number
  readonly expiredTime: number
  readonly Key?: string
}

function sdkWith(getAuthorization: COS.COSOptions['getAuthorization']): COS {
  return new COS({ getAuthorization, Domain: cos.domain, Protocol: 'http:' } as COS.COSOptions)
}

const where = { Bucket: BUCKET, Region: 'ap-guangzhou' }

describe('cos-nodejs-sdk-v5 with /sts-scope', () => {
  const scoped = () =>
    sdkWith((options, callback) => {
      void cos.ask<Session>('/sts-scope', options.Scope).then(({ body }) => callback(body as never))
    })

  it('uploads, downloads and deletes under the prefix of its caller', async () => {
    const sdk = scoped()
    const key = { ...where, Key: 'own/holder/a b.txt' }
    await sdk.putObject({ ...key, Body: 'hello' })
    expect((await sdk.getObject(key)).Body.toString()).toBe('hello')
    expect((await sdk.headObject(key)).statusCode).toBe(200)
    await sdk.deleteObject(key)
    await expect(sdk.headObject(key)).rejects.toMatchObject({ statusCode: 404 })
  })

  it('uploads in parts', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'service-'))
    const FilePath = join(directory, 'large')
    await writeFile(FilePath, Buffer.alloc(3 * 1024 ** 2, 'x'))
    const sdk = scoped()
    const key = { ...where, Key: 'own/holder/large' }
    await sdk.sliceUploadFile({ ...key, FilePath, ChunkSize: 1024 ** 2 })
    expect((await sdk.headObject(key)).headers?.['content-length']).toBe(String(3 * 1024 ** 2))
    await rm(directory, { recursive: true })
  })

  it('gets nothing for the objects of others', async () => {
    const put = scoped().putObject({ ...where, Key: 'own/somebody/x', Body: 'x' })
    await expect(put).rejects.toBeDefined()
  })
})

describe('cos-nodejs-sdk-v5 with ready signatures', () => {
  it('uploads and downloads', async () => {
    const sdk = sdkWith((options, callback) => {
      void cos.ask<object>('/authorization', options).then(({ body }) => callback(body as never))
    })
    const key = { ...where, Key: 'own/holder/signed.txt' }
    await sdk.putObject({ ...key, Body: 'hello', Headers: { 'x-cos-meta-a': 'b' } })
    expect((await sdk.getObject(key)).Body.toString()).toBe('hello')
    await expect(sdk.putObject({ ...where, Key: 'own/somebody/x', Body: 'x' })).rejects.toBeDefined()
  })

  it('uploads in parts', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'service-'))
    const FilePath = join(directory, 'large')
    await writeFile(FilePath, Buffer.alloc(3 * 1024 ** 2, 'x'))
    const sdk = sdkWith((options, callback) => {
      void cos.ask<object>('/authorization', options).then(({ body }) => callback(body as never))
    })
    const key = { ...where, Key: 'own/holder/large-signed' }
    await sdk.sliceUploadFile({ ...key, FilePath, ChunkSize: 1024 ** 2 })
    expect((await sdk.headObject(key)).headers?.['content-length']).toBe(String(3 * 1024 ** 2))
    await rm(directory, { recursive: true })
  })

  it('refuses a signature that would not keep a constraint of the grant', async () => {
    const call = { Method: 'PUT', Key: 'pictures/holder/00000000-0000-4000-8000-000000000000.png', ...where }
    expect((await cos.ask<Problem>('/authorization', call)).status).toBe(403)
  })
})

describe('/sts', () => {
  it('answers in the names of the SDKs for the web, Android and iOS', async () => {
    const { status, body } = await cos.ask<Session>('/sts')
    expect(status).toBe(200)
    expect(String(body.expiredTime)).toMatch(/^\d{10}$/)
    expect(body.TmpSecretId).toBe(body.credentials.tmpSecretId)
    const sdk = sdkWith((_options, callback) => callback(body as never))
    await sdk.putObject({ ...where, Key: 'own/holder/b', Body: 'x' })
    await expect(sdk.putObject({ ...where, Key: 'own/somebody/b', Body: 'x' })).rejects.toMatchObject({
      statusCode: 403,
    })
  })

  // What BasicLifecycleCredentialProvider and SessionCredentialProvider of Android read, and what apps for iOS and mini programs are told to.
  it.each<[string, object | undefined]>([
    ['/sts', undefined],
    ['/sts-scope', [{ action: 'name/cos:PutObject', bucket: BUCKET, prefix: 'own/holder/c', region: 'r' }]],
  ])(
    '%s has each field that session credentials are read from, and none that is taken for a failure',
    async (path, json) => {
      const { status, body } = await cos.ask<Readonly<Record<string, unknown>>>(path, json)
      expect(status).toBe(200)
      const { startTime, expiredTime } = body as { startTime: number; expiredTime: number }
      expect(body).toMatchObject({
        credentials: {
          tmpSecretId: expect.stringMatching(/./),
          tmpSecretKey: expect.stringMatching(/./),
          sessionToken: expect.stringMatching(/./),
        },
        expiration: new Date(expiredTime * 1000).toISOString(),
        requestId: expect.stringMatching(/./),
        StartTime: startTime,
        ExpiredTime: expiredTime,
      })
      for (const time of [startTime, expiredTime]) expect(JSON.stringify(time)).toMatch(/^\d{10}$/)
      const { tmpSecretId, tmpSecretKey, sessionToken } = body.credentials as Record<string, unknown>
      expect([body.TmpSecretId, body.TmpSecretKey]).toEqual([tmpSecretId, tmpSecretKey])
      expect([body.SecurityToken, body.SessionToken]).toEqual([sessionToken, sessionToken])
      // Of 60 s before its end on, Android asks again; and it takes `data` for the whole, a `code` above 0 for a failure.
      expect(expiredTime - startTime).toBeGreaterThan(60)
      expect(['code', 'data', 'Response', 'error'].filter((name) => name in body)).toEqual([])
    },
  )

  it('is a key for one new object where the service chooses keys', async () => {
    const { body } = await cos.ask<Session>('/sts?grant=pictures&filename=me.png')
    expect(body.Key).toMatch(/^pictures\/holder\/[\da-f-]{36}\.png$/)
    const sdk = sdkWith((_options, callback) => callback(body as never))
    const put = (Key: string, ContentType: string, size: number) =>
      sdk.putObject({ ...where, Key, ContentType, Body: 'x'.repeat(size) } as COS.PutObjectParams)
    await put(body.Key ?? '', 'image/png', 100)
    await expect(put(body.Key ?? '', 'image/png', 101)).rejects.toMatchObject({ statusCode: 403 })
    await expect(put(body.Key ?? '', 'text/html', 1)).rejects.toMatchObject({ statusCode: 403 })
    await expect(put('pictures/holder/other.png', 'image/png', 1)).rejects.toMatchObject({ statusCode: 403 })
  })

  it('asks STS once for the same scope, also of many at once', async () => {
    const seen = new Set<string>()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        cos.ask<Session>('/sts-scope', [{ action: 'name/cos:GetObject', prefix: 'own/holder/once' }]),
      ),
    )
    for (const { body } of answers) seen.add(body.TmpSecretId)
    expect(seen.size).toBe(1)
  })
})

describe('POST /v1/credentials', () => {
  it('says what the key is good for and what COS enforces', async () => {
    const { body } = await cos.ask<CredentialsAnswer>('/v1/credentials', { operations: ['download'] })
    expect(body).toMatchObject({ keyPrefix: 'own/holder/', operations: ['download'], region: 'ap-guangzhou' })
    expect(body.effectiveExpiresAt - body.startsAt).toBe(900)
  })

  it('gives no prefix that has objects of others, and nothing that is not granted', async () => {
    const mixed = await cos.ask<Problem>('/v1/credentials', { grant: 'mixed' })
    const more = await cos.ask<Problem>('/v1/credentials', { grant: 'pictures', operations: ['delete'] })
    const other = await cos.ask<Problem>('/v1/credentials', { grant: 'own', key: 'own/somebody/x' })
    const scope = await cos.ask<Problem>('/sts-scope', [
      { action: 'name/cos:GetBucket', prefix: 'own/holder/' },
    ])
    expect([mixed.status, more.status, other.status, scope.status]).toEqual([400, 403, 403, 403])
  })
})
