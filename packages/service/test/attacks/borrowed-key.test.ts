import { CosClient } from 'cos-presign'
import { beforeAll, describe, expect, it } from 'vitest'
import { type GrantOptions, ServiceError } from '../../src/index.ts'
import { useCos } from '../cos.ts'
import { BUCKET, CREDENTIAL, createFixture } from '../fixture.ts'

/*
 * What `sts` keeps an uploader from. COS does what an added header says, with the rights of the key that signed; so a caller of this service
 * with a grant of their own tries to get the diary of another.
 */

const files: GrantOptions = {
  name: 'files',
  bucket: BUCKET,
  key: 'files/{sub}/{uuid}-{filename}',
  operations: ['upload', 'download'],
}
const grants: GrantOptions[] = [
  files,
  { ...files, name: 'forms', key: 'forms/{sub}/{uuid}', forms: ['post'] },
  { ...files, name: 'puts', key: 'puts/{sub}/{uuid}', forms: ['put'] },
  { ...files, name: 'parts', key: 'parts/{sub}/{uuid}', operations: ['multipart'] },
]
const DIARY = 'files/victim/diary.txt'
const options = { grants, dialects: { tencentSamples: 'on' } } as const

const without = useCos({ ...options })
const withSts = useCos({ ...options, sts: 'late' })

interface Presigned {
  readonly url: string
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
}

beforeAll(async () => {
  for (const { domain } of [without, withSts]) {
    const { secretId: SecretId, secretKey: SecretKey } = CREDENTIAL
    const owner = new CosClient({ Domain: domain, Scheme: 'http', SecretId, SecretKey })
    const { url } = owner.presign({ Method: 'PUT', Bucket: BUCKET, Key: DIARY })
    expect((await fetch(url, { method: 'PUT', body: 'dear diary' })).status).toBe(200)
  }
})

/** Presigns a PUT, adds the header that copies, and downloads what came of it. */
async function steal({ ask, domain }: typeof without): Promise<string> {
  const { body } = await ask<Presigned>('/v1/uploads', { grant: 'files', filename: 'mine.txt' })
  const { host: _host, Host: _Host, ...sent } = body.headers
  const source = `${domain}/${DIARY}`
  const copied = await fetch(body.url, { method: 'PUT', headers: { ...sent, 'x-cos-copy-source': source } })
  const download = await ask<Presigned>('/v1/downloads', { key: body.key })
  const found = await fetch(download.body.url)
  return `${copied.status} ${found.ok ? await found.text() : found.status}`
}

describe('a presigned PUT to which x-cos-copy-source is added', () => {
  it('steals the object of another where sts is false, as the notice at the start says', async () => {
    expect(await steal(without)).toBe('200 dear diary')
    const notice = expect.objectContaining({
      level: 'warn',
      event: 'notice',
      message: expect.stringMatching(
        /^UPLOADERS CAN BORROW THE KEY: sts is false.*by files, puts, parts can do.*x-cos-copy-source/,
      ),
    })
    expect(without.fixture.noticesAtStart).toContainEqual(notice)
  })

  it('steals nothing where there is an STS, and nobody is warned', async () => {
    expect(await steal(withSts)).toBe('403 404')
    expect(withSts.fixture.noticesAtStart).not.toContainEqual(expect.objectContaining({ event: 'notice' }))
  })
})

describe('a presigned GET to which a parameter is added', () => {
  it('shows the ACL where sts is false, and is refused where there is an STS', async () => {
    const acls: number[] = []
    for (const { ask } of [without, withSts]) {
      const { body: upload } = await ask<Presigned>('/v1/uploads', { grant: 'files' })
      const { host: _host, Host: _Host, ...headers } = upload.headers
      expect((await fetch(upload.url, { method: 'PUT', headers, body: 'x' })).status).toBe(200)
      const { body } = await ask<Presigned>('/v1/downloads', { key: upload.key })
      expect(await (await fetch(body.url)).text()).toBe('x')
      acls.push((await fetch(`${body.url}&acl`)).status)
    }
    expect(acls).toEqual([200, 403])
  })
})

describe('the choice of sts', () => {
  it.each([[['upload']], [['multipart']]] as const)(
    'is asked for at the start where a grant allows %j, and each answer explained',
    async (operations) => {
      const refused = createFixture({ sts: undefined, grants: [{ ...files, operations }] })
      await expect(refused).rejects.toThrow(ServiceError)
      await expect(refused).rejects.toThrow(
        /^The grant "files" allows uploads, so "sts" must say.*An object, such as \{\}:.*false: the service's own key/,
      )
    },
  )

  it('is not asked for where nothing is written', async () => {
    const { noticesAtStart } = await createFixture({
      sts: undefined,
      grants: [{ ...files, operations: ['download'] }],
    })
    expect(noticesAtStart).toEqual([])
  })

  it('warns of nothing where only forms are handed out', async () => {
    const { noticesAtStart } = await createFixture({ grants: [{ ...files, forms: ['post'] }] })
    expect(noticesAtStart).toEqual([])
  })
})

describe('a grant with forms: [post]', () => {
  const key = 'forms/holder/00000000-0000-4000-8000-000000000000'
  it.each<[string, unknown]>([
    ['/v1/uploads', { grant: 'forms' }],
    ['/v1/uploads', { grant: 'forms', form: 'put' }],
    ['/v1/authorizations', { grant: 'forms', method: 'PUT', key }],
    ['/v1/authorizations', { method: 'POST', key, params: { uploads: '' } }],
    ['/v1/authorizations', { method: 'PUT', key, params: { uploadId: 'x', partNumber: '1' } }],
    ['/v1/multipart', { grant: 'forms' }],
    ['/v1/multipart/x/parts', { key, partNumbers: [1] }],
    ['/authorization?grant=forms', { Method: 'PUT', Key: key }],
    ['/s3/params?grant=forms&filename=a&method=PUT', undefined],
    ['/put-sign?grant=forms', undefined],
    ['/put-sign-limit?grant=forms', undefined],
    ['/sts-direct-sign?grant=forms', undefined],
  ])('signs no PUT and no part: %s %j', async (path, json) => {
    expect((await without.ask(path, json)).status).toBe(403)
  })

  it('hands out forms, and says so where a PUT is asked for', async () => {
    const { body } = await without.ask<Record<string, unknown>>('/v1/uploads', { grant: 'forms' })
    expect(body).toMatchObject({
      grant: 'forms',
      detail: `The grant "forms" allows uploads by post alone; ask for form: 'post'`,
    })
    expect((await without.ask('/v1/uploads', { grant: 'forms', form: 'post' })).status).toBe(200)
    expect((await without.ask('/s3/params?grant=forms&filename=a')).status).toBe(200)
    expect((await without.ask('/post-policy?grant=forms')).status).toBe(200)
    const asked = { method: 'PUT', key: 'a.txt' }
    const { body: uppy } = await without.ask<{ fields?: object }>('/s3/presign?grant=forms', asked)
    expect(uppy.fields).toBeDefined()
  })

  it('cannot have parts', async () => {
    const grant: GrantOptions = { ...files, forms: ['post'], operations: ['upload', 'multipart'] }
    await expect(createFixture({ grants: [grant] })).rejects.toThrow(
      'The grant "files" cannot be: its forms lack put, by which parts are sent, but it allows multipart',
    )
  })

  it('has a counterpart, of PUTs alone', async () => {
    expect((await without.ask('/v1/uploads', { grant: 'puts', form: 'post' })).status).toBe(403)
    expect((await without.ask('/v1/uploads', { grant: 'puts' })).status).toBe(200)
  })
})
