import {
  createApiKey,
  createService,
  type LogEntry,
  type Service,
  type ServiceOptions,
} from '../src/index.ts'

export const BUCKET = 'examplebucket-1250000000'
export const CREDENTIAL = { secretId: 'AKIDservice', secretKey: 'service-secret-key' }
export const GRANTS: ServiceOptions['grants'] = [
  {
    name: 'files',
    // One id is one caller here, however it is proved.
    callers: { methods: ['api-key', 'jwt', 'host', 'insecure-dev'] },
    bucket: BUCKET,
    key: 'files/{sub}/{uuid}-{filename}',
    operations: ['upload', 'download', 'link'],
  },
]

/** A service with one API key, and what it says of itself. */
export interface Fixture {
  readonly service: Service
  readonly apiKey: string
  readonly entries: LogEntry[]
  /** What it said at its start. */
  readonly noticesAtStart: readonly LogEntry[]
  /** A request with the API key. */
  ask(path: string, init?: RequestInit & { readonly json?: unknown }): Promise<Response>
}

/** A service for tests: `holder` of one API key, grants for `files/holder/…`. */
export async function createFixture(options: Partial<ServiceOptions> = {}): Promise<Fixture> {
  const { key: apiKey, sha256 } = await createApiKey('holder')
  const entries: LogEntry[] = []
  const service = createService({
    credential: CREDENTIAL,
    region: 'ap-guangzhou',
    sts: false,
    grants: GRANTS,
    log: (entry) => entries.push(entry),
    ...options,
    authenticate: { apiKeys: [{ id: 'holder', sha256 }], ...options.authenticate },
  })
  const noticesAtStart = entries.splice(0)
  return {
    service,
    apiKey,
    entries,
    noticesAtStart,
    async ask(path, { json, ...init } = {}) {
      const body = json === undefined ? init.body : JSON.stringify(json)
      const method = init.method ?? (body === undefined ? 'GET' : 'POST')
      const headers = { 'x-api-key': apiKey, ...init.headers }
      return await service.fetch(
        new Request(new URL(path, 'http://service'), { ...init, method, headers, body: body ?? null }),
      )
    },
  }
}
