import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import COS from 'cos-nodejs-sdk-v5'
import { CosClient, createCredential, type PresignedRequest } from 'cos-presign'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../../../tools/testing/chromium.ts'
import { describeWithCurl } from '../../../tools/testing/curl.ts'
import { createEmulator, type Emulator } from '../src/index.ts'

/* Clients that we did not write, against a listening emulator: what they sign and send must be accepted as it is. */

const run = promisify(execFile)
const bucket = 'examplebucket-1250000000'
const region = 'ap-guangzhou'
const permanent = createCredential({ secretId: 'AKIDpermanent00001', secretKey: 'test-secret-permanent' })
const temporary = createCredential({
  secretId: 'AKIDtemporary00001',
  secretKey: 'test-secret-temporary',
  securityToken: 'test-token/with+signs=',
  expiresAt: Math.floor(Date.now() / 1000) + 3600,
})

let emulator: Emulator
let port: number
let directory: string

beforeAll(async () => {
  emulator = createEmulator({ credentials: [permanent, temporary], buckets: [bucket], defaultBucket: bucket })
  port = (await emulator.listen({ port: 0 })).port
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-clients-'))
})

afterAll(async () => {
  await emulator.close()
  await rm(directory, { recursive: true })
})

/** Signs for the address the emulator listens on, which every client can resolve. */
const clientOf = (credential = permanent): CosClient =>
  new CosClient({
    Domain: `127.0.0.1:${port}`,
    Scheme: 'http',
    SecretId: credential.secretId,
    SecretKey: credential.secretKey,
    Token: credential.securityToken,
    TokenExpiresAt: credential.expiresAt,
  })

const KEYS = [
  'plain.txt',
  'a//b',
  'a/../b',
  './a',
  'a%2Fb',
  'a+b c',
  "!'()*~&=;,$@",
  '🦊/値.txt',
  'trailing ',
  '?#[]',
]

