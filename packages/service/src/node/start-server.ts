import { mkdir, readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { LimitStore } from '../limits/limit-store.ts'
import { createMemoryLimitStore } from '../limits/memory-limit-store.ts'
import { createDiskLinkStore } from '../links/disk-link-store.ts'
import type { LinkStore } from '../links/link-store.ts'
import { createMemoryLinkStore } from '../links/memory-link-store.ts'
import { type Log, noticeEntry } from '../observe/log.ts'
import type { ServiceOptions } from '../options.ts'
import { createService, type Service } from '../service.ts'
import { readConfig, type ServerConfig } from './config-file.ts'
import { createLineLog } from './line-log.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { type FetchListener, serveFetch } from './serve-fetch.ts'

/** How a server is started. */
export interface ServerOptions {
  /** The configuration, in YAML. */
  readonly configPath: string
  /** Instead of those of the file. */
  readonly host?: string | undefined
  readonly port?: number | undefined
  /** Lets anybody in, as one caller; for development. */
  readonly insecureDev?: boolean | undefined
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Takes the log. @default one line of JSON each, on standard output */
  readonly log?: ServiceOptions['log']
}

/** A service that listens. */
export interface RunningServer {
  readonly url: string
  /** Where Prometheus asks, if the configuration says so. */
  readonly metricsUrl: string | undefined
  /**
   * Reads the file again and serves by it. What is under way is finished as it began; counters and links stay.
   *
   * @throws {ServiceError} `ERR_SERVICE_CONFIG_INVALID`: the file cannot be; the service goes on as it was.
   */
  reload(): Promise<void>
  /** Takes no more requests, and resolves when those under way are answered, or after ten seconds. */
  close(): Promise<void>
}

/**
 * Checks a configuration file: reads it, and makes a service of it that serves nothing.
 *
 * @throws {ServiceError} `ERR_SERVICE_CONFIG_INVALID`: what is wrong with the file.
 */
export async function checkConfig(
  options: Pick<ServerOptions, 'configPath' | 'env' | 'insecureDev'>,
): Promise<void> {
  createService(optionsOf(await readFileAs(options), options, false))
}

/**
 * Starts a server by a configuration file.
 *
 * @throws {ServiceError} `ERR_SERVICE_CONFIG_INVALID`: what is wrong with the file.
 * @throws {Error} What the port says, such as `EADDRINUSE`.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const config = await readFileAs(options)
  const metrics = createMetrics()
  const write = options.log === false ? undefined : (options.log ?? createLineLog(process.stdout))
  const log: Log = (entry) => {
    metrics.observe(entry)
    write?.(entry)
  }
  const stores = await openStores(config, log)
  let service = serviceOf(config, stores, options, log)
  let isEnding = false
  const { host = config.listen.host, port = config.listen.port } = options
  const listeners: FetchListener[] = []
  try {
    listeners.push(await serveFetch(answer, { host, port }))
    if (config.metrics !== undefined) listeners.push(await serveMetrics(metrics, config.metrics))
  } catch (error) {
    await closeAll()
    throw error
  }
  const [listener, metricsListener] = listeners
  return {
    url: (listener as FetchListener).url,
    metricsUrl: metricsListener && `${metricsListener.url}/metrics`,
    reload,
    async close() {
      isEnding = true
      if (config.drainSeconds > 0) await wait(config.drainSeconds * 1000)
      await closeAll()
    },
  }

  async function answer(request: Request): Promise<Response> {
    return isEnding && request.url.endsWith('/readyz') ? notReady() : await service.fetch(request)
  }

  async function reload(): Promise<void> {
    try {
      service = serviceOf(await readFileAs(options), stores, options, log)
      metrics.countReload('taken')
    } catch (error) {
      metrics.countReload('refused')
      throw error
    }
  }

  async function closeAll(): Promise<void> {
    for (const each of listeners) await each.close()
    await stores.close()
  }
}

function notReady(): Response {
  return Response.json({ status: 'ending' }, { status: 503 })
}

async function serveMetrics(
  metrics: Metrics,
  address: NonNullable<ServerConfig['metrics']>,
): Promise<FetchListener> {
  return await serveFetch(async (request) => {
    if (new URL(request.url).pathname !== '/metrics') return new Response('Not found', { status: 404 })
    return new Response(await metrics.text(), { headers: { 'Content-Type': metrics.contentType } })
  }, address)
}

async function readFileAs({
  configPath,
  env = process.env,
}: Pick<ServerOptions, 'configPath' | 'env'>): Promise<ServerConfig> {
  const readText = (path: string): Promise<string> => readFile(path, 'utf8')
  return await readConfig(await readText(configPath), { env, readText })
}

interface Stores {
  readonly limitStore: LimitStore
  readonly linkStore: LinkStore
  close(): Promise<void>
}

/** Opened once: a new configuration must not forget what was counted. */
async function openStores({ redis, linksDirectory }: ServerConfig, log: Log): Promise<Stores> {
  if (redis !== undefined) {
    const { connectRedis } = await import('../redis.ts')
    const stores = connectRedis({ ...redis, onTrouble: (error) => tellTrouble(error, log) })
    await stores.settled
    return stores
  }
  if (linksDirectory !== undefined) await mkdir(linksDirectory, { recursive: true })
  const linkStore =
    linksDirectory === undefined ? createMemoryLinkStore() : createDiskLinkStore(linksDirectory)
  return { limitStore: createMemoryLimitStore(), linkStore, close: () => linkStore.close() }
}

function tellTrouble(error: Error | undefined, log: Log): void {
  const message = error === undefined ? 'Redis is reached again' : 'Redis cannot be reached'
  log(noticeEntry(error === undefined ? 'info' : 'warn', message, new Date().toISOString()))
}

function serviceOf(
  config: ServerConfig,
  { limitStore, linkStore }: Stores,
  given: ServerOptions,
  log: Log,
): Service {
  const options = optionsOf(config, given, log)
  const { links } = options
  return createService({ ...options, limitStore, links: links && { ...links, store: linkStore } })
}

function optionsOf(
  { options }: ServerConfig,
  { insecureDev }: Pick<ServerOptions, 'insecureDev'>,
  log: ServiceOptions['log'],
): ServiceOptions {
  const { authenticate } = options
  return {
    ...options,
    authenticate: insecureDev === true ? { ...authenticate, insecureDev } : authenticate,
    log,
  }
}
