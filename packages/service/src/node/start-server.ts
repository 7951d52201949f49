import { mkdir, readFile } from 'node:fs/promises'
import { createMemoryLimitStore } from '../limits/flexible-limit-store.ts'
import type { LimitStore } from '../limits/limit-store.ts'
import { createDiskLinkStore } from '../links/disk-link-store.ts'
import type { LinkStore } from '../links/link-store.ts'
import { createMemoryLinkStore } from '../links/memory-link-store.ts'
import { logToConsole } from '../observe/log.ts'
import type { ServiceOptions } from '../options.ts'
import { createService, type Service } from '../service.ts'
import { readConfig, type ServerConfig } from './config-file.ts'
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
  /** Takes the log. @default one line of JSON each, by `console.log` */
  readonly log?: ServiceOptions['log']
}

/** A service that listens. */
export interface RunningServer {
  readonly url: string
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
 * Starts a server by a configuration file.
 *
 * @throws {ServiceError} `ERR_SERVICE_CONFIG_INVALID`: what is wrong with the file.
 * @throws {Error} What the port says, such as `EADDRINUSE`.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const config = await readFileAs(options)
  const stores = await openStores(config, options)
  let service = serviceOf(config, stores, options)
  const { host = config.listen.host, port = config.listen.port } = options
  let listener: FetchListener
  try {
    listener = await serveFetch((request) => service.fetch(request), { host, port })
  } catch (error) {
    await stores.close()
    throw error
  }
  return {
    url: listener.url,
    async reload() {
      service = serviceOf(await readFileAs(options), stores, options)
    },
    async close() {
      await listener.close()
      await stores.close()
    },
  }
}

async function readFileAs({ configPath, env = process.env }: ServerOptions): Promise<ServerConfig> {
  const readText = (path: string): Promise<string> => readFile(path, 'utf8')
  return await readConfig(await readText(configPath), { env, readText })
}

interface Stores {
  readonly limitStore: LimitStore
  readonly linkStore: LinkStore
  close(): Promise<void>
}

/** Opened once: a new configuration must not forget what was counted. */
async function openStores({ redis, linksDirectory }: ServerConfig, { log }: ServerOptions): Promise<Stores> {
  if (redis !== undefined) {
    const { connectRedis } = await import('../redis.ts')
    const stores = connectRedis({ ...redis, onTrouble: (error) => tellTrouble(error, log) })
    await stores.settled
    return stores
  }
  if (linksDirectory !== undefined) await mkdir(linksDirectory, { recursive: true })
  const linkStore =
    linksDirectory === undefined ? createMemoryLinkStore() : createDiskLinkStore(linksDirectory)
  return { limitStore: createMemoryLimitStore(), linkStore, close: async () => await linkStore.close?.() }
}

function tellTrouble(error: Error | undefined, log: ServiceOptions['log']): void {
  if (log === false) return
  const write = log ?? logToConsole
  const message = error === undefined ? 'Redis is reached again' : 'Redis cannot be reached'
  const level = error === undefined ? 'info' : 'warn'
  write({ time: new Date().toISOString(), level, event: 'notice', message })
}

function serviceOf(
  { options }: ServerConfig,
  { limitStore, linkStore }: Stores,
  given: ServerOptions,
): Service {
  const { links, authenticate } = options
  return createService({
    ...options,
    authenticate: given.insecureDev === true ? { ...authenticate, insecureDev: true } : authenticate,
    limitStore,
    links: links && { ...links, store: linkStore },
    log: given.log,
  })
}
