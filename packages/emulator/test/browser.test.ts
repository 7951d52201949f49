import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type PostCondition, presignUrl, signPostPolicy } from 'cos-presign'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../../../tools/testing/chromium.ts'
import { createEmulator, type Emulator } from '../src/index.ts'
import { BUCKET, createSender, KEY, md5Of } from './sending.ts'

/* Pages of another origin than the bucket: a browser enforces what the emulator answers to a preflight. */

const FILE_NAME = '\u0024{filename}'
let emulator: Emulator
let send: ReturnType<typeof createSender>
let browser: Browser
let pages: Server
let host: string
/** The origin of the page, and another one. */
let origin: string
let stranger: string

beforeAll(async () => {
  emulator = createEmulator({ credentials: [KEY], buckets: [BUCKET] })
  send = createSender(emulator)
  host = `${BUCKET}.localhost:${(await emulator.listen()).port}`
  pages = createServer((request, response) => {
    const html = request.url?.startsWith('/form?')
      ? toForm(new URL(request.url, 'http://x').searchParams)
      : ''
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    response.end(`<!doctype html><title>page</title>${html}`)
  })
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
  const { port } = pages.address() as AddressInfo
  origin = `http://127.0.0.1:${port}`
  stranger = `http://localhost:${port}`
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await new Promise((resolve) => pages.close(resolve))
  await emulator.close()
})
beforeEach(() => send({ method: 'DELETE', path: '/', params: { cors: '' } }))

/** A form as a backend writes it: signed fields, then a place for the file. */
function toForm(fields: URLSearchParams): string {
  const inputs = [...fields].map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${value.replaceAll('"', '&quot;')}">`,
  )
  return `<form method="post" enctype="multipart/form-data" action="http://${host}/">${inputs.join('')}<input type="file" name="file"><button>Upload</button></form>`
}

const withPage = async <Result>(url: string, act: (page: Page) => Promise<Result>): Promise<Result> => {
  const page = await browser.newPage()
  try {
    await page.goto(url)
    return await act(page)
  } finally {
    await page.close()
  }
}

const configure = async (...elements: string[]): Promise<void> => {
  const body = `<CORSConfiguration><CORSRule>${elements.join('')}</CORSRule></CORSConfiguration>`
  const headers = { 'content-md5': md5Of(body) }
  expect((await send({ method: 'PUT', path: '/', params: { cors: '' }, body, headers })).statusCode).toBe(200)
}
const urlOf = (method: string, path: string, headers: Record<string, string> = {}): string =>
  presignUrl({ method, scheme: 'http', host, path, headers }, KEY)

/** What a page's fetch comes to: what it can read of the answer, or that it was blocked. */
const fetchFrom = (page: string, url: string, method: string, headers = {}, body?: string) =>
  withPage(page, (tab) =>
    tab.evaluate(
      async ([target, init]) => {
        try {
          const answer = await fetch(target, init)
          return { status: answer.status, etag: answer.headers.get('etag'), text: await answer.text() }
        } catch {
          return 'blocked'
        }
      },
      [url, { method, headers, ...(body === undefined ? {} : { body }) }] as const,
    ),
  )

