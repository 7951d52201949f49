import { createHash } from 'node:crypto'
import COS from 'cos-nodejs-sdk-v5'
import { createCredential } from 'cos-presign'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.ts'

/* The vendor's SDK for Node.js, unmodified, against what is set for buckets and objects. */

const Bucket = 'examplebucket-1250000000'
const Region = 'ap-guangzhou'
const key = createCredential({ secretId: 'AKIDpermanent00001', secretKey: 'test-secret-permanent' })
const OWNER = 'qcs::cam::uin/1250000000:uin/1250000000'
const STRANGER = 'qcs::cam::uin/100000000001:uin/100000000001'
const object = { Bucket, Region, Key: 'folder/値 a+b.txt' }

let emulator: Emulator
let url: string
let cos: COS
const clientOf = (options: COS.COSOptions): COS =>
  new COS({ SecretId: key.secretId, SecretKey: key.secretKey, Protocol: 'http:', ...options })

beforeAll(async () => {
  emulator = createEmulator({ credentials: [key], buckets: [Bucket] })
  url = (await emulator.listen()).url
  cos = clientOf({ Proxy: url })
  await cos.putObject({ ...object, Body: 'text' })
})
afterAll(() => emulator.close())

describe('cos-nodejs-sdk-v5', () => {
  it('sets, reads and deletes a CORS configuration, and reads none as an empty list', async () => {
    const origins = ['https://a.example', 'https://*.b.example']
    const rule = {
      AllowedOrigin: origins,
      AllowedMethod: ['PUT', 'GET'],
      AllowedHeader: ['*'],
      ExposeHeader: ['ETag', 'x-cos-request-id'],
      MaxAgeSeconds: 600,
    }
    expect((await cos.getBucketCors({ Bucket, Region })).CORSRules).toEqual([])
    const params: COS.PutBucketCorsParams = { Bucket, Region, CORSRules: [rule], ResponseVary: 'true' }
    expect((await cos.putBucketCors(params)).statusCode).toBe(200)
    expect(await cos.getBucketCors({ Bucket, Region })).toMatchObject({
      CORSRules: [{ AllowedOrigins: origins, AllowedMethods: ['PUT', 'GET'], MaxAgeSeconds: '600' }],
      ResponseVary: 'true',
    })

    const preflight = {
      ...object,
      Origin: 'https://x.b.example',
      AccessControlRequestMethod: 'PUT' as const,
      AccessControlRequestHeaders: 'x-cos-meta-a',
    }
    expect(await cos.optionsObject(preflight)).toMatchObject({
      AccessControlAllowOrigin: 'https://x.b.example',
      AccessControlAllowMethods: 'PUT,GET',
      AccessControlAllowHeaders: 'x-cos-meta-a',
      AccessControlExposeHeaders: 'ETag,x-cos-request-id',
      AccessControlMaxAge: '600',
    })
    const refused = await cos.optionsObject({ ...preflight, Origin: 'https://c.example' })
    expect(refused).toMatchObject({ OptionsForbidden: true, statusCode: 403 })
    expect((await cos.deleteBucketCors({ Bucket, Region })).statusCode).toBe(204)
    expect((await cos.getBucketCors({ Bucket, Region })).CORSRules).toEqual([])
  })

  it.each(['public-read', 'public-read-write', 'private'] as const)(
    'sets the bucket’s ACL to %s',
    async (ACL) => {
      await cos.putBucketAcl({ Bucket, Region, ACL })
      expect(await cos.getBucketAcl({ Bucket, Region })).toMatchObject({ ACL, Owner: { ID: OWNER } })
    },
  )

  it('grants by headers and by a document, for a bucket and for an object', async () => {
    const id = `id="${STRANGER}"`
    await cos.putBucketAcl({ Bucket, Region, GrantRead: id, GrantWrite: id, GrantReadAcp: id })
    expect(await cos.getBucketAcl({ Bucket, Region })).toMatchObject({
      ACL: 'private',
      GrantRead: id,
      GrantWrite: id,
      GrantReadAcp: id,
    })
    const AccessControlPolicy = {
      Owner: { ID: OWNER },
      Grants: [{ Grantee: { ID: STRANGER }, Permission: 'FULL_CONTROL' as const }],
    }
    await cos.putBucketAcl({ Bucket, Region, AccessControlPolicy })
    expect(await cos.getBucketAcl({ Bucket, Region })).toMatchObject({ ACL: 'private', GrantFullControl: id })
    const withPolicy = { ...object, AccessControlPolicy }
    await cos.putObjectAcl(withPolicy)
    expect(await cos.getObjectAcl(object)).toMatchObject({ ACL: 'private', GrantFullControl: id })
    await cos.putBucketAcl({ Bucket, Region, ACL: 'private' })
  })

  it('sets the ACL of an object, with the object and on its own, and reads an inherited one as default', async () => {
    expect(await cos.getObjectAcl(object)).toMatchObject({ Owner: { ID: OWNER } })
    await cos.putObjectAcl({ ...object, ACL: 'public-read' })
    expect((await cos.getObjectAcl(object)).ACL).toBe('public-read')
    const anonymous = {
      headers: { host: `${Bucket}.localhost` },
      method: 'GET',
      target: '/folder/%E5%80%A4%20a+b.txt',
    }
    expect((await emulator.inject(anonymous)).body.toString()).toBe('text')
    await cos.putObjectAcl({ ...object, ACL: 'default' })
    expect((await cos.getObjectAcl(object)).ACL).toBe('default')
    await cos.putObject({ ...object, Key: 'public', Body: 'x', ACL: 'public-read' })
    expect((await cos.getObjectAcl({ ...object, Key: 'public' })).ACL).toBe('public-read')
  })

  it('makes a bucket with an ACL, asks for its head, place and versioning, lists it and deletes it', async () => {
    const made = { Bucket: 'newbucket-1250000000', Region }
    await cos.putBucket({ ...made, ACL: 'public-read' })
    expect((await cos.getBucketAcl(made)).ACL).toBe('public-read')
    expect((await cos.headBucket(made)).headers).toMatchObject({ 'x-cos-bucket-region': Region })
    const location = await cos.getBucketLocation(made)
    expect(location).toMatchObject({ LocationConstraint: Region })
    expect(await cos.getBucketVersioning(made)).toMatchObject({ VersioningConfiguration: {} })
    const { Buckets, Owner } = await cos.getService()
    expect(Owner).toMatchObject({ ID: OWNER })
    expect(Buckets).toMatchObject([
      { Name: Bucket, Location: Region, BucketType: 'cos' },
      { Name: made.Bucket, CreationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) },
    ])
    expect((await cos.getService({ Region })).Buckets).toHaveLength(2)
    await cos.deleteBucket(made)
    await expect(cos.headBucket(made)).rejects.toMatchObject({ statusCode: 404 })
  })

  it('limits the speed of an upload', async () => {
    const startedAt = Date.now()
    const Body = Buffer.alloc(50_000, 'slow')
    const slow = { ...object, Key: 'slow', Body, TrafficLimit: 819_200 }
    await cos.putObject(slow)
    expect(Date.now() - startedAt).toBeGreaterThan(450)
    const md5 = createHash('md5').update(Body).digest('hex')
    expect((await cos.headObject({ ...object, Key: 'slow' })).ETag).toBe(`"${md5}"`)
  })

  it('works with a bucket in strict signature mode', async () => {
    await emulator.updateBucket(Bucket, { strictSignature: true })
    await cos.putObject({ ...object, Body: 'strict', ContentType: 'text/plain', ACL: 'private' })
    expect(String((await cos.getObject({ ...object, Range: 'bytes=0-2' })).Body)).toBe('str')
    await emulator.updateBucket(Bucket, { strictSignature: false })
  })
})
