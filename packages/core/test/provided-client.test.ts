import { describe, expect, it } from 'vitest'
import {
  type Credential,
  type CredentialRequest,
  createCredential,
  parseAuthorization,
  parsePresignedUrl,
  presignUpload,
} from '../src/index.ts'
import { bucket, clientOf, get, object, token } from './fixtures.ts'

const second = 1_700_000_000
const base = clientOf({ TokenExpiresAt: 1 })

/** A temporary key that dies so many seconds from now. */
const keyFor = (seconds: number, id = 'AKIDprovided00000001'): Credential =>
  createCredential({
    secretId: id,
    secretKey: 'provided-SECRET',
    securityToken: token,
    expiresAt: second + seconds,
  })

describe('withCredentials', () => {
  it('signs with what the provider gives, as a client with that key does', async () => {
    const provided = base.withCredentials(async () => keyFor(3600))
    const same = clientOf({
      SecretId: 'AKIDprovided00000001',
      SecretKey: 'provided-SECRET',
      Token: token,
      TokenExpiresAt: second + 3600,
    })
    const put = { ...get, Method: 'PUT', Headers: { 'x-cos-acl': 'private' } } as const
    expect(await provided.getAuth(put)).toBe(same.getAuth(put))
    expect(await provided.getPresignedUrl(put)).toBe(same.getPresignedUrl(put))
    expect(await provided.getPresignedDownloadUrl(object)).toBe(same.getPresignedDownloadUrl(object))
    expect(await provided.presign(put)).toEqual(same.presign(put))
    expect(await provided.authorize(put)).toEqual(same.authorize(put))
    expect((await provided.toClient(object)).getPresignedUrl(get)).toBe(same.getPresignedUrl(get))
  })

  it('signs headers and parameters that can be read once', async () => {
    const provided = base.withCredentials(async () => keyFor(3600))
    const once = () => ({
      Params: new Map([['versionId', 'v']]).entries(),
      Headers: new Map([['x-cos-acl', 'private']]).entries(),
    })
    const url = parsePresignedUrl(await provided.getPresignedUrl({ ...get, ...once() }))
    expect(url.headerList).toEqual(['host', 'x-cos-acl'])
    expect(url.urlParamList).toContain('versionid')
    const { headerList } = parseAuthorization(await provided.getAuth({ ...get, ...once() }))
    expect(headerList).toContain('x-cos-acl')
  })

  it('keeps all other options of the client', async () => {
    const client = clientOf({
      Domain: 'files.example.com',
      Scheme: 'http',
      SignHost: false,
      ExpiryPolicy: 'throw',
    })
    const url = await client.withCredentials(async () => keyFor(3600)).getPresignedDownloadUrl(object)
    expect(parsePresignedUrl(url)).toMatchObject({
      scheme: 'http',
      host: 'files.example.com',
      headerList: [],
    })
    await expect(client.withCredentials(async () => keyFor(299)).getPresignedUrl(get)).rejects.toMatchObject({
      code: 'ERR_CREDENTIAL_EXPIRES_EARLY',
    })
  })

  it('tells the provider what will be signed and until when, so that it refreshes a key that dies before', async () => {
    const requests: (CredentialRequest | undefined)[] = []
    const provided = base.withCredentials((request) => {
      requests.push(request)
      const needed = (request?.validUntil ?? 0) - second
      return Promise.resolve(needed > 60 ? keyFor(needed, 'AKIDrefreshed0000001') : keyFor(60))
    })
    const { effectiveExpiresAt, url } = await provided.presign({
      ...get,
      Method: 'PUT',
      Key: '/a/b.txt',
      Expired: 600,
    })
    expect(effectiveExpiresAt).toBe(second + 600)
    expect(parsePresignedUrl(url).secretId).toBe('AKIDrefreshed0000001')
    await provided.getPresignedDownloadUrl({ ...object, Expired: 60 })
    await provided.getPresignedDownloadUrl({ ...object, Expired: 60, StableFor: 1000 })
    await provided.getAuth({ Bucket: bucket, Key: '/', Method: 'GET' })
    expect(requests).toEqual([
      { method: 'PUT', bucket, key: 'a/b.txt', validUntil: second + 600 },
      { method: 'GET', bucket, key: 'a/b.txt', validUntil: second + 60 },
      { method: 'GET', bucket, key: 'a/b.txt', validUntil: second + 1060 },
      { method: 'GET', bucket, key: '', validUntil: second + 300 },
    ])
  })

  it('ends a signature with a key that is no longer to be had, and takes no dead one', async () => {
    const provided = base.withCredentials(async () => keyFor(60))
    expect((await provided.presign(get)).expiresAt).toBe(second + 60)
    expect(parseAuthorization(await provided.getAuth(get)).signTime.expiresAt).toBe(second + 60)
    await expect(provided.presign({ ...get, StableFor: 10, Expired: 61 })).rejects.toMatchObject({
      code: 'ERR_CREDENTIAL_EXPIRES_EARLY',
    })
    const dead = base.withCredentials(async () => keyFor(0))
    await expect(dead.getPresignedUrl(get)).rejects.toMatchObject({ code: 'ERR_CREDENTIAL_EXPIRED' })
  })

  it('serves the functions that take a client', async () => {
    const provided = base.withCredentials(async () => keyFor(3600))
    const upload = presignUpload(await provided.toClient(object), object, { contentType: 'text/plain' })
    expect(upload.enforced).toEqual(['contentType'])
    expect(parsePresignedUrl(upload.url).secretId).toBe('AKIDprovided00000001')
  })

  it('asks anew each time: a provider that changes its key in place is followed', async () => {
    const changing = { secretId: 'AKIDone', secretKey: 'one', expiresAt: second + 100 }
    const provided = base.withCredentials(async () => changing)
    expect(parsePresignedUrl(await provided.getPresignedUrl(get)).secretId).toBe('AKIDone')
    Object.assign(changing, { secretId: 'AKIDtwo', secretKey: 'two' })
    expect(parsePresignedUrl(await provided.getPresignedUrl(get)).secretId).toBe('AKIDtwo')
  })

  it('rejects what is wrong before it asks, and passes on what the provider says', async () => {
    let asked = 0
    const provided = base.withCredentials(() => {
      asked += 1
      return Promise.reject(new Error('no network'))
    })
    await expect(provided.getPresignedUrl({ ...get, Expired: 0 })).rejects.toThrow(/"Expired"/)
    await expect(provided.getPresignedUrl(undefined as never)).rejects.toThrow(/"Bucket"/)
    expect(asked).toBe(0)
    await expect(provided.getAuth(get)).rejects.toThrow('no network')
    expect(() => base.withCredentials({} as never)).toThrow(/"provider" must be a function/)
  })

  it('names what a provider gave that is no credential', async () => {
    const give = (credential: unknown): Promise<string> =>
      base.withCredentials(async () => credential as Credential).getPresignedUrl(get)
    await expect(give({ secretId: 'AKID' })).rejects.toThrow(/"SecretKey" must be a string/)
    await expect(give(undefined)).rejects.toThrow(TypeError)
  })
})
