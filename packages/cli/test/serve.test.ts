import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../../../tools/testing/chromium.ts'

/* The service as people run it: real processes, a file that is edited, a phone's browser. */

const execute = promisify(execFile)
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const picture = fileURLToPath(new URL('../assets/coast.png', import.meta.url))
const docs = fileURLToPath(new URL('../../../docs/', import.meta.url))

let directory: string
const children: ChildProcess[] = []
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-serve-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rm(directory, { recursive: true }))

interface Running {
  readonly child: ChildProcess
  /** Everything it wrote so far, to both outputs. */
  text(): string
  /** Resolves with what a pattern found in it. */
  says(pattern: RegExp): Promise<RegExpExecArray>
}

function start(args: readonly string[], more: Record<string, string> = {}): Running {
  const variables = { PATH: env.PATH, HOME: directory, ...more }
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: variables,
  })
  children.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (more: string) => {
      text += more
    })
  }
  return {
    child,
    text: () => text,
    async says(pattern) {
      await expect
        .poll(() => pattern.exec(text), { timeout: 15_000, message: String(pattern) })
        .not.toBeNull()
      return pattern.exec(text) as RegExpExecArray
    },
  }
}

const API_KEY_SHA256 = 'b8e6f4f0e9a3d2d35c3f0b38a7a5dd5b7d9a1f9a55a9b5a4b1a6a3e5c1c2d3e4'

function configWith(grant: string): string {
  return `listen: { port: 0 }
region: ap-guangzhou
sts: false
authenticate:
  apiKeys: [{ id: backend, sha256: ${API_KEY_SHA256} }]
grants:
  - name: ${grant}
    bucket: examplebucket-1250000000
    key: "files/{sub}/{uuid}"
    operations: [upload]
`
}

const secrets = { COS_SECRET_ID: 'AKIDserve', COS_SECRET_KEY: 'a-secret-key-of-serve' }

describe('cos-presign serve', () => {
  it('serves by its file, again when the file changes, and ends by Ctrl-C', async () => {
    const path = join(directory, 'service.yaml')
    await writeFile(path, configWith('first'))
    const server = start(['serve', '--config', path, '--insecure-dev'], secrets)
    const [, url = ''] = await server.says(/listening on (\S+),/)
    const presign = async (): Promise<{ grant?: string }> => {
      const init = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }
      return (await (await fetch(`${url}/v1/uploads`, init)).json()) as { grant?: string }
    }
    expect((await presign()).grant).toBe('first')
    await writeFile(path, configWith('second'))
    await server.says(/Read .* again/)
    expect((await presign()).grant).toBe('second')
    await writeFile(path, `${configWith('third')}    colour: red\n`)
    await server.says(/is not used: .*grants\[0\]: unknown: "colour"/)
    expect((await presign()).grant).toBe('second')
    await writeFile(path, configWith('fourth'))
    server.child.kill('SIGHUP')
    await expect.poll(async () => (await presign()).grant).toBe('fourth')
    expect(server.text()).toContain('INSECURE')
    expect(server.text()).not.toContain(secrets.COS_SECRET_KEY)
    server.child.kill('SIGINT')
    const [status] = await once(server.child, 'exit')
    expect(server.text()).toContain('Stopped.')
    expect(status).toBe(0)
  }, 60_000)

  it('answers what is under way before it ends', async () => {
    const path = join(directory, 'gentle.yaml')
    await writeFile(path, configWith('gentle'))
    const server = start(['serve', '--config', path, '--insecure-dev'], secrets)
    const [, url = ''] = await server.says(/listening on (\S+),/)
    let send: ((text: string) => void) | undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Buffer.from('{'))
        send = (text) => {
          controller.enqueue(Buffer.from(text))
          controller.close()
        }
      },
    })
    const init = { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'application/json' } }
    const answer = fetch(`${url}/v1/uploads`, init as RequestInit)
    await new Promise((resolve) => setTimeout(resolve, 300))
    server.child.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 300))
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
    send?.('}')
    expect((await answer).status).toBe(200)
    await once(server.child, 'exit')
  }, 60_000)

  it.each([
    ['is no YAML', 'listen: [', 'This is not YAML (line 1'],
    [
      'refers to a variable that is not set',
      'region: { env: NO_SUCH }',
      'region: the environment has no NO_SUCH',
    ],
    ['refers to a file that is not there', 'region: { file: /no/such }', 'region: cannot read /no/such'],
    ['says nothing of callers', 'region: ap-guangzhou', 'authenticate'],
    ['has a port that is none', 'listen: { port: 99999 }', 'listen.port'],
  ])('says what is wrong with a file that %s', async (_what, text, message) => {
    const path = join(directory, 'wrong.yaml')
    await writeFile(path, text)
    const variables = { PATH: env.PATH ?? '', HOME: directory, ...secrets }
    const run = execute(process.execPath, [main, 'serve', '--config', path, '--check'], { env: variables })
    await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
  })
})

describeWithChromium('cos-presign dev on a phone', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  it('uploads a picture through its page, and a large file in parts, on after a reload', async () => {
    const dev = start(['dev', '--port', '0', '--cos-port', '0'])
    const [, url = ''] = await dev.says(/Upload page\s+(\S+)/)
    await dev.says(/▀▀▀▀▀▀▀/)
    const context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
    })
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    await page.goto(url)
    await page.setInputFiles('#file', picture)
    await page.waitForSelector('#status[data-state=done]')
    await page.waitForSelector('#picture:not([hidden])')
    const href = (await page.getAttribute('#facts a', 'href')) ?? ''
    const saved = await fetch(href)
    expect(saved.headers.get('content-disposition')).toContain('coast.png')
    if (env.SCREENSHOTS !== undefined) await page.screenshot({ path: join(docs, 'phone-upload.png') })

    const large = join(directory, 'large.bin')
    await writeFile(large, Buffer.alloc(40 * 1024 ** 2, 'x'))
    const network = await context.newCDPSession(page)
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 10 * 1024 ** 2 }
    await network.send('Network.emulateNetworkConditions', slow)
    await page.setInputFiles('#file', large)
    await expect.poll(() => page.evaluate(() => localStorage.length), { timeout: 15_000 }).toBe(1)
    const status = (): Promise<string | null> => page.textContent('#status')
    await expect.poll(status, { timeout: 20_000 }).toMatch(/^[4-8]\d %$/)
    await page.reload()
    await network.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 })
    await page.setInputFiles('#file', large)
    await page.waitForSelector('#status[data-state=done]', { timeout: 30_000 })
    expect(await page.textContent('#facts')).toContain('41,943,040 bytes')
    expect(await page.evaluate(() => localStorage.length)).toBe(0)
    expect(errors).toEqual([])
    await context.close()
    dev.child.kill('SIGINT')
    await once(dev.child, 'exit')
  }, 90_000)
})
