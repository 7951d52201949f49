import type { AccessLogEntry } from './access-log.ts'
import { isValidBucketName } from './bucket-name.ts'
import type { FaultRule } from './faults/fault-rule.ts'
import type { EmulatorCredential } from './known-key.ts'
import type { EmulatorRole } from './sts/role.ts'

/** What an emulator begins with. Everything has a default; without credentials it refuses every request. */
export interface EmulatorOptions {
  /**
   * The keys that may sign, and get temporary keys from STS. One with `securityToken` is temporary itself: requests must carry the
   * token, and after `expiresAt` (Unix seconds) it is refused. One with `policy` may do what that allows.
   * @default []
   */
  readonly credentials?: readonly EmulatorCredential[] | undefined
  /**
   * Roles that AssumeRole gives keys for.
   * @default []
   */
  readonly roles?: readonly EmulatorRole[] | undefined
  /**
   * What temporary keys are made from, 16 characters or more. Keys that STS issued with the same secret are good in every emulator,
   * with another in none. Without it, the secret is kept in the data directory, or made anew for this emulator when there is none.
   */
  readonly tokenSecret?: string | undefined
  /**
   * How long the policy of a temporary key may be, in characters of compact JSON. The real limit is not documented.
   * @default 2048
   */
  readonly maxPolicyCharacters?: number | undefined
  /**
   * Buckets to create, `BucketName-APPID`; those that a data directory has already stay as they are.
   * @default []
   */
  readonly buckets?: readonly string[] | undefined
  /** The bucket of requests whose host names none, such as `127.0.0.1:9000`. Created if missing. */
  readonly defaultBucket?: string | undefined
  /**
   * Custom domains: host to bucket, such as `{ 'files.example.com': 'examplebucket-1250000000' }`. A host without a port
   * stands for every port. The buckets are created if missing.
   * @default {}
   */
  readonly domains?: Readonly<Record<string, string>> | undefined
  /** Keeps buckets and objects in this directory. Without it everything is in memory and gone at the end. */
  readonly dataDir?: string | undefined
  /** How many bytes of objects may be in memory; not with `dataDir`. */
  readonly maxMemoryBytes?: number | undefined
  /**
   * Where the buckets are: with it, a host name with another region has none of them, as in COS. Without it, host names with
   * all regions are served, and `HEAD Bucket` names `ap-guangzhou`.
   */
  readonly region?: string | undefined
  /**
   * Whether a signature must cover every header that matters, see `Emulator.updateBucket` for one bucket alone.
   * @default false
   */
  readonly strictSignature?: boolean | undefined
  /**
   * The clock under {@link Emulator.clock}: milliseconds since the epoch.
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
  /**
   * A connection on which nothing moves for so long is cut off, also in the middle of a body.
   * @default 60
   */
  readonly idleTimeoutSeconds?: number | undefined
  /**
   * Whoever sends or takes a body more slowly than this, on average over `idleTimeoutSeconds`, is cut off.
   * @default 1024
   */
  readonly minBytesPerSecond?: number | undefined
  /**
   * How far the clock is ahead of `now`; negative for behind.
   * @default 0
   */
  readonly clockOffsetSeconds?: number | undefined
  /**
   * What goes wrong from the start; {@link Emulator.faults} has it too.
   * @default []
   */
  readonly faults?: readonly FaultRule[] | undefined
  /**
   * From 0 to below 1, for faults with a rate.
   * @default Math.random
   */
  readonly random?: (() => number) | undefined
  /** Called once for each request, after its answer. */
  readonly onRequest?: ((entry: AccessLogEntry) => void) | undefined
}

/** What of a bucket can be set only here. Its access control list and CORS configuration are set as in COS. */
export interface BucketOptions {
  /** Whether a signature must cover every header that matters; `undefined`: as {@link EmulatorOptions.strictSignature} says. */
  readonly strictSignature?: boolean | undefined
}

