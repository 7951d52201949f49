import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { createMountedPath } from '../mount-path.ts'
import { type Log, noticeEntry, type Tell } from '../observe/log.ts'
import type { ServiceOptions } from '../options.ts'
import { createService, type Service } from '../service.ts'
import { readConfig, type ServerConfig } from './config-file.ts'
import { createLineLog } from './line-log.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { openStores } from './open-stores.ts'
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
  /** Hears what somebody should know who looks at a terminal: it is in the log too, as notices of the level `warn`. */
  readonly onWarning?: ((message: string) => void) | undefined
}

/** A service that listens. */
export interface RunningServer {
  readonly url: string
  /** Where Prometheus asks, if the configuration says so. */
  readonly metricsUrl: string | undefined
  /**
   * Reads the file again and serves by it. What is under way is finished as it began; counters and links stay. Of several calls each waits for
   * the one before, and so the last decides. What was changed and needs a restart, such as `redis`, is a warning.
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
  const log = createLog(options, metrics)
  const tell: Tell = (level, message) => log(noticeEntry(level, message, new Date().toISOString()))
  const stores = await openStores(config, options, tell)
  let current = await serve(config)
  let reloaded = Promise.resolve()
  let isEnding = false
  const { host, port } = addressOf(config, options)
  const listeners: FetchListener[] = []
  try {
    listeners.push(await serveFetch(answer, { host, port }))
    if (config.metrics !== undefined) {
      const { host: metricsHost = host, port: metricsPort } = config.metrics
      listeners.push(await serveMetrics(metrics, { host: metricsHost, port: metricsPort }))
    }
  } catch (error) {
    await closeAll()
    throw error
  }
  const [listener, metricsListener] = listeners
  return {
    url: (listener as FetchListener).url,
    metricsUrl: metricsListener && `${metricsListener.url}/metrics`,
    reload() {
      const again = reloaded.then(readAgain)
      reloaded = again.catch(ignore)
      return again
    },
    async close() {
      isEnding = true
      if (current.drainSeconds > 0) await wait(current.drainSeconds * 1000)
      await closeAll()
    },
  }

  async function answer(request: Request): Promise<Response> {
    return isEnding && current.pathOf(request) === '/readyz'
      ? notReady()
      : await current.service.fetch(request)
  }

  async function serve(next: ServerConfig): Promise<Serving> {
    const { links, ...rest } = optionsOf(next, options, log)
    const { limitStore } = stores
    const kept = links && { ...links, store: await stores.linkStoreFor(next) }
    const service = createService({ ...rest, limitStore, links: kept })
    const { pathOf } = createMountedPath(rest.basePath)
    return { service, pathOf, drainSeconds: next.drainSeconds }
  }

  async function readAgain(): Promise<void> {
    try {
      const next = await readFileAs(options)
      current = await serve(next)
      metrics.countReload('taken')
      const waiting = changesOf(fixedPartsOf(config, options), fixedPartsOf(next, options))
      if (waiting.length > 0)
        tell('warn', `The configuration was read again, but needs a restart for: ${waiting.join(', ')}`)
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

/** What is made of one reading of the file. */
interface Serving {
  readonly service: Service
  /** The path that a request is for, wherever the service is mounted. */
  readonly pathOf: (request: Request) => string
  readonly drainSeconds: number
}

function createLog({ log, onWarning }: ServerOptions, metrics: Metrics): Log {
  const write = log === false ? undefined : (log ?? createLineLog(process.stdout))
  return function logAndCount(entry) {
    metrics.observe(entry)
    write?.(entry)
    if (entry.event === 'notice' && entry.level === 'warn') onWarning?.(entry.message)
  }
}

function addressOf(
  { listen }: ServerConfig,
  { host = listen.host, port = listen.port }: ServerOptions,
): ServerConfig['listen'] {
  return { host, port }
}

/** What a server is opened with, and keeps until its end. */
function fixedPartsOf(config: ServerConfig, options: ServerOptions): Readonly<Record<string, unknown>> {
  const { metrics, redis, linksDirectory } = config
  return { listen: addressOf(config, options), metrics, redis, 'links.directory': linksDirectory }
}

function changesOf(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  return Object.keys(before).filter((name) => !isDeepStrictEqual(before[name], after[name]))
}

function ignore(): void {}

function notReady(): Response {
  return Response.json({ status: 'ending' }, { status: 503 })
}

async function serveMetrics(metrics: Metrics, address: ServerConfig['listen']): Promise<FetchListener> {
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
