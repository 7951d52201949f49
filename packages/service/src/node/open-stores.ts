import { access, constants, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { misconfigured } from '../config-error.ts'
import type { LimitStore } from '../limits/limit-store.ts'
import { createMemoryLimitStore } from '../limits/memory-limit-store.ts'
import { createDiskLinkStore } from '../links/disk-link-store.ts'
import type { LinkStore } from '../links/link-store.ts'
import { createMemoryLinkStore } from '../links/memory-link-store.ts'
import type { Tell } from '../observe/log.ts'
import { reasonOf } from '../observe/reason-of.ts'
import type { ServerConfig } from './config-file.ts'

/** What a server keeps while its configuration changes: a new one must not forget what was counted. */
export interface Stores {
  readonly limitStore: LimitStore
  /** Opened when a configuration first has links, and the same from then on. */
  linkStoreFor(config: ServerConfig): Promise<LinkStore>
  close(): Promise<void>
}

/** Where links are kept beside the configuration, when it does not say where. */
const LINKS_DIRECTORY = 'cos-presign-links'

/** Connects to Redis, or keeps limits in memory and links in a directory. */
export async function openStores(
  { redis }: ServerConfig,
  { configPath }: { readonly configPath: string },
  tell: Tell,
): Promise<Stores> {
  if (redis !== undefined) {
    const { connectRedis } = await import('../redis.ts')
    const stores = connectRedis({ ...redis, onTrouble: (error) => tellTrouble(error, tell) })
    await stores.settled
    const { limitStore, linkStore } = stores
    return { limitStore, linkStoreFor: () => Promise.resolve(linkStore), close: () => stores.close() }
  }
  let opened: Promise<LinkStore> | undefined
  return {
    limitStore: createMemoryLimitStore(),
    async linkStoreFor({ linksDirectory }) {
      opened ??=
        linksDirectory === undefined
          ? openBeside(configPath, tell)
          : openDirectory(linksDirectory).catch((error: unknown) => {
              opened = undefined
              throw misconfigured(`links.directory: cannot be written (${codeOf(error)})`, error)
            })
      return await opened
    },
    async close() {
      await (await opened)?.close()
    },
  }
}

async function openBeside(configPath: string, tell: Tell): Promise<LinkStore> {
  const directory = join(dirname(configPath), LINKS_DIRECTORY)
  try {
    return await openDirectory(directory)
  } catch (error) {
    const message = `Links are kept in memory, and are gone when the service ends: ${directory} cannot be written (${codeOf(error)}). Set links.directory, or redis.`
    tell('warn', message)
    return createMemoryLinkStore()
  }
}

async function openDirectory(directory: string): Promise<LinkStore> {
  await mkdir(directory, { recursive: true })
  await access(directory, constants.W_OK)
  return createDiskLinkStore(directory)
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'no such database'
}

function tellTrouble(error: Error | undefined, tell: Tell): void {
  if (error === undefined) tell('info', 'Redis is reached again')
  else tell('warn', `Redis cannot be reached: ${reasonOf(error)}`)
}
