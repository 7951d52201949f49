import { createHash } from 'node:crypto'
import { createPolicy, createStsClient, type PolicyOperation, type StsClient } from '@cos-presign/sts'
import { CosClient, type Credential, type UploadConstraints } from 'cos-presign'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.ts'

/*
 * What may be uploaded, declared once and compiled to the policy of a temporary key, over the network: for each constraint a request
 * that passes and one that does not, and for those that a key cannot enforce the request that shows it.
 */

const bucket = 'examplebucket-1250000000'
const region = 'ap-guangzhou'
const root = { secretId: 'AKIDroot000000001', secretKey: 'test-secret-root' }
const body = 'a picture of a coast'

let emulator: Emulator
let domain: string
let sts: StsClient
beforeAll(async () => {
  emulator = createEmulator({ credentials: [root], buckets: [bucket], defaultBucket: bucket })
  domain = `127.0.0.1:${(await emulator.listen({ port: 0 })).port}`
  sts = createStsClient({ credential: root, scheme: 'http', endpoint: domain })
})
afterAll(() => emulator.close())

async function issue(operations: PolicyOperation[], constraints: UploadConstraints): Promise<Credential> {
  const grants = [
    {
      operations,
      constraints: constraints.key === undefined ? { keyPrefix: 'u/', ...constraints } : constraints,
    },
  ]
  const { policy } = createPolicy({ bucket, region, grants })
  return (await sts.getFederationToken({ policy })).credential
}