const TYPES: Readonly<Record<keyof EmulatorOptions, string>> = {
  credentials: 'array',
  roles: 'array',
  tokenSecret: 'string',
  maxPolicyCharacters: 'number',
  buckets: 'array',
  defaultBucket: 'string',
  domains: 'object',
  dataDir: 'string',
  maxMemoryBytes: 'number',
  region: 'string',
  strictSignature: 'boolean',
  now: 'function',
  idleTimeoutSeconds: 'number',
  minBytesPerSecond: 'number',
  clockOffsetSeconds: 'number',
  faults: 'array',
  random: 'function',
  onRequest: 'function',
}

/**
 * Checks the options by themselves; credentials are checked where they are taken in.
 *
 * @throws {TypeError|RangeError} Naming the option.
 */
export function assertEmulatorOptions(options: EmulatorOptions): void {
  if (kindOf(options) !== 'object') throw new TypeError(`"options" must be an object; got ${kindOf(options)}`)
  for (const [name, value] of Object.entries(options)) {
    const type = Object.hasOwn(TYPES, name) ? TYPES[name as keyof EmulatorOptions] : undefined
    if (type === undefined) throw new TypeError(`"${name}" is not an option of the emulator`)
    if (value !== undefined) assertKind(value, type, name)
  }
  assertBuckets(options)
  const { dataDir, maxMemoryBytes, maxPolicyCharacters, region, idleTimeoutSeconds, tokenSecret } = options
  if (dataDir === '') throw new RangeError('"dataDir" must not be empty')
  if (region !== undefined && !/^[a-z0-9-]+$/.test(region))
    throw new RangeError('"region" must be like ap-guangzhou')
  if (tokenSecret !== undefined && tokenSecret.length < 16) {
    throw new RangeError('"tokenSecret" must have 16 characters or more')
  }
  assertPositive(maxPolicyCharacters, 'maxPolicyCharacters')
  assertPositive(maxMemoryBytes, 'maxMemoryBytes')
  assertPositive(options.minBytesPerSecond, 'minBytesPerSecond')
  assertPositive(idleTimeoutSeconds, 'idleTimeoutSeconds')
  if (dataDir !== undefined && maxMemoryBytes !== undefined) {
    throw new RangeError('"maxMemoryBytes" has no meaning together with "dataDir"')
  }
}

function assertBuckets({ buckets, defaultBucket, domains }: EmulatorOptions): void {
  for (const [index, name] of (buckets ?? []).entries()) assertBucketOption(name, `buckets[${index}]`)
  if (defaultBucket !== undefined) assertBucketOption(defaultBucket, 'defaultBucket')
  for (const [host, bucket] of Object.entries(domains ?? {})) {
    if (!/^[A-Za-z0-9._~:[\]-]+$/.test(host))
      throw new RangeError(`"domains" must have host names as its keys; got "${host}"`)
    assertBucketOption(bucket, `domains['${host}']`)
  }
}

/** @throws {TypeError|RangeError} Naming the option, unless it is `BucketName-APPID`. */
export function assertBucketOption(name: unknown, option: string): asserts name is string {
  assertKind(name, 'string', option)
  if (!isValidBucketName(name as string)) {
    throw new RangeError(
      `"${option}" must be BucketName-APPID in lower case, such as examplebucket-1250000000`,
    )
  }
}

/** @throws {TypeError} Naming the setting. */
export function assertBucketOptions(settings: BucketOptions): void {
  assertKind(settings, 'object', 'settings')
  for (const [name, value] of Object.entries(settings)) {
    if (name !== 'strictSignature') throw new TypeError(`"${name}" is not a setting of a bucket`)
    if (value !== undefined) assertKind(value, 'boolean', name)
  }
}

function assertKind(value: unknown, kind: string, name: string): void {
  const found = kindOf(value)
  if (found !== kind) throw new TypeError(`"${name}" must be ${withArticle(kind)}; got ${withArticle(found)}`)
}

function assertPositive(value: number | undefined, name: string): void {
  if (value !== undefined && !(value > 0 && value < 2 ** 53)) {
    throw new RangeError(`"${name}" must be a number greater than 0`)
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function withArticle(kind: string): string {
  if (kind === 'null' || kind === 'undefined') return kind
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`
}
