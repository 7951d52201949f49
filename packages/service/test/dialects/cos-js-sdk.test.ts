import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../../../../tools/testing/chromium.ts'
import { useBrowserCos } from '../browser-cos.ts'
import { BUCKET } from '../fixture.ts'

/* The vendor's SDK for browsers, unmodified, in a page that asks the service for a key for just the calls it makes. */

const sdk = readFileSync(createRequire(import.meta.url).resolve('cos-js-sdk-v5/dist/cos-js-sdk-v5.min.js'))
const PAGE = `<!doctype html><meta charset="utf-8"><script src="/sdk.js"></script>
<script>
  window.createCos = ({ domain, service, apiKey }) => new COS({
    Domain: domain,
    Protocol: 'http:',
    getAuthorization: async (options, callback) => {
      const headers = { 'content-type': 'application/json', 'x-api-key': apiKey }
      const answer = await fetch(service + '/sts-scope', { method: 'POST', headers, body: JSON.stringify(options.Scope) })
      callback(await answer.json())
    },
  })
</script>`

const cos = useBrowserCos(
  [
    {
      name: 'own',
      bucket: BUCKET,
      key: 'own/{sub}/{path}',
      operations: ['upload', 'multipart', 'download', 'credentials'],
      clientMayChooseKey: true,
    },
  ],
  () => ({ '/': ['text/html', PAGE], '/sdk.js': ['text/javascript', sdk] }),
)

describeWithChromium('cos-js-sdk-v5 with /sts-scope in Chromium', () => {
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    browser = await launchChromium()
    page = await browser.newPage()
    await page.goto(`${cos.origin}/`)
  }, 60_000)
  afterAll(() => browser?.close())

  interface Outcome {
    readonly status?: unknown
    readonly refused?: string
    readonly sent: string
  }

  /** Uploads random bytes in slices, and tells their SHA-256. */
  async function upload(key: string, size: number): Promise<Outcome> {
    return await page.evaluate(
      async ({ place, key: Key, bytes: count, bucket }) => {
        const { createCos } = window as unknown as {
          createCos: (place: object) => Record<string, (params: object) => Promise<Record<string, unknown>>>
        }
        const bytes = new Uint8Array(count)
        for (let at = 0; at < count; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
        const sent = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
        const where = { Bucket: bucket, Region: 'ap-guangzhou', Key, SliceSize: 1024 ** 2 }
        try {
          const done = await createCos(place).uploadFile?.({ ...where, Body: new Blob([bytes]) })
          return { status: done?.statusCode, sent }
        } catch (error) {
          return { refused: String((error as { message?: string }).message ?? error), sent }
        }
      },
      {
        place: { domain: cos.domain, service: cos.serviceUrl, apiKey: cos.fixture.apiKey },
        key,
        bytes: size,
        bucket: BUCKET,
      },
    )
  }

  it('uploads 5 MB in slices under the prefix of its caller', async () => {
    const { status, refused, sent } = await upload('own/holder/视频 1.bin', 5 * 1024 ** 2)
    expect([status, refused]).toEqual([200, undefined])
    expect(cos.operations).toContain('CompleteMultipartUpload 200')
    const stored = await cos.bytesOf('own/holder/视频 1.bin')
    expect(createHash('sha256').update(stored).digest('hex')).toBe(sent)
  }, 60_000)

  it('gets nothing for the objects of others', async () => {
    const { refused } = await upload('own/somebody/1.bin', 1000)
    expect(refused).toBeDefined()
    expect(cos.operations.filter((one) => one.endsWith(' 200') && one.startsWith('Put'))).toEqual([])
  }, 60_000)
})
