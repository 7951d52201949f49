import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it, onTestFinished } from 'vitest'
import { describeWithChromium, launchChromium } from '../../../tools/testing/chromium.ts'
import type * as Library from '../src/index.ts'
import { keyAnswer } from './client/fake-sts.ts'

/** The library as a script for a page. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'library',
    target: 'es2022',
    charset: 'utf8',
  })
  return outputFiles[0]?.text ?? ''
}

/** A page, and an STS beside it. */
async function serve(): Promise<{ origin: string; authorizations: (string | undefined)[] }> {
  const authorizations: (string | undefined)[] = []
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      authorizations.push(request.headers.authorization)
      response.end(JSON.stringify(keyAnswer(Math.floor(Date.now() / 1000) + 900)))
    } else {
      response.setHeader('content-type', 'text/html').end('<title>page</title>')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, authorizations }
}

describeWithChromium('in Chromium', () => {
  it('a policy is written and explained, and STS is asked for a key', async () => {
    const { origin, authorizations } = await serve()
    const browser = await launchChromium()
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    await page.goto(origin)
    await page.addScriptTag({ content: await bundle() })
    const answer = await page.evaluate(async () => {
      const { createPolicy, explainPolicy, createStsClient, createCachedProvider } = (
        globalThis as unknown as { library: typeof Library }
      ).library
      const place = { bucket: 'examplebucket-1250000000', region: 'ap-guangzhou' }
      const { policy } = createPolicy({ ...place, grants: [{ operations: ['upload'], keyPrefix: 'u/' }] })
      const ask = (key: string) =>
        explainPolicy(policy, { action: 'PutObject', resource: { ...place, key } }).isAllowed
      const credential = { secretId: 'AKIDtest0000000001', secretKey: 'test-secret-key-1' }
      const sts = createStsClient({ credential, scheme: 'http', endpoint: location.host })
      const provider = createCachedProvider(async () => (await sts.getFederationToken({ policy })).credential)
      const keys = await Promise.all([provider(), provider()])
      return { allowed: [ask('u/o'), ask('v/o')], ids: keys.map(({ secretId }) => secretId) }
    })
    expect(answer).toEqual({ allowed: [true, false], ids: ['AKIDtemporary0001', 'AKIDtemporary0001'] })
    expect(authorizations).toEqual([
      expect.stringMatching(/^TC3-HMAC-SHA256 Credential=AKIDtest0000000001\//),
    ])
  })
})
