import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEmulator, type Emulator } from '@cos-presign/emulator'
import { serve } from '@hono/node-server'
import { CosClient } from 'cos-presign'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import type { ServiceOptions } from '../src/index.ts'
import { BUCKET, CREDENTIAL, createFixture, type Fixture } from './fixture.ts'

/** A COS, a service before it and pages of a third origin, each on a port of loopback. */
export interface BrowserCos {
  readonly emulator: Emulator
  readonly fixture: Fixture
  /** Of the COS: `127.0.0.1:<port>`. */
  readonly domain: string
  readonly serviceUrl: string
  /** Of the pages. */
  readonly origin: string
  /** What COS was asked for since the test began, with the status. */
  readonly operations: string[]
  /** The key of the last thing that the service handed out. */
  lastKey(): string
  bytesOf(key: string): Promise<Buffer>
}

/** Path, type and body of each page and script. */
export type PageFiles = Readonly<Record<string, readonly [type: string, body: string | Uint8Array]>>

/** Sets them up before the tests of a file and takes them down after them. */
export function useBrowserCos(
  grants: ServiceOptions['grants'],
  makePages: () => Promise<PageFiles> | PageFiles,
): BrowserCos {
  const operations: string[] = []
  const servers: { close(): unknown }[] = []
  let emulator: Emulator
  let fixture: Fixture
  let domain: string
  let serviceUrl: string
  let origin: string

  function createClient(): CosClient {
    const { secretId, secretKey } = CREDENTIAL
    return new CosClient({ Domain: domain, Scheme: 'http', SecretId: secretId, SecretKey: secretKey })
  }

  beforeAll(async () => {
    emulator = createEmulator({
      credentials: [CREDENTIAL],
      buckets: [BUCKET],
      defaultBucket: BUCKET,
      onRequest: ({ operation, status }) => operations.push(`${operation} ${status}`),
    })
    domain = `127.0.0.1:${(await emulator.listen()).port}`
    const pages = await servePages(await makePages())
    servers.push(pages)
    origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`
    fixture = await createFixture({
      domain,
      region: undefined,
      scheme: 'http',
      grants,
      sts: { region: 'ap-guangzhou', endpoint: domain, scheme: 'http' },
      cors: { origins: [origin] },
      authenticate: { tickets: { secret: randomBytes(32).toString('hex') } },
    })
    const { service } = fixture
    serviceUrl = await new Promise((resolve) => {
      const options = { fetch: service.fetch, port: 0, hostname: '127.0.0.1' }
      servers.push(serve(options, ({ port }) => resolve(`http://127.0.0.1:${port}`)))
    })
    await allowUploads(createClient(), origin)
  }, 60_000)
  afterAll(async () => {
    for (const server of servers) server.close()
    await emulator.close()
  })
  beforeEach(() => {
    operations.length = 0
  })

  return {
    get emulator() {
      return emulator
    },
    get fixture() {
      return fixture
    },
    get domain() {
      return domain
    },
    get serviceUrl() {
      return serviceUrl
    },
    get origin() {
      return origin
    },
    operations,
    lastKey() {
      const last = fixture.entries.filter((entry) => entry.event === 'issued' && 'key' in entry).at(-1)
      return last !== undefined && 'key' in last ? (last.key ?? '') : ''
    },
    async bytesOf(key) {
      const answer = await fetch(createClient().getPresignedDownloadUrl({ Bucket: BUCKET, Key: key }))
      expect(answer.status).toBe(200)
      return Buffer.from(await answer.arrayBuffer())
    },
  }
}

async function servePages(files: PageFiles): Promise<Server> {
  const server = createServer((request, response) => {
    const [type, body] = files[request.url ?? ''] ?? ['text/plain', '']
    response.setHeader('content-type', type)
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

const METHODS = ['PUT', 'GET', 'POST', 'HEAD', 'DELETE'] as const
const EXPOSED = ['ETag', 'Location', 'Content-Length', 'Date', 'x-cos-request-id'] as const

/** What COS needs to be told before pages may upload. */
async function allowUploads(client: CosClient, origin: string): Promise<void> {
  const elements = (name: string, texts: readonly string[]): string =>
    texts.map((text) => `<${name}>${text}</${name}>`).join('')
  const rule = `${elements('AllowedOrigin', [origin])}${elements('AllowedMethod', METHODS)}${elements('AllowedHeader', ['*'])}${elements('ExposeHeader', EXPOSED)}`
  const rules = `<CORSConfiguration><CORSRule>${rule}</CORSRule></CORSConfiguration>`
  const md5 = createHash('md5').update(rules).digest('base64')
  const { url, headers } = client.presign({
    Method: 'PUT',
    Bucket: BUCKET,
    Key: '/',
    Params: { cors: '' },
    Headers: { 'Content-MD5': md5 },
  })
  expect((await fetch(url, { method: 'PUT', headers, body: rules })).status).toBe(200)
}
