import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../../../../tools/testing/chromium.ts'
import type { ServiceClient, UploadOptions } from '../../src/client/index.ts'
import { useBrowserCos } from '../browser-cos.ts'
import { BUCKET } from '../fixture.ts'

/* What only a browser has: XMLHttpRequest with its progress, forms, `localStorage`, Web Locks between tabs, and CORS. */

const MIB = 1024 ** 2

/** Bytes that look random, and are the same for the same seed: here and in the page. */
function makeBytes(seed: number, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  for (let at = 0, state = seed; at < size; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

const PAGE = `<!doctype html><meta charset="utf-8"><script type="module">
  import { createServiceClient } from '/client.js'
  window.makeBytes = ${makeBytes}
  window.createServiceClient = createServiceClient
</script>`

const cos = useBrowserCos(
  [
    {
      name: 'parts',
      bucket: BUCKET,
      key: 'parts/{sub}/{uuid}-{filename}',
      operations: ['multipart', 'download'],
    },
    { name: 'whole', bucket: BUCKET, key: 'whole/{sub}/{uuid}-{filename}', operations: ['upload'] },
    {
      name: 'forms',
      bucket: BUCKET,
      key: 'forms/{sub}/{uuid}-{filename}',
      operations: ['upload'],
      forms: ['post'],
    },
  ],
  async () => {
    const entry = fileURLToPath(new URL('../../src/client/index.ts', import.meta.url))
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
    })
    return {
      '/': ['text/html', PAGE],
      '/client.js': ['text/javascript', outputFiles[0]?.contents ?? ''],
    }
  },
)

interface Upload {
  readonly grant: string
  readonly seed: number
  readonly size: number
  /** Stops the upload when so much is sent. */
  readonly stopAt?: number
}

interface Outcome {
  readonly key?: string
  readonly error?: string
  readonly fractions: readonly number[]
}

describeWithChromium('upload() in Chromium', () => {
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    browser = await launchChromium()
  }, 60_000)
  afterAll(() => browser?.close())
  beforeEach(async () => {
    await page?.context().close()
    page = await (await browser.newContext()).newPage()
    await page.goto(`${cos.origin}/`)
  })

  /** Uploads a file that is the same each time it has the same bytes. */
  async function upload(from: Page, job: Upload): Promise<Outcome> {
    await from.waitForFunction('window.createServiceClient')
    const connection = { baseUrl: cos.serviceUrl, apiKey: cos.fixture.apiKey }
    return await from.evaluate(
      async ({ baseUrl, apiKey, grant, seed, size, stopAt = Number.POSITIVE_INFINITY }) => {
        const { createServiceClient, makeBytes: make } = window as unknown as {
          createServiceClient: (options: object) => ServiceClient
          makeBytes: typeof makeBytes
        }
        const headers = { 'x-api-key': apiKey }
        const client = createServiceClient({ baseUrl, headers, storage: localStorage, retryDelayMs: 10 })
        const fractions: number[] = []
        const stop = new AbortController()
        const onProgress: UploadOptions['onProgress'] = ({ fraction, sentBytes }) => {
          fractions.push(fraction)
          if (sentBytes >= stopAt) stop.abort(new Error('stopped'))
        }
        const file = new File([make(seed, size)], 'film.mp4', { type: 'video/mp4', lastModified: 1 })
        try {
          const { key } = await client.upload(file, { grant, onProgress, signal: stop.signal })
          return { key, fractions }
        } catch (error) {
          return { error: (error as Error).message, fractions }
        }
      },
      { ...connection, ...job },
    )
  }

  function count(operation: string): number {
    return cos.operations.filter((one) => one === operation).length
  }

  it.each(['whole', 'forms', 'parts'])(
    'sends a file by the grant %s and tells of progress',
    async (grant) => {
      const job = { grant, seed: 1, size: 3 * MIB }
      const { key = '', error, fractions } = await upload(page, job)
      expect(error).toBeUndefined()
      expect((await cos.bytesOf(key)).equals(makeBytes(job.seed, job.size))).toBe(true)
      expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
      expect(fractions.at(-1)).toBe(1)
      // Of one request too it is told while it is under way.
      expect(fractions.length).toBeGreaterThan(1)
    },
  )

  it('goes on after a reload', async () => {
    const job = { grant: 'parts', seed: 2, size: 20 * MIB }
    expect((await upload(page, { ...job, stopAt: 9 * MIB })).error).toBe('stopped')
    await page.reload()
    const { key = '' } = await upload(page, job)
    expect(count('InitiateMultipartUpload 200')).toBe(1)
    expect((await cos.bytesOf(key)).equals(makeBytes(job.seed, job.size))).toBe(true)
    expect(await page.evaluate(() => localStorage.length)).toBe(0)
  })

  it('of one file in two tabs at once makes two objects', async () => {
    const other = await page.context().newPage()
    await other.goto(`${cos.origin}/`)
    const job = { grant: 'parts', seed: 3, size: 12 * MIB }
    const done = await Promise.all([upload(page, job), upload(other, job)])
    for (const { key = '' } of done)
      expect((await cos.bytesOf(key)).equals(makeBytes(job.seed, job.size))).toBe(true)
    expect(new Set(done.map(({ key }) => key)).size).toBe(2)
    expect(count('InitiateMultipartUpload 200')).toBe(2)
  })
})
