import { createHash } from 'node:crypto'
import { createEmulator, type Emulator } from '@cos-presign/emulator'
import {
  type ConstraintName,
  CosClient,
  getPresignedPost,
  type Pairs,
  presignUpload,
  type UploadConstraints,
} from 'cos-presign'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../testing/chromium.ts'

/*
 * Every constraint on an upload, through the network: one request that the emulator accepts and one that it refuses. Where a form of
 * upload cannot enforce a constraint it says so, and the request that breaks it passes. For temporary keys it is
 * packages/emulator/test/key-constraints.test.ts.
 */

const bucket = 'examplebucket-1250000000'
const secretId = 'AKIDconstraints00001'
const secretKey = 'test-secret-of-the-constraints'
const content = 'ObjectContent'
const md5 = createHash('md5').update(content).digest('base64')

let emulator: Emulator
let client: CosClient
let count = 0

beforeAll(async () => {
  emulator = createEmulator({
    credentials: [{ secretId, secretKey }],
    buckets: [bucket],
    defaultBucket: bucket,
  })
  const { port } = await emulator.listen({ port: 0 })
  client = new CosClient({
    Domain: `127.0.0.1:${port}`,
    Scheme: 'http',
    SecretId: secretId,
    SecretKey: secretKey,
  })
})
afterAll(async () => await emulator.close())

/** A key that no other test uses. */
const newKey = (): string => `users/42/${count++}.png`

interface Attempt {
  readonly status: number
  readonly code: string | undefined
}

async function readAttempt(response: Response): Promise<Attempt> {
  return { status: response.status, code: /<Code>(.*?)<\/Code>/.exec(await response.text())?.[1] }
}

/** What a sender does otherwise than it was told. */
interface Deviation {
  readonly url?: (url: string) => string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly twice?: boolean
}

describe('a presigned PUT', () => {
  async function put(
    constraints: UploadConstraints,
    announced: Pairs,
    { url = (same) => same, headers = {}, body = content, twice }: Deviation,
    key = newKey(),
  ): Promise<Attempt> {
    const upload = presignUpload(client, { Bucket: bucket, Key: key, Headers: announced }, constraints)
    // fetch says the length itself.
    const { 'Content-Length': _, ...sent } = { ...upload.headers, ...headers }
    const send = async (): Promise<Attempt> =>
      await readAttempt(await fetch(url(upload.url), { method: 'PUT', headers: sent, body }))
    if (twice) await send()
    return await send()
  }

  it.each<[ConstraintName, UploadConstraints, Pairs, Deviation, string]>([
    [
      'key',
      { key: 'one/key.png' },
      {},
      { url: (url) => url.replace('key.png', 'other.png') },
      'SignatureDoesNotMatch',
    ],
    [
      'keyPrefix',
      { keyPrefix: 'users/42/' },
      {},
      { url: (url) => url.replace('/42/', '/43/') },
      'SignatureDoesNotMatch',
    ],
    [
      'contentType',
      { contentType: 'image/png' },
      {},
      { headers: { 'Content-Type': 'text/html' } },
      'SignatureDoesNotMatch',
    ],
    [
      'contentType',
      { contentType: 'image/*' },
      { 'Content-Type': 'image/png' },
      { headers: { 'Content-Type': 'image/gif' } },
      'SignatureDoesNotMatch',
    ],
    ['sizeBytes', { sizeBytes: 13 }, {}, { body: `${content}!` }, 'SignatureDoesNotMatch'],
    [
      'minSizeBytes',
      { minSizeBytes: 10 },
      { 'Content-Length': 13 },
      { body: 'short' },
      'SignatureDoesNotMatch',
    ],
    [
      'maxSizeBytes',
      { maxSizeBytes: 20 },
      { 'Content-Length': 13 },
      { body: content.repeat(9) },
      'SignatureDoesNotMatch',
    ],
    ['contentMd5', { contentMd5: md5 }, {}, { body: 'OtherContents' }, 'BadDigest'],
    ['forbidOverwrite', { forbidOverwrite: true }, {}, { twice: true }, 'FileAlreadyExists'],
    [
      'storageClass',
      { storageClass: 'STANDARD_IA' },
      {},
      { headers: { 'x-cos-storage-class': 'STANDARD' } },
      'SignatureDoesNotMatch',
    ],
    ['acl', { acl: 'private' }, {}, { headers: { 'x-cos-acl': 'public-read' } }, 'SignatureDoesNotMatch'],
    [
      'speedLimitBitsPerSecond',
      { speedLimitBitsPerSecond: 819_200 },
      {},
      { headers: { 'x-cos-traffic-limit': '838860800' } },
      'SignatureDoesNotMatch',
    ],
  ])('enforces %s of %j', async (name, constraints, announced, deviation, code) => {
    const { key } = constraints
    expect(
      presignUpload(client, { Bucket: bucket, Key: key ?? newKey(), Headers: announced }, constraints),
    ).toMatchObject({ enforced: [name], notEnforced: [] })
    expect(await put(constraints, announced, {}, key)).toEqual({ status: 200, code: undefined })
    expect(await put(constraints, announced, deviation, key)).toMatchObject({ code })
  })

  it.each<[ConstraintName, UploadConstraints, Deviation]>([
    ['contentType', { contentType: 'image/*' }, { headers: { 'Content-Type': 'text/html' } }],
    ['minSizeBytes', { minSizeBytes: 10 }, { body: 'short' }],
    ['maxSizeBytes', { maxSizeBytes: 20 }, { body: content.repeat(9) }],
    ['clientIps', { clientIps: ['203.0.113.7'] }, {}],
  ])('says that it cannot enforce %s of %j, and it does not', async (name, constraints, deviation) => {
    const { enforced, notEnforced } = presignUpload(client, { Bucket: bucket, Key: newKey() }, constraints)
    expect(enforced).toEqual([])
    expect(notEnforced).toMatchObject([{ constraint: name }])
    expect(await put(constraints, {}, deviation)).toEqual({ status: 200, code: undefined })
  })
})

