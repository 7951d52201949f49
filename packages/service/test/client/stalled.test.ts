import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../../../../tools/testing/chromium.ts'
import type { ServiceClient } from '../../src/client/index.ts'

/* A COS that takes the bytes of the first upload and never answers, as it looks from a phone whose network went away. */

const PAGE = `<!doctype html><script type="module">
  import { createServiceClient } from '/client.js'
  window.client = createServiceClient({ baseUrl: location.origin, retryDelayMs: 1 })
</script>`

let client: Uint8Array = new Uint8Array()
let puts = 0
const server = createServer((request, response) => {
  const origin = `http://${request.headers.host}`
  const answer = (type: string, body: string | Uint8Array): void => {
    response.writeHead(200, { 'content-type': type, etag: '"e"' }).end(body)
  }
  request.resume()
  if (request.url === '/') answer('text/html', PAGE)
  else if (request.url === '/client.js') answer('text/javascript', client)
  else if (request.url === '/v1/uploads')
    answer('application/json', JSON.stringify({ ...SIGNED, url: `${origin}/cos` }))
  else if (request.url === '/v1/confirm') answer('application/json', '{"confirmed":true}')
  else if (request.url === '/cos' && ++puts > 1) answer('text/plain', '')
})
const SIGNED = { method: 'PUT', headers: {}, bucket: 'b', key: 'k', grant: 'g', effectiveExpiresAt: 1e10 }

describeWithChromium('an upload in Chromium that makes no progress', () => {
  let browser: Browser
  beforeAll(async () => {
    const entry = fileURLToPath(new URL('../../src/client/index.ts', import.meta.url))
    const bundle = { bundle: true, write: false, format: 'esm', platform: 'browser' } as const
    const { outputFiles } = await build({ entryPoints: [entry], ...bundle })
    client = outputFiles[0]?.contents ?? client
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    browser = await launchChromium()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    server.closeAllConnections()
    server.close()
  })

  it('is given up after a minute, and sent again', async () => {
    const page = await browser.newPage()
    await page.clock.install()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await page.waitForFunction('window.client')
    const uploaded = page.evaluate(async () => {
      const { client: own } = window as unknown as { client: ServiceClient }
      return await own.upload(new File(['x'.repeat(1000)], 'a.txt'))
    })
    uploaded.catch(() => undefined)
    await expect.poll(() => puts, { timeout: 5000 }).toBe(1)
    await page.clock.runFor(59_000)
    expect(puts).toBe(1)
    await page.clock.runFor(2000)
    expect(await uploaded).toEqual({ confirmed: true })
    expect(puts).toBe(2)
  })
})
