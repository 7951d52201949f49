import { parseDocument } from 'yaml'
import { z } from 'zod'
import { ServiceError } from '../errors.ts'
import type { ServiceOptions } from '../options.ts'
import { readBySchema } from '../schema.ts'

/** What the configuration file of a server says. */
export interface ServerConfig {
  /** Where it listens; `port` 0 is any free one. */
  readonly listen: { readonly host: string; readonly port: number }
  /** Where Prometheus asks, on a port of its own which is not for the world; at the same host when it names none; nowhere when absent. */
  readonly metrics: { readonly host?: string | undefined; readonly port: number } | undefined
  /** How long `/readyz` says no, and requests are still taken, before the end begins: until balancers send none. */
  readonly drainSeconds: number
  /** Shared by replicas: limits, and links if there are any. */
  readonly redis: { readonly url: string; readonly keyPrefix?: string | undefined } | undefined
  /** Where links are kept without Redis; beside the file when absent. */
  readonly linksDirectory: string | undefined
  /** The service's own options, but for the stores; not checked before a service is made of them. */
  readonly options: ServiceOptions
}

/** Where values come from that do not stand in the file. */
export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The text of a file, such as a mounted secret. */
  readonly readText: (path: string) => Promise<string>
}

const MAX_ALIASES = 100

/** A text, where it is one of the environment. */
const port = z.preprocess(
  (value) => (typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value),
  z.int().min(0).max(65_535),
)

const frame = z.looseObject({
  listen: z.strictObject({ host: z.string().min(1).optional(), port: port.optional() }).optional(),
  metrics: z.strictObject({ host: z.string().min(1).optional(), port }).optional(),
  drainSeconds: z.int().min(0).max(300).optional(),
  redis: z
    .strictObject({
      url: z.string().regex(/^rediss?:\/\//, 'must be redis://host:6379 or rediss://…'),
      keyPrefix: z.string().optional(),
    })
    .optional(),
  links: z.looseObject({ directory: z.string().min(1).optional() }).optional(),
  credential: z
    .strictObject({
      secretId: z.string().min(1),
      secretKey: z.string().min(1),
      securityToken: z.string().min(1).optional(),
      expiresAt: z.int().optional(),
    })
    .optional(),
})

/**
 * Reads a configuration in YAML. Instead of any text, and of a port, may stand `{ env: NAME }` or `{ file: PATH }`, so that no secret has to
 * be in the file; but not within `claims`. Without `credential` it is `COS_SECRET_ID`, `COS_SECRET_KEY` and, of a temporary key, `COS_TOKEN` of the environment.
 *
 * @throws {ServiceError} `ERR_SERVICE_CONFIG_INVALID`: the message names each place and what is wrong there, and no value. What a service
 * is made of is checked when it is made.
 */
export async function readConfig(text: string, sources: ConfigSources): Promise<ServerConfig> {
  const document = parseDocument(text, { prettyErrors: false })
  const [broken] = document.errors
  if (broken) {
    const line = text.slice(0, broken.pos[0]).split('\n').length
    throw invalid(`This is not YAML (line ${line}: ${broken.code})`)
  }
  const given = await resolveReferences(document.toJS({ maxAliasCount: MAX_ALIASES }), '', sources)
  const read = readBySchema(frame, given ?? {}, 'ERR_SERVICE_CONFIG_INVALID', 'The configuration')
  const { listen = {}, metrics, drainSeconds = 0, redis, links: { directory, ...links } = {}, ...rest } = read
  const { host = '127.0.0.1', port: listenPort = 8080 } = listen
  const options = {
    ...rest,
    credential: read.credential ?? credentialOf(sources.env),
    ...('links' in read ? { links } : {}),
  }
  return {
    listen: { host, port: listenPort },
    metrics,
    drainSeconds,
    redis,
    linksDirectory: directory,
    // Whatever the file says: a service that is made of it checks it.
    options: options as unknown as ServiceOptions,
  }
}

function credentialOf(env: ConfigSources['env']): object {
  const { COS_SECRET_ID, COS_SECRET_KEY, COS_TOKEN } = env
  if (COS_SECRET_ID && COS_SECRET_KEY) {
    return {
      secretId: COS_SECRET_ID,
      secretKey: COS_SECRET_KEY,
      ...(COS_TOKEN ? { securityToken: COS_TOKEN } : {}),
    }
  }
  throw invalid('credential: missing; give it, or set COS_SECRET_ID and COS_SECRET_KEY')
}

/** Puts texts of the environment and of files where the configuration refers to them. */
async function resolveReferences(value: unknown, path: string, sources: ConfigSources): Promise<unknown> {
  if (Array.isArray(value)) {
    return await Promise.all(value.map((one, at) => resolveReferences(one, `${path}[${at}]`, sources)))
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const [[name, target] = []] = entries
  if (entries.length === 1 && typeof target === 'string') {
    if (name === 'env') return textOfVariable(target, path, sources)
    if (name === 'file') return await textOfFile(target, path, sources)
  }
  const resolved = entries.map(async ([key, one]): Promise<[string, unknown]> => {
    // Objects that are copied lose it without a word, and what is not known is an error.
    if (key === '__proto__') throw invalid(`${path || 'The configuration'}: unknown: "__proto__"`)
    // What stands there is what a claim is, whatever its name.
    if (key === 'claims') return [key, one]
    const place = path === '' ? key : `${path}.${key}`
    return [key, await resolveReferences(one, place, sources)]
  })
  return Object.fromEntries(await Promise.all(resolved))
}

function textOfVariable(name: string, path: string, { env }: ConfigSources): string {
  const text = env[name]
  if (text === undefined || text === '') throw invalid(`${path}: the environment has no ${name}`)
  return text
}

async function textOfFile(file: string, path: string, { readText }: ConfigSources): Promise<string> {
  try {
    return (await readText(file)).trim()
  } catch (cause) {
    throw new ServiceError('ERR_SERVICE_CONFIG_INVALID', `${path}: cannot read ${file}`, { cause })
  }
}

function invalid(message: string): ServiceError {
  return new ServiceError('ERR_SERVICE_CONFIG_INVALID', message)
}
