import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../../../../tools/testing/chromium.ts'
import { type PageFiles, useBrowserCos } from '../browser-cos.ts'
import { BUCKET } from '../fixture.ts'

/*
 * Uppy as it comes from npm, 5.1 with its Dashboard and 6.3, in pages of another origin than the service and COS. The page knows the service
 * and how to prove who asks; all else is Uppy's.
 */

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const MIB = 1024 ** 2
const GRANTS = [
  {
    name: 'pictures',
    bucket: BUCKET,
    key: 'pictures/{sub}/{uuid}-{filename}',
    operations: ['upload'],
    constraints: { contentType: 'image/*', maxSizeBytes: MIB },
  },
  {
    name: 'films',
    bucket: BUCKET,
    key: 'films/{sub}/{uuid}-{filename}',
    operations: ['multipart'],
    constraints: { contentType: 'video/*', maxSizeBytes: 40 * MIB },
  },
  { name: 'raw', bucket: BUCKET, key: 'raw/{sub}/{uuid}-{filename}', operations: ['upload', 'multipart'] },
] as const

const cos = useBrowserCos(GRANTS, makePages)
const { operations } = cos
let directory: string
let browser: Browser
let page: Page

async function makePages(): Promise<PageFiles> {
  const contents =
    "export { default as Uppy } from '@uppy/core'; export { default as AwsS3 } from '@uppy/aws-s3'"
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    format: 'iife',
    globalName: 'Uppy6',
    write: false,
    logLevel: 'silent',
  })
  return {
    '/uppy-5.js': ['text/javascript', readFileSync(join(ROOT, 'node_modules/uppy/dist/uppy.min.js'))],
    '/uppy-5.css': ['text/css', readFileSync(join(ROOT, 'node_modules/uppy/dist/uppy.min.css'))],
    '/uppy-6.js': ['text/javascript', outputFiles[0]?.contents ?? ''],
    '/5': [
      'text/html',
      '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/uppy-5.css"><script src="/uppy-5.js"></script><main id="app"></main>',
    ],
    '/6': ['text/html', '<!doctype html><meta charset="utf-8"><script src="/uppy-6.js"></script>'],
  }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-uppy-'))
})
afterAll(async () => {
  await browser?.close()
  await rm(directory, { recursive: true })
})

const picture = { name: 'mountain.png', mimeType: 'image/png', buffer: randomBytes(50_000) }
const film = randomBytes(30 * MIB)

describeWithChromium('Uppy 5.1 with its Dashboard', () => {
  beforeAll(async () => {
    browser ??= await launchChromium()
    page = await browser.newPage({ viewport: { width: 800, height: 620 } })
  }, 60_000)

  /** A Dashboard that has one file. */
  async function open(multipart: boolean, file: typeof picture | string): Promise<void> {
    await page.goto(`${cos.origin}/5`)
    await page.evaluate(
      ({ endpoint, apiKey, shouldUseMultipart }) => {
        const { Uppy, Dashboard, AwsS3 } = (window as never as { Uppy: Record<string, never> })
          .Uppy as never as {
          Uppy: new (options: object) => { use(plugin: unknown, options: object): unknown }
          Dashboard: unknown
          AwsS3: unknown
        }
        const uppy = new Uppy({ autoProceed: false })
        uppy.use(Dashboard, {
          inline: true,
          target: '#app',
          showProgressDetails: true,
          proudlyDisplayPoweredByUppy: false,
        })
        uppy.use(AwsS3, { endpoint, headers: { 'x-api-key': apiKey }, shouldUseMultipart, limit: 2 })
        Object.assign(window, { uppy })
      },
      { endpoint: cos.serviceUrl, apiKey: cos.fixture.apiKey, shouldUseMultipart: multipart },
    )
    await page.setInputFiles('.uppy-Dashboard-input >> nth=0', file)
    await page.click('.uppy-StatusBar-actionBtn--upload')
  }

  it('uploads a picture by a form', async () => {
    await open(false, picture)
    await page.waitForSelector('.uppy-StatusBar.is-complete')
    expect(operations).toContain('PostObject 201')
    expect(cos.lastKey()).toMatch(/^pictures\/holder\/[\da-f-]{36}-mountain\.png$/)
    expect((await cos.bytesOf(cos.lastKey())).equals(picture.buffer)).toBe(true)
    if (env.SCREENSHOTS !== undefined) await page.screenshot({ path: join(ROOT, 'docs/uppy-dashboard.png') })
  }, 60_000)

  it('uploads 30 MB in parts, with a pause', async () => {
    const filmFile = join(directory, 'film.mp4')
    await writeFile(filmFile, film)
    cos.emulator.faults.add({ fault: 'delay', operation: 'UploadPart', delayMs: 200 })
    await open(true, filmFile)
    const arrived = () => operations.filter((one) => one === 'UploadPart 200').length
    await expect.poll(arrived, { timeout: 15_000 }).toBeGreaterThan(0)
    await page.click('.uppy-StatusBar-actionCircleBtn >> nth=0')
    await page.waitForTimeout(600)
    const before = arrived()
    await page.waitForTimeout(600)
    expect(arrived()).toBe(before)
    expect(before).toBeLessThan(6)
    await page.click('.uppy-StatusBar-actionCircleBtn >> nth=0')
    await page.waitForSelector('.uppy-StatusBar.is-complete', { timeout: 60_000 })
    expect(operations).toContain('CompleteMultipartUpload 200')
    expect((await cos.bytesOf(cos.lastKey())).equals(film)).toBe(true)
    cos.emulator.faults.clear()
  }, 90_000)

  it('shows why a file is refused', async () => {
    await open(false, { ...picture, buffer: Buffer.alloc(2 * MIB) })
    await page.waitForSelector('.uppy-StatusBar.is-error')
    expect(operations).toContain('PostObject 400')
  }, 60_000)
})