interface Sent {
  readonly method?: 'PUT' | 'POST' | 'DELETE'
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly params?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Sends with a presigned URL; the answer is its status and COS's code. */
async function send(credential: Credential, sent: Sent = {}): Promise<string> {
  const { method = 'PUT', key = 'u/photo.png', headers = {}, params = {} } = sent
  const client = new CosClient({
    Domain: domain,
    Scheme: 'http',
    SecretId: credential.secretId,
    SecretKey: credential.secretKey,
    Token: credential.securityToken,
    TokenExpiresAt: credential.expiresAt,
  })
  const url = client.getPresignedUrl({
    Method: method,
    Bucket: bucket,
    Key: key,
    Headers: headers,
    Params: params,
  })
  // Bytes, since fetch gives a text a content type of its own.
  const bytes = method === 'DELETE' ? null : Buffer.from(sent.body ?? body)
  const answer = await fetch(url, { method, headers, body: bytes })
  const text = await answer.text()
  const id = /<UploadId>(.+)<\/UploadId>/.exec(text)?.[1]
  return id ?? `${answer.status}${/<Code>(.+)<\/Code>/.exec(text)?.[1]?.replace(/^/, ' ') ?? ''}`
}

const PASSED = '200'
const DENIED = '403 AccessDenied'
const png = { 'Content-Type': 'image/png' }

describe('a temporary key enforces', () => {
  it.each<[string, UploadConstraints, Sent, Sent]>([
    ['the key', { key: 'u/photo.png' }, {}, { key: 'u/photo.png2' }],
    ['the prefix', { keyPrefix: 'u/' }, { key: 'u/x' }, { key: 'v/x' }],
    [
      'the content type',
      { contentType: 'image/png' },
      { headers: png },
      { headers: { 'Content-Type': 'text/html' } },
    ],
    ['that there is one', { contentType: 'image/png' }, { headers: png }, {}],
    [
      'a family of types',
      { contentType: 'image/*' },
      { headers: png },
      { headers: { 'Content-Type': 'video/mp4' } },
    ],
    ['the size', { sizeBytes: 20 }, {}, { body: `${body}!` }],
    ['the least size', { minSizeBytes: 20 }, {}, { body: body.slice(1) }],
    ['the largest size', { maxSizeBytes: 20 }, {}, { body: `${body}!` }],
    [
      'the storage class',
      { storageClass: 'STANDARD_IA' },
      { headers: { 'x-cos-storage-class': 'STANDARD_IA' } },
      {},
    ],
    [
      'the default class',
      { storageClass: 'STANDARD' },
      {},
      { headers: { 'x-cos-storage-class': 'ARCHIVE' } },
    ],
    [
      'the ACL',
      { acl: 'private' },
      { headers: { 'x-cos-acl': 'private' } },
      { headers: { 'x-cos-acl': 'public-read' } },
    ],
    [
      'that its header is sent',
      { forbidOverwrite: true },
      { key: 'u/new', headers: { 'x-cos-forbid-overwrite': 'true' } },
      { key: 'u/new' },
    ],
  ])('%s: %j', async (_, constraints, passes, fails) => {
    const key = await issue(['upload'], constraints)
    expect(await send(key, passes)).toBe(PASSED)
    expect(await send(key, fails)).toBe(DENIED)
  })

  it('the address', async () => {
    expect(await send(await issue(['upload'], { clientIps: ['127.0.0.0/8', '::1'] }))).toBe(PASSED)
    expect(await send(await issue(['upload'], { clientIps: ['203.0.113.7'] }))).toBe(DENIED)
  })

  it('that nothing is overwritten, since the header does the rest', async () => {
    const key = await issue(['upload'], { forbidOverwrite: true })
    const keep = { key: 'u/kept', headers: { 'x-cos-forbid-overwrite': 'true' } }
    expect(await send(key, keep)).toBe(PASSED)
    expect(await send(key, keep)).toBe('409 FileAlreadyExists')
    expect(await send(key, { ...keep, headers: { 'x-cos-forbid-overwrite': 'false' } })).toBe(DENIED)
  })

  it('type, class, ACL and no overwriting for uploads in parts too', async () => {
    const key = await issue(['resumable-upload'], { contentType: 'video/*', forbidOverwrite: true })
    const start = { method: 'POST', params: { uploads: '' }, body: '', key: 'u/film.mp4' } as const
    const keep = { 'x-cos-forbid-overwrite': 'true' }
    expect(await send(key, { ...start, headers: keep })).toBe(DENIED)
    expect(await send(key, { ...start, headers: { 'Content-Type': 'video/mp4' } })).toBe(DENIED)
    expect(await send(key, { ...start, headers: { ...keep, 'Content-Type': 'video/mp4' } })).toMatch(
      /^[\da-z]{40,}$/,
    )
  })
})

describe('a temporary key cannot enforce, and says so', () => {
  const says = (operations: PolicyOperation[], constraints: UploadConstraints): string[] => {
    const grants = [{ operations, keyPrefix: 'u/', constraints }]
    const [{ notEnforced } = { notEnforced: [] }] = createPolicy({ bucket, region, grants }).grants
    return notEnforced.map(({ constraint }) => constraint)
  }

  it('the content', async () => {
    const constraints = { contentMd5: createHash('md5').update('another').digest('base64') }
    expect(says(['upload'], constraints)).toEqual(['contentMd5'])
    expect(await send(await issue(['upload'], constraints))).toBe(PASSED)
  })

  it('the speed', async () => {
    const constraints = { speedLimitBitsPerSecond: 819_200 }
    expect(says(['upload'], constraints)).toEqual(['speedLimitBitsPerSecond'])
    expect(await send(await issue(['upload'], constraints))).toBe(PASSED)
  })

  it('the size of an upload in parts', async () => {
    const constraints = { maxSizeBytes: 5 }
    expect(says(['resumable-upload'], constraints)).toEqual(['maxSizeBytes'])
    const key = await issue(['resumable-upload'], constraints)
    expect(await send(key)).toBe(DENIED)
    const uploadId = await send(key, { method: 'POST', params: { uploads: '' }, body: '' })
    expect(await send(key, { params: { partNumber: '1', uploadId } })).toBe(PASSED)
    const etag = createHash('md5').update(body).digest('hex')
    const parts = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`
    expect(await send(key, { method: 'POST', params: { uploadId }, body: parts })).toBe(PASSED)
  })

  it('no overwriting, where it may delete', async () => {
    const constraints = { forbidOverwrite: true }
    expect(says(['upload', 'delete'], constraints)).toEqual(['forbidOverwrite'])
    const key = await issue(['upload', 'delete'], constraints)
    const keep = { key: 'u/gone', headers: { 'x-cos-forbid-overwrite': 'true' } }
    expect(await send(key, keep)).toBe(PASSED)
    expect(await send(key, { method: 'DELETE', key: 'u/gone' })).toBe('204')
    expect(await send(key, keep)).toBe(PASSED)
  })
})