describeWithChromium('a form in Chromium', () => {
  const file = { name: '值 a.txt', mimeType: 'text/plain', buffer: Buffer.from('from the form') }
  const submit = (conditions: readonly PostCondition[], fields: Record<string, string>) => {
    const all = { ...fields, ...signPostPolicy(conditions, KEY).fields }
    return withPage(`${origin}/form?${new URLSearchParams(all)}`, async (page) => {
      await page.setInputFiles('input[type=file]', file)
      await page.click('button')
      await page.waitForURL((url) => url.pathname !== '/form')
      return { url: new URL(page.url()), text: await page.content() }
    })
  }

  it('uploads its file, and goes where success_action_redirect says', async () => {
    const { url } = await submit(
      [
        { bucket: BUCKET },
        ['starts-with', '$key', 'uploads/'],
        ['starts-with', '$Content-Type', 'text/'],
        ['content-length-range', 1, 1000],
      ],
      {
        key: `uploads/${FILE_NAME}`,
        'Content-Type': 'text/plain; charset=utf-8',
        success_action_redirect: `${origin}/done`,
      },
    )
    expect([url.origin, url.pathname, Object.fromEntries(url.searchParams)]).toEqual([
      origin,
      '/done',
      { bucket: BUCKET, key: `uploads/${file.name}`, etag: expect.stringMatching(/^"[0-9a-f]{32}"$/) },
    ])
    const object = await send({ path: `/uploads/${file.name}` })
    expect([object.body.toString(), object.headers['content-type']]).toEqual([
      'from the form',
      'text/plain; charset=utf-8',
    ])
  })

  it('shows COS’s refusal when the policy does not allow it', async () => {
    const { url, text } = await submit([{ bucket: BUCKET }, ['content-length-range', 0, 3]], {
      key: 'refused',
    })
    expect(url.host).toBe(host)
    expect(text).toContain('EntityTooLarge')
    expect((await send({ path: '/refused' })).statusCode).toBe(404)
  })
})

describeWithChromium('a page of another origin in Chromium', () => {
  const META = { 'x-cos-meta-a': 'b' }
  const put = (from: string, path = '/page') =>
    fetchFrom(from, urlOf('PUT', path, META), 'PUT', META, 'from the page')

  it('is blocked where no rule allows it, and nothing happens', async () => {
    expect(await put(origin, '/blocked')).toBe('blocked')
    expect((await send({ path: '/blocked' })).statusCode).toBe(404)
  })

  it('uploads and reads what the rule exposes; other methods, headers and origins stay blocked', async () => {
    await configure(
      `<AllowedOrigin>${origin}</AllowedOrigin>`,
      '<AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod>',
      '<AllowedHeader>x-cos-meta-a</AllowedHeader><ExposeHeader>ETag</ExposeHeader>',
    )
    expect(await put(origin)).toEqual({ status: 200, etag: expect.stringMatching(/^"/), text: '' })
    expect(await fetchFrom(origin, urlOf('GET', '/page'), 'GET')).toMatchObject({
      status: 200,
      text: 'from the page',
    })
    expect(await put(stranger)).toBe('blocked')
    expect(await fetchFrom(origin, urlOf('DELETE', '/page'), 'DELETE')).toBe('blocked')
    const other = { 'x-cos-meta-b': 'c' }
    expect(await fetchFrom(origin, urlOf('PUT', '/page', other), 'PUT', other, 'x')).toBe('blocked')
    expect((await send({ path: '/page' })).body.toString()).toBe('from the page')
  })

  it('reads a refusal as well, so that it can say why', async () => {
    await configure('<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>')
    const outcome = await fetchFrom(origin, `http://${host}/page`, 'GET')
    expect(outcome).toMatchObject({ status: 403, text: expect.stringContaining('<Code>AccessDenied</Code>') })
  })

  it('posts a form by fetch and reads ETag and Location', async () => {
    await configure(
      `<AllowedOrigin>${origin}</AllowedOrigin><AllowedMethod>POST</AllowedMethod>`,
      '<ExposeHeader>ETag</ExposeHeader><ExposeHeader>Location</ExposeHeader>',
    )
    const fields = { key: 'by-fetch', ...signPostPolicy([{ key: 'by-fetch' }], KEY).fields }
    const outcome = await withPage(origin, (page) =>
      page.evaluate(
        async ([action, entries]) => {
          const form = new FormData()
          for (const [name, value] of entries) form.append(name, value)
          form.append('file', new Blob(['from fetch']), 'a.txt')
          const answer = await fetch(action, { method: 'POST', body: form })
          return [answer.status, answer.headers.get('location'), answer.headers.get('etag')]
        },
        [`http://${host}/`, Object.entries(fields)] as const,
      ),
    )
    expect(outcome).toEqual([204, `http://${host}/by-fetch`, expect.stringMatching(/^"[0-9a-f]{32}"$/)])
    expect((await send({ path: '/by-fetch' })).body.toString()).toBe('from fetch')
  })
})