describeWithChromium('Uppy 6.3', () => {
  beforeAll(async () => {
    browser ??= await launchChromium()
    page = await browser.newPage()
    await page.goto(`${cos.origin}/6`)
  }, 60_000)

  interface Outcome {
    readonly successful: number
    readonly failed: string[]
    readonly urls: (string | undefined)[]
  }

  /** Uploads random bytes as a file and says what became of it, with the bytes' SHA-256. */
  async function upload(
    options: Record<string, unknown>,
    { name, type, size }: { name: string; type: string; size: number },
  ): Promise<Outcome & { readonly sha256: string }> {
    return await page.evaluate(
      async ({ given, file, service, apiKey }) => {
        const { Uppy, AwsS3 } = (window as never as { Uppy6: Record<string, never> }).Uppy6 as never as {
          Uppy: new (
            options?: object,
          ) => {
            use(plugin: unknown, options: object): unknown
            addFile(file: object): unknown
            upload(): Promise<{ successful: { uploadURL?: string }[]; failed: { error: string }[] }>
          }
          AwsS3: unknown
        }
        const signRequest = async (request: unknown): Promise<unknown> => {
          const headers = { 'content-type': 'application/json', 'x-api-key': apiKey }
          const init = { method: 'POST', headers, body: JSON.stringify(request) }
          const answer = await fetch(`${service}/s3/presign${given.query ?? ''}`, init)
          if (!answer.ok) throw new Error((await answer.json()).message)
          return await answer.json()
        }
        const { query, signs, ...rest } = given as { query?: string; signs?: boolean }
        const uppy = new Uppy()
        uppy.use(AwsS3, { ...rest, ...(signs ? { signRequest } : {}) })
        const bytes = new Uint8Array(file.size)
        for (let at = 0; at < file.size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
        uppy.addFile({ name: file.name, type: file.type, data: new Blob([bytes], { type: file.type }) })
        const { successful, failed } = await uppy.upload()
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
        return {
          successful: successful.length,
          failed: failed.map(({ error }) => error),
          urls: successful.map(({ uploadURL }) => uploadURL),
          sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
        }
      },
      { given: options, file: { name, type, size }, service: cos.serviceUrl, apiKey: cos.fixture.apiKey },
    )
  }

  async function expectStored(sha256: string): Promise<void> {
    expect(
      createHash('sha256')
        .update(await cos.bytesOf(cos.lastKey()))
        .digest('hex'),
    ).toBe(sha256)
  }

  async function ticketed(grants: readonly string[]): Promise<string> {
    const { path } = (await (await cos.fixture.ask('/v1/tickets', { json: { grants } })).json()) as {
      path: string
    }
    return `${cos.serviceUrl}${path}`
  }

  it('uploads with a ticket in companionEndpoint, by a form and in parts', async () => {
    const small = { name: 'a.png', type: 'image/png', size: 1000 }
    const one = await upload({ companionEndpoint: await ticketed(['pictures']) }, small)
    expect(one.failed).toEqual([])
    expect(operations).toContain('PostObject 201')
    await expectStored(one.sha256)
    const large = { name: 'b.mp4', type: 'video/mp4', size: 12 * MIB }
    const parts = { companionEndpoint: await ticketed(['films']), shouldUseMultipart: true }
    const many = await upload(parts, large)
    expect(many.failed).toEqual([])
    expect(operations).toContain('CompleteMultipartUpload 200')
    await expectStored(many.sha256)
  }, 60_000)

  it('uploads with signRequest: a form where sizes are limited, a PUT, and in parts', async () => {
    const signed = { signs: true }
    const form = await upload(
      { ...signed, query: '?grant=pictures' },
      { name: 'a.png', type: 'image/png', size: 1000 },
    )
    expect(form.failed).toEqual([])
    expect(operations).toContain('PostObject 204')
    await expectStored(form.sha256)
    const put = await upload(
      { ...signed, query: '?grant=raw' },
      { name: 'c d.bin', type: 'text/plain', size: 1000 },
    )
    expect(put.failed).toEqual([])
    expect(operations).toContain('PutObject 200')
    await expectStored(put.sha256)
    const raw = { ...signed, query: '?grant=raw', shouldUseMultipart: true }
    const parts = await upload(raw, { name: 'd.bin', type: 'text/plain', size: 12 * MIB })
    expect(parts.failed).toEqual([])
    expect(operations).toContain('CompleteMultipartUpload 200')
    await expectStored(parts.sha256)
  }, 60_000)

  it('is told what the grants do not allow', async () => {
    const wrong = { name: 'a.html', type: 'text/html', size: 10 }
    const { failed } = await upload({ signs: true, query: '?grant=pictures' }, wrong)
    expect(failed[0]).toContain('contentType')
    const large = { name: 'a.png', type: 'image/png', size: MIB + 1 }
    expect((await upload({ signs: true, query: '?grant=pictures' }, large)).successful).toBe(0)
    const film = { name: 'f.mp4', type: 'video/mp4', size: 12 * MIB }
    const parts = { signs: true, query: '?grant=films', shouldUseMultipart: true }
    expect((await upload(parts, film)).failed[0]).toContain('limits the size')
  }, 60_000)
})
