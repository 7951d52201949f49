import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createPolicy, createStsClient } from '@cos-presign/sts'
import COS from 'cos-nodejs-sdk-v5'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../../../tools/testing/chromium.ts'
import { createEmulator, type Emulator } from '../src/index.ts'

/*
 * The vendor's SDK for browsers, unmodified, in a page of another origin. It signs with temporary keys that a small backend gets
 * from the emulator's own STS, and so needs CORS, STS, policies and multipart uploads to be as the real ones are.
 */

const Bucket = 'examplebucket-1250000000'
const Region = 'ap-guangzhou'
const MIB = 1024 ** 2
const root = { secretId: 'AKIDroot000000001', secretKey: 'test-secret-root' }
const sdk = readFileSync(createRequire(import.meta.url).resolve('cos-js-sdk-v5/dist/cos-js-sdk-v5.min.js'))

const PAGE = `<!doctype html><meta charset="utf-8"><script src="/sdk.js"></script>
<script>
  window.createCos = (domain) => new COS({
    Domain: '{Bucket}.cos.{Region}.' + domain,
    Protocol: 'http:',
    ProgressInterval: 50,
    getAuthorization: async (options, callback) => {
      const { credentials, startTime, expiredTime } = await (await fetch('/sts')).json()
      callback({
        TmpSecretId: credentials.tmpSecretId,
        TmpSecretKey: credentials.tmpSecretKey,
        SecurityToken: credentials.sessionToken,
        StartTime: startTime,
        ExpiredTime: expiredTime,
      })
    },
  })
  window.hexOf = async (blob) => {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()))
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  }
</script>`

let emulator: Emulator
let port: number
let backend: Server
const operations: (string | undefined)[] = []

beforeAll(async () => {
  emulator = createEmulator({
    credentials: [root],
    buckets: [Bucket],
    onRequest: ({ operation, status }) => operations.push(`${operation} ${status}`),
  })
  port = (await emulator.listen()).port
  const { policy } = createPolicy({
    bucket: Bucket,
    region: Region,
    grants: [{ operations: ['upload', 'resumable-upload', 'download'], keyPrefix: 'u/' }],
  })
  const sts = createStsClient({ credential: root, scheme: 'http', endpoint: `127.0.0.1:${port}` })

  // All that an application needs: who asks is not the matter here.
  backend = createServer(async (request, response) => {
    if (request.url !== '/sts') {
      response.setHeader('content-type', request.url === '/sdk.js' ? 'text/javascript' : 'text/html')
      response.end(request.url === '/sdk.js' ? sdk : PAGE)
      return
    }
    const { credential } = await sts.getFederationToken({ policy, durationSeconds: 1800 })
    const {
      secretId: tmpSecretId,
      secretKey: tmpSecretKey,
      securityToken: sessionToken,
      expiresAt = 0,
    } = credential
    const credentials = { tmpSecretId, tmpSecretKey, sessionToken }
    response.end(JSON.stringify({ credentials, startTime: expiresAt - 1800, expiredTime: expiresAt }))
  })
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await emulator.close()
  backend.close()
})

describeWithChromium('cos-js-sdk-v5 in Chromium', () => {
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    const cos = new COS({
      SecretId: root.secretId,
      SecretKey: root.secretKey,
      Proxy: `http://127.0.0.1:${port}`,
      Protocol: 'http:',
    })
    const rule = {
      AllowedOrigin: [`http://127.0.0.1:${(backend.address() as AddressInfo).port}`],
      AllowedMethod: ['PUT', 'GET', 'POST', 'HEAD', 'DELETE'],
      AllowedHeader: ['*'],
      ExposeHeader: ['ETag', 'Content-Length', 'Date', 'x-cos-request-id'],
    }
    await cos.putBucketCors({ Bucket, Region, CORSRules: [rule] } as unknown as COS.PutBucketCorsParams)
    browser = await launchChromium()
    page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(backend.address() as AddressInfo).port}/`)
  })
  afterAll(() => browser?.close())

  it('uploads 20 MB in slices with progress, and downloads the same bytes', async () => {
    operations.length = 0
    const outcome = await page.evaluate(
      async ({ bucket, region, host, size }) => {
        const { createCos, hexOf } = window as unknown as {
          createCos: (domain: string) => Record<string, (params: object) => Promise<Record<string, unknown>>>
          hexOf: (blob: Blob) => Promise<string>
        }
        const cos = createCos(host)
        const bytes = new Uint8Array(size)
        for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
        const file = new Blob([bytes])
        const progress: number[] = []
        const object = { Bucket: bucket, Region: region, Key: 'u/大/video.bin' }
        const onProgress = ({ percent }: { percent: number }) => progress.push(percent)
        const uploaded = await cos.uploadFile?.({ ...object, Body: file, SliceSize: 1024 ** 2, onProgress })
        const downloaded = await cos.getObject?.({ ...object, DataType: 'blob' })
        return {
          status: uploaded?.statusCode,
          etag: String(uploaded?.ETag),
          progress,
          sent: await hexOf(file),
          received: await hexOf(downloaded?.Body as Blob),
        }
      },
      { bucket: Bucket, region: Region, host: `localhost:${port}`, size: 20 * MIB },
    )
    expect(outcome).toMatchObject({ status: 200, received: outcome.sent })
    expect(outcome.etag).toMatch(/^"[\da-f]{32}-20"$/)
    expect(outcome.progress.at(-1)).toBe(1)
    expect(outcome.progress.length).toBeGreaterThan(3)
    expect(outcome.progress.toSorted((a, b) => a - b)).toEqual(outcome.progress)
    expect(operations.filter((operation) => operation === 'UploadPart 200')).toHaveLength(20)
    expect(operations).toContain('ListMultipartUploads 200')
    expect(operations.filter((operation) => / [45]\d\d$/.test(operation ?? ''))).toEqual([])
  }, 120_000)

  it('is refused what the policy of its key does not allow', async () => {
    const refusal = await page.evaluate(
      async ({ bucket, region, host, body }) => {
        const { createCos } = window as unknown as {
          createCos: (domain: string) => Record<string, (params: object) => Promise<unknown>>
        }
        const object = { Bucket: bucket, Region: region, Key: 'others/x', Body: body }
        return await createCos(host)
          .putObject?.(object)
          .then(() => 'uploaded')
          .catch((error: { statusCode: number; code: string }) => `${error.statusCode} ${error.code}`)
      },
      { bucket: Bucket, region: Region, host: `localhost:${port}`, body: randomBytes(8).toString('hex') },
    )
    expect(refusal).toBe('403 AccessDenied')
  })
})
