import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { CosClient, generateCors } from 'cos-presign'
import { toCorsXml } from '../cors-rules.ts'
import { createDevelopmentKey } from '../development-key.ts'

/** Where a playground is to be. */
export interface PlaygroundOptions {
  readonly host: string
  readonly port: number
  readonly cosPort: number
  readonly data?: string | undefined
  readonly now: () => number
}

/** A COS, a signing service before it, and a page that uploads. */
export interface Playground {
  readonly cosUrl: string
  /** Of the service and of the page, which is `/`. */
  readonly serviceUrl: string
  close(): Promise<void>
}

/** What visitors see; `{ticket}` in it is the path that says who uploads. */
const PAGE = new URL('../../assets/upload-page.html', import.meta.url)
const PAGE_SCRIPT = new URL('../../assets/upload-page.js', import.meta.url)
const BUCKET = 'examplebucket-1250000000'
const REGION = 'ap-guangzhou'
const MIB = 1024 ** 2
const TICKET_SECONDS = 12 * 3600

/** Starts one, with keys and tickets that are good for nothing else. */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const [{ createEmulator }, { createApiKey, createService }, { serveFetch }] = await Promise.all([
    import('@cos-presign/emulator'),
    import('@cos-presign/service'),
    import('@cos-presign/service/node'),
  ])
  const { host, port, cosPort, data, now } = options
  const credential = createDevelopmentKey()
  const emulator = createEmulator({
    credentials: [credential],
    buckets: [BUCKET],
    defaultBucket: BUCKET,
    dataDir: data,
    now,
  })
  try {
    const domain = `${host}:${(await emulator.listen({ port: cosPort, host })).port}`
    const visitor = await createApiKey('visitor')
    const service = createService({
      credential,
      domain,
      scheme: 'http',
      sts: { region: REGION, endpoint: domain, scheme: 'http' },
      authenticate: {
        apiKeys: [{ id: 'visitor', sha256: visitor.sha256 }],
        tickets: { secret: randomBytes(32).toString('hex'), maxLifetimeSeconds: TICKET_SECONDS },
      },
      grants: [
        {
          name: 'playground',
          bucket: BUCKET,
          key: 'uploads/{sub}/{date}/{uuid}-{filename}',
          operations: ['upload', 'multipart', 'download', 'link', 'credentials'],
          constraints: { maxSizeBytes: 2048 * MIB },
        },
      ],
      links: {},
      log: false,
      now,
    })
    const listener = await serveFetch((request) => answer(request, service.fetch, visitor.key, domain), {
      host,
      port,
    })
    await allowPage(listener.url, domain, credential)
    return {
      cosUrl: `http://${domain}`,
      serviceUrl: listener.url,
      async close() {
        await listener.close()
        await emulator.close()
      },
    }
  } catch (error) {
    await emulator.close()
    throw error
  }
}

type Answer = (request: Request) => Promise<Response>

/** The page and its scripts; everything else is the service's. */
async function answer(request: Request, service: Answer, apiKey: string, domain: string): Promise<Response> {
  const { pathname } = new URL(request.url)
  if (request.method !== 'GET') return await service(request)
  if (pathname === '/') return await renderPage(request, service, apiKey, domain)
  if (pathname === '/page.js') return await script(PAGE_SCRIPT)
  const [, module] = /^\/client\/([a-z\d-]+\.js)$/.exec(pathname) ?? []
  if (module === undefined) return await service(request)
  return await script(new URL(module, import.meta.resolve('@cos-presign/service/client')))
}

async function script(file: URL): Promise<Response> {
  const text = await readFile(fileURLToPath(file), 'utf8').catch(() => undefined)
  const headers = { 'Content-Type': 'text/javascript; charset=utf-8' }
  return new Response(text ?? '', { status: text === undefined ? 404 : 200, headers })
}

/** Each visit gets a ticket of its own: the page holds no key. */
async function renderPage(
  request: Request,
  service: Answer,
  apiKey: string,
  domain: string,
): Promise<Response> {
  const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' }
  const asked = new Request(new URL('/v1/tickets', request.url), { method: 'POST', headers, body: '{}' })
  const { path } = (await (await service(asked)).json()) as { path: string }
  const page = await readFile(fileURLToPath(PAGE), 'utf8')
  return new Response(page.replace('{ticket}', path), {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'Content-Security-Policy': `default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src blob: http://${domain}; connect-src 'self' http://${domain}; base-uri 'none'`,
    },
  })
}

/** The bucket's CORS rules: the page is of another origin than COS. */
async function allowPage(
  origin: string,
  domain: string,
  { secretId, secretKey }: { readonly secretId: string; readonly secretKey: string },
): Promise<void> {
  const rules = await toCorsXml([generateCors([origin], ['put', 'multipart'])])
  const client = new CosClient({ Domain: domain, Scheme: 'http', SecretId: secretId, SecretKey: secretKey })
  const { url, headers } = client.presign({
    Method: 'PUT',
    Bucket: BUCKET,
    Key: '/',
    Params: { cors: '' },
    Headers: { 'Content-MD5': createHash('md5').update(rules).digest('base64') },
  })
  const response = await fetch(url, { method: 'PUT', headers, body: rules })
  if (!response.ok) throw new Error(`The emulator refused the CORS rules: ${response.status}`)
}
