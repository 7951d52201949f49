import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../../../../tools/testing/chromium.ts'
import { diagnose, type HarEntry } from '../../src/diagnose/index.ts'
import { readEvidence } from '../../src/diagnose/read/read-evidence.ts'
import { toAnswerFacts, toRequestFacts } from '../../src/diagnose/read-facts.ts'
import { CosClient } from '../../src/index.ts'
import { bucket, keys } from '../fixtures.ts'

/* A HAR as Chromium records it, against what the server saw of the same requests. */

const DOCUMENT = `<?xml version='1.0' encoding='utf-8' ?>
<Error><Code>SignatureDoesNotMatch</Code><Message>签名 &amp; so on</Message></Error>`

/** What the page asks for: the method, the target as it is written, and the headers that it gives. */
const REQUESTS: readonly (readonly [method: string, target: string, headers: Record<string, string>])[] = [
  ['GET', '/photos/a.jpg', {}],
  ['GET', '/a b/图+c%2Fd~.txt?x=1&y=a%20b&empty=&none', { Range: 'bytes=0-9' }],
  ['GET', '/a/.%2Fb/c', {}],
  ['HEAD', '/head', {}],
  ['PUT', '/put', { 'Content-Type': 'image/png', 'x-cos-meta-a': 'b, c' }],
  ['POST', '/post?uploads', { 'x-cos-acl': 'private' }],
  ['DELETE', '/delete?uploadId=1%2F2', {}],
  ['GET', '/bytes', {}],
]

interface Seen {
  readonly method: string | undefined
  readonly target: string | undefined
  readonly headers: ReadonlyMap<string, string>
}

describeWithChromium('a HAR that Chromium recorded', () => {
  const seen: Seen[] = []
  let server: Server
  let host: string
  let directory: string
  let browser: Browser
  let entries: readonly HarEntry[]

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cos-presign-har-'))
    server = createServer(answer)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    host = `localhost:${(server.address() as AddressInfo).port}`
    browser = await launchChromium()
    const path = join(directory, 'requests.har')
    const context = await browser.newContext({ recordHar: { path, content: 'embed' } })
    await act(await context.newPage())
    await context.close()
    const [first, ...others] = JSON.parse(await readFile(path, 'utf8')).log.entries
    expect(first.request.url).toBe(`http://${host}/`)
    entries = others
  })

  afterAll(async () => {
    await browser?.close()
    server.closeAllConnections()
    server.close()
    await rm(directory, { recursive: true })
  })

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { method, url: target, rawHeaders } = request
    const headers = new Map<string, string>()
    for (let at = 0; at < rawHeaders.length; at += 2) {
      headers.set((rawHeaders[at] as string).toLowerCase(), rawHeaders[at + 1] as string)
    }
    request.resume().on('end', () => {
      if (target === '/' || target === '/favicon.ico') {
        return response.setHeader('content-type', 'text/html').end('<!doctype html>')
      }
      seen.push({ method, target, headers })
      response.statusCode = 403
      response.setHeader('content-type', target === '/bytes' ? 'application/octet-stream' : 'application/xml')
      response.setHeader('date', 'Thu, 01 Jan 1970 00:00:10 GMT')
      return response.end(DOCUMENT)
    })
  }

  async function act(page: Page): Promise<void> {
    await page.goto(`http://${host}/`)
    for (const [method, target, headers] of REQUESTS) {
      const body = method === 'PUT' || method === 'POST' ? 'seven b' : null
      await page.evaluate(
        async ([url, init]) => {
          await (await fetch(url, init)).text()
        },
        [target, { method, headers, body }] as const,
      )
    }
    // Another origin, which says nothing of CORS; the signature covers a header that the browser's network adds.
    await page.evaluate(
      (url) => fetch(url, { method: 'PUT', body: 'seven b' }).catch(() => undefined),
      blocked(),
    )
  }

  /** A signed URL of the same server under another name. */
  function blocked(): string {
    const client = new CosClient({ Domain: host.replace('localhost', '127.0.0.1'), Scheme: 'http', ...keys })
    const Headers = { 'Accept-Encoding': 'gzip' }
    return client.getPresignedUrl({ Method: 'PUT', Bucket: bucket, Key: 'blocked', Headers })
  }

  it('is read as the requests that the server saw', () => {
    expect(seen.slice(0, REQUESTS.length).map(({ method }) => method)).toEqual(
      REQUESTS.map(([method]) => method),
    )
    for (const [index, { method, target, headers }] of seen.slice(0, REQUESTS.length).entries()) {
      const { request } = readEvidence(entries.slice(index, index + 1))
      const read = toRequestFacts(request ?? {})
      expect(read.method).toBe(method)
      expect(read.rawPath + read.query).toBe(target)
      expect(read.host).toBe(host)
      expect(new Map(read.headers.map(({ name, value }) => [name, value]))).toEqual(headers)
    }
  })

  it('is read as the answers that the server gave, however their text is kept', () => {
    for (const [index, [method]] of REQUESTS.entries()) {
      const { answer } = readEvidence(entries.slice(index, index + 1))
      expect(toAnswerFacts(answer ?? {})).toMatchObject({
        status: 403,
        serverSeconds: 10,
        ...(method === 'HEAD' ? {} : { code: 'SignatureDoesNotMatch', message: '签名 & so on' }),
      })
    }
  })

  it('shows of a request that got no answer what the page gave, which is no reason to miss a header', () => {
    const entry = entries.at(-1) as HarEntry
    expect(entry.response).toMatchObject({ status: -1 })
    expect(diagnose(entry).findings.map(({ code }) => code)).toContain('cors-or-network')
    expect(diagnose(entry).findings.filter(({ certainty }) => certainty === 'certain')).toEqual([])
  })

  it('names the upload and not its preflight, which has the same URL', () => {
    const upload = entries.at(-1) as HarEntry
    const preflight = {
      request: {
        method: 'OPTIONS',
        url: blocked(),
        headers: [{ name: 'Access-Control-Request-Method', value: 'PUT' }],
      },
      response: { status: 403 },
    }
    for (const list of [
      [preflight, upload],
      [upload, preflight],
    ]) {
      expect(diagnose({ log: { entries: list } } as never).request?.method).toBe('PUT')
    }
  })
})