describeWithCurl('curl', () => {
  const curl = async (
    presigned: PresignedRequest,
    ...more: string[]
  ): Promise<{ status: string; body: string }> => {
    const headers = Object.entries(presigned.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
    const { stdout } = await run('curl', [
      '-sS',
      '-X',
      presigned.method,
      ...headers,
      '-w',
      '\n%{http_code}',
      ...more,
      presigned.url,
    ])
    const end = stdout.lastIndexOf('\n')
    return { body: stdout.slice(0, end), status: stdout.slice(end + 1) }
  }

  it.each(KEYS)('uploads and downloads %j', async (Key) => {
    const body = `bytes of ${Key}`
    await writeFile(join(directory, 'body'), body)
    const client = clientOf()
    const put = client.presign({
      Method: 'PUT',
      Bucket: bucket,
      Key: `/${Key}`,
      Headers: { 'Content-Type': 'text/plain' },
    })
    expect(await curl(put, '--data-binary', `@${join(directory, 'body')}`)).toEqual({
      status: '200',
      body: '',
    })
    const get = client.presign({ Method: 'GET', Bucket: bucket, Key: `/${Key}` })
    expect(await curl(get)).toEqual({ status: '200', body })
  })

  it('downloads a range, asks for the head, deletes, and is told what went wrong', async () => {
    const client = clientOf(temporary)
    const call = { Bucket: bucket, Key: 'range.txt' }
    await writeFile(join(directory, 'range'), '0123456789')
    await curl(client.presign({ ...call, Method: 'PUT' }), '--upload-file', join(directory, 'range'))
    expect(await curl(client.presign({ ...call, Method: 'GET' }), '-r', '2-4')).toEqual({
      status: '206',
      body: '234',
    })
    const { stdout } = await run('curl', ['-sSI', client.getPresignedUrl({ ...call, Method: 'HEAD' })])
    expect(stdout).toMatch(/^HTTP\/1\.1 200/)
    expect(stdout).toMatch(/content-length: 10\r/i)
    expect(stdout).toMatch(/x-cos-hash-crc64ecma: 2838902930144391966\r/i)
    expect(await curl(client.presign({ ...call, Method: 'DELETE' }))).toMatchObject({ status: '204' })
    const gone = await curl(client.presign({ ...call, Method: 'GET' }))
    expect(gone.status).toBe('404')
    expect(gone.body).toContain('<Code>NoSuchKey</Code>')
  })

  it('uploads 5 MB after asking first (Expect: 100-continue)', async () => {
    const bytes = Buffer.alloc(5_000_000, 'cos')
    await writeFile(join(directory, 'large'), bytes)
    const call = { Bucket: bucket, Key: 'large' }
    const put = clientOf().presign({ ...call, Method: 'PUT' })
    expect(
      await curl(put, '--upload-file', join(directory, 'large'), '-H', 'Expect: 100-continue'),
    ).toMatchObject({ status: '200' })
    await run('curl', ['-sS', '-o', join(directory, 'back'), clientOf().getPresignedDownloadUrl(call)])
    expect((await readFile(join(directory, 'back'))).equals(bytes)).toBe(true)
    // A refused one reads its answer, though it never sends the body.
    const forged = { ...put, url: put.url.replace('/large?', '/larger?') }
    const refused = await curl(forged, '--upload-file', join(directory, 'large'))
    expect(refused.status).toBe('403')
    expect(refused.body).toContain('<Code>SignatureDoesNotMatch</Code>')
  })
})

describe('fetch of Node.js', () => {
  it.each(KEYS)('uploads and downloads %j with a temporary key', async (Key) => {
    const client = clientOf(temporary)
    const put = client.presign({
      Method: 'PUT',
      Bucket: bucket,
      Key: `/${Key}`,
      Headers: { 'x-cos-meta-a': 'b' },
    })
    const stored = await fetch(put.url, { method: 'PUT', headers: put.headers, body: Key })
    expect(stored.status).toBe(200)
    const back = await fetch(client.getPresignedDownloadUrl({ Bucket: bucket, Key: `/${Key}` }))
    expect(back.status).toBe(200)
    expect(back.headers.get('x-cos-meta-a')).toBe('b')
    expect(await back.text()).toBe(Key)
  })
})

describeWithChromium('Chromium', () => {
  it('loads a page that is an object, uploads from it by fetch and downloads', async () => {
    const client = clientOf()
    const page = { Bucket: bucket, Key: 'pages/test.html' }
    const html = client.presign({
      ...page,
      Method: 'PUT',
      Headers: { 'Content-Type': 'text/html; charset=utf-8' },
    })
    const stored = await fetch(html.url, {
      method: 'PUT',
      headers: html.headers,
      body: '<!doctype html><title>値</title>',
    })
    expect(stored.status).toBe(200)
    const browser = await launchChromium()
    try {
      const tab = await browser.newPage()
      await tab.goto(client.getPresignedDownloadUrl(page))
      expect(await tab.title()).toBe('値')
      for (const Key of KEYS) {
        const call = { Bucket: bucket, Key: `/browser/${Key}` }
        const put = client.presign({
          ...call,
          Method: 'PUT',
          Headers: { 'Content-Type': 'application/octet-stream' },
        })
        const get = client.getPresignedDownloadUrl(call)
        const outcome = await tab.evaluate(
          async ([put, get, body]) => {
            const sent = await fetch(put.url, {
              method: 'PUT',
              headers: put.headers,
              body: new TextEncoder().encode(body),
            })
            const back = await fetch(get)
            return [sent.status, back.status, await back.text()]
          },
          [{ url: put.url, headers: { ...put.headers } }, get, `from the browser: ${Key}`] as const,
        )
        expect(outcome, Key).toEqual([200, 200, `from the browser: ${Key}`])
      }
    } finally {
      await browser.close()
    }
  })
})

async function get(url: string): Promise<[status: number, body: string]> {
  const response = await fetch(url)
  return [response.status, await response.text()]
}

/** Asks the emulator for the whole URL, as a client does whose proxy it is. */
async function getThroughProxy(url: string): Promise<[status: number, body: string]> {
  const sent = request({ host: '127.0.0.1', port, path: url, headers: { host: new URL(url).host } }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return [response.statusCode ?? 0, await text(response)]
}

describe.each([
  [
    'through Domain and the default bucket',
    (): COS.COSOptions => ({ Domain: `127.0.0.1:${port}`, Protocol: 'http:' }),
  ],
  [
    'through Proxy, with production host names',
    (): COS.COSOptions => ({ Proxy: `http://127.0.0.1:${port}`, Protocol: 'http:' }),
  ],
])('cos-nodejs-sdk-v5 %s', (how, options) => {
  const keys = [
    ['a permanent key', () => ({ SecretId: permanent.secretId, SecretKey: permanent.secretKey })],
    [
      'a temporary key',
      () => ({
        SecretId: temporary.secretId,
        SecretKey: temporary.secretKey,
        SecurityToken: temporary.securityToken as string,
      }),
    ],
  ] as const

  it.each(keys)(
    'puts, gets whole and by range, heads, signs a URL for and deletes an object with %s',
    async (_, key) => {
      const cos = new COS({ ...key(), ...options() })
      const object = { Bucket: bucket, Region: region, Key: 'sdk/値 a+b.txt' }
      const stored = await cos.putObject({
        ...object,
        Body: Buffer.from('0123456789'),
        ContentType: 'text/plain',
      })
      expect(stored.statusCode).toBe(200)
      expect(stored.ETag).toBe('"781e5e245d69b566979b86e28d23f2c7"')
      expect(String((await cos.getObject(object)).Body)).toBe('0123456789')
      const part = await cos.getObject({ ...object, Range: 'bytes=3-5' })
      expect([part.statusCode, String(part.Body)]).toEqual([206, '345'])
      const head = await cos.headObject(object)
      expect(head.headers).toMatchObject({ 'content-length': '10', 'content-type': 'text/plain' })
      const url = cos.getObjectUrl({ ...object, Sign: true }, () => undefined)
      expect(await (how.includes('Proxy') ? getThroughProxy(url) : get(url))).toEqual([200, '0123456789'])
      expect((await cos.deleteObject(object)).statusCode).toBe(204)
      await expect(cos.headObject(object)).rejects.toMatchObject({ statusCode: 404 })
    },
  )

  it('is refused with a wrong key, in COS’s words', async () => {
    const cos = new COS({ SecretId: permanent.secretId, SecretKey: 'wrong', ...options() })
    await expect(cos.getObject({ Bucket: bucket, Region: region, Key: 'x' })).rejects.toMatchObject({
      statusCode: 403,
      code: 'SignatureDoesNotMatch',
    })
  })
})