describeWithChromium('a POST form, sent by Chromium', () => {
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    browser = await launchChromium()
    page = await browser.newPage()
    const html = {
      Method: 'PUT',
      Bucket: bucket,
      Key: 'page.html',
      Headers: { 'Content-Type': 'text/html' },
    } as const
    const { url, headers } = client.presign(html)
    await fetch(url, { method: 'PUT', headers, body: '<title>form</title>' })
    await page.goto(
      client.getPresignedDownloadUrl({ Bucket: bucket, Key: 'page.html', Disposition: 'inline' }),
    )
  }, 60_000)
  afterAll(async () => await browser.close())

  /** Sends the form with some fields changed, or taken away. */
  async function post(
    constraints: UploadConstraints,
    changes: Readonly<Record<string, string | null>>,
    body = content,
  ): Promise<Attempt> {
    const form = getPresignedPost(client, { Bucket: bucket }, constraints)
    const fields = { ...form.fields, ...changes }
    return await page.evaluate(
      async ([url, entries, text]) => {
        const data = new FormData()
        for (const [name, value] of entries) if (value !== null) data.append(name, value)
        data.append('file', new Blob([text], { type: 'text/plain' }), 'photo.png')
        const response = await fetch(url, { method: 'POST', body: data })
        return { status: response.status, code: /<Code>(.*?)<\/Code>/.exec(await response.text())?.[1] }
      },
      [form.url, Object.entries(fields) as [string, string | null][], body] as const,
    )
  }

  const anyKey = { keyPrefix: 'forms/' }
  const png = { 'Content-Type': 'image/png' }

  it.each<
    [ConstraintName, UploadConstraints, Record<string, string>, Record<string, string | null>, string, string]
  >([
    ['key', { key: 'forms/one.png' }, {}, { key: 'forms/two.png' }, content, 'AccessDenied'],
    ['keyPrefix', anyKey, {}, { key: 'elsewhere/a.png' }, content, 'AccessDenied'],
    [
      'contentType',
      { ...anyKey, contentType: 'image/png' },
      {},
      { 'Content-Type': 'text/html' },
      content,
      'AccessDenied',
    ],
    [
      'contentType',
      { ...anyKey, contentType: 'image/*' },
      png,
      { 'Content-Type': 'text/html' },
      content,
      'AccessDenied',
    ],
    ['sizeBytes', { ...anyKey, sizeBytes: 13 }, {}, {}, `${content}!`, 'EntityTooLarge'],
    ['minSizeBytes', { ...anyKey, minSizeBytes: 10 }, {}, {}, 'short', 'EntityTooSmall'],
    ['maxSizeBytes', { ...anyKey, maxSizeBytes: 20 }, {}, {}, content.repeat(9), 'EntityTooLarge'],
    [
      'storageClass',
      { ...anyKey, storageClass: 'STANDARD_IA' },
      {},
      { 'x-cos-storage-class': 'STANDARD' },
      content,
      'AccessDenied',
    ],
    ['acl', { ...anyKey, acl: 'private' }, {}, { acl: 'public-read' }, content, 'AccessDenied'],
    [
      'speedLimitBitsPerSecond',
      { ...anyKey, speedLimitBitsPerSecond: 819_200 },
      {},
      { 'x-cos-traffic-limit': null },
      content,
      'AccessDenied',
    ],
  ])('enforces %s of %j', async (name, constraints, filled, changes, body, code) => {
    const { enforced, notEnforced } = getPresignedPost(client, { Bucket: bucket }, constraints)
    expect(enforced).toContain(name)
    expect(notEnforced).toEqual([])
    expect(await post(constraints, filled)).toMatchObject({ status: 204 })
    expect(await post(constraints, { ...filled, ...changes }, body)).toMatchObject({ code })
  })

  it.each<[ConstraintName, UploadConstraints, Record<string, string | null>, string]>([
    ['contentMd5', { contentMd5: md5 }, { 'Content-MD5': null }, 'OtherContents'],
    ['forbidOverwrite', { forbidOverwrite: true }, { key: 'forms/again.png' }, content],
    ['clientIps', { clientIps: ['203.0.113.7'] }, {}, content],
  ])('says that it cannot enforce %s of %j, and it does not', async (name, constraints, changes, body) => {
    const all = { ...anyKey, ...constraints }
    const { enforced, notEnforced } = getPresignedPost(client, { Bucket: bucket }, all)
    expect(enforced).toEqual(['keyPrefix'])
    expect(notEnforced).toMatchObject([{ constraint: name }])
    await post(all, changes, content)
    expect(await post(all, changes, body)).toMatchObject({ status: 204 })
  })

  it('checks an MD5 all the same when the sender sends it', async () => {
    const constraints = { ...anyKey, contentMd5: md5 }
    expect(await post(constraints, {})).toMatchObject({ status: 204 })
    expect(await post(constraints, {}, 'OtherContents')).toMatchObject({ code: 'BadDigest' })
  })
})
