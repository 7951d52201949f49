import { type Credential, type CredentialProvider, createCredential } from 'cos-presign'
import { z } from 'zod'
import type { ApiKeyRecord } from './authenticate/api-key.ts'
import type { JwtOptions } from './authenticate/jwt.ts'
import type { TicketOptions } from './authenticate/ticket.ts'
import type { Caller } from './caller.ts'
import { configured } from './config-error.ts'
import { guardProvider } from './cos/guard-provider.ts'
import { type DialectOptions, dialectsSchema } from './dialects/options.ts'
import { ServiceError } from './errors.ts'
import { type GrantOptions, UPLOAD_FORMS } from './grants/grant.ts'
import { OPERATIONS } from './grants/operation.ts'
import { type CorsOptions, corsSchema } from './guard/cors.ts'
import { assertStsChosen, type StsOptions, stsSchema } from './issue/sts-options.ts'
import type { LimitStore } from './limits/limit-store.ts'
import { type LimitOptions, limitSchema, limitStoreSchema } from './limits/options.ts'
import { type LinkOptions, linkSchema } from './links/options.ts'
import type { Log } from './observe/log.ts'
import { readBySchema } from './schema.ts'

/** How callers prove who they are. At least one way must be given: there is no anonymous caller. */
export interface AuthenticationOptions {
  readonly jwt?: JwtOptions | undefined
  readonly apiKeys?: readonly ApiKeyRecord[] | undefined
  /** The application around the service knows: it answers with the caller, or `undefined` for nobody. */
  readonly host?: ((request: Request) => Promise<HostCaller | undefined> | HostCaller | undefined) | undefined
  /** Tickets for clients that can put a proof into nothing but a path. */
  readonly tickets?: TicketOptions | undefined
  /** Whoever asks is one and the same caller, `insecure-dev`. For development; the log says so at each start. */
  readonly insecureDev?: boolean | undefined
}

/** See {@link AuthenticationOptions.host}. */
export type HostCaller = Pick<Caller, 'id'> & Partial<Pick<Caller, 'claims'>>

/** What a service begins with. */
export interface ServiceOptions {
  /** The key that signs: permanent, or temporary; or a provider of such, as `@cos-presign/sts` has several. */
  readonly credential: Credential | CredentialProvider
  /** Region of the buckets, such as `ap-guangzhou`; or `endpoint`; or `domain`: as for `CosClient`. */
  readonly region?: string | undefined
  readonly endpoint?: string | undefined
  readonly domain?: string | undefined
  /** @default 'https' */
  readonly scheme?: 'https' | 'http' | undefined
  readonly authenticate: AuthenticationOptions
  /**
   * The path that an application around the service mounts it under, such as `/sign`: paths of tickets and links begin with it, and routes are
   * found with and without it, because some applications take it away and others do not.
   */
  readonly basePath?: string | undefined
  readonly grants: readonly GrantOptions[]
  /** How often each caller may ask; without it as often as they like. */
  readonly limits?: LimitOptions | undefined
  /**
   * Where requests and password tries are counted.
   * @default In memory, for one replica alone
   */
  readonly limitStore?: LimitStore | undefined
  /** Share links; none are made without it. */
  readonly links?: LinkOptions | undefined
  /** Pages of other origins that may use the service; none when absent. */
  readonly cors?: CorsOptions | undefined
  /**
   * The longest body that is read.
   * @default 1048576
   */
  readonly maxBodyBytes?: number | undefined
  /**
   * How long an answer may take, in milliseconds.
   * @default 30000
   */
  readonly timeoutMs?: number | undefined
  /**
   * Takes the log and the audit, entry by entry; `false` for neither.
   * @default One line of JSON each, by `console.log`
   */
  readonly log?: Log | false | undefined
  /**
   * Where temporary keys come from, for clients and for the service; `{}` for the usual place. With it each thing is signed with a key that can
   * do nothing else: COS takes what is added to a signed request, such as `x-cos-copy-source` to a PUT, with the rights of the key.
   * `false`: everything is signed with `credential`, whose rights an uploader can so borrow. Must be given where a grant allows uploads.
   */
  readonly sts?: StsOptions | false | undefined
  /** The ways in which clients of others are answered, besides the service's own. */
  readonly dialects?: DialectOptions | undefined
  /** Sends the service's own requests: to COS, to STS, and for the keys of `jwksUrl`. @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch | undefined
  /**
   * The clock: milliseconds since the epoch.
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
}

/** Of timers: with a longer one they end at once, and every request would be refused. */
const MAX_TIMER_MS = 2 ** 31 - 1

const texts = z.array(z.string().min(1)).min(1)
const record = z.record(z.string(), z.unknown())
const aFunction = z.custom<never>((value) => typeof value === 'function', 'must be a function')
const secret = z
  .string()
  .refine(
    (text) => new TextEncoder().encode(text).length >= 32,
    'must have 32 bytes or more, or it could be guessed',
  )

const isForSecrets = (algorithm: string): boolean => /^HS(?:256|384|512)$/.test(algorithm)
const isForPublicKeys = (algorithm: string): boolean =>
  /^(?:RS|PS|ES)(?:256|384|512)$|^EdDSA$|^Ed25519$/.test(algorithm)

function hasUserInfo(url: string): boolean {
  const { username, password } = new URL(url)
  return username !== '' || password !== ''
}

const jwt = z
  .strictObject({
    secret: secret.optional(),
    jwks: z.looseObject({ keys: z.array(record).min(1) }).optional(),
    jwksUrl: z
      .url({
        protocol: /^https?$/,
        error: 'must be a URL that begins with http:// or https://',
        abort: true,
      })
      // An error of fetch has such an address in its message, and so would the log.
      .refine((url) => !hasUserInfo(url), 'must have no name and no password: fetch takes no such address')
      .optional(),
    issuer: z.string().min(1),
    audience: z.string().min(1),
    algorithms: texts.optional(),
    clockToleranceSeconds: z.int().min(0).max(300).optional(),
    rememberedTokens: z.int().min(0).max(100_000).optional(),
  })
  .refine(
    (options) =>
      [options.secret, options.jwks, options.jwksUrl].filter((key) => key !== undefined).length === 1,
    'must have exactly one of secret, jwks and jwksUrl',
  )
  .refine(({ algorithms = [], ...options }) => {
    const isOfKind = options.secret === undefined ? isForPublicKeys : isForSecrets
    return algorithms.every(isOfKind)
  }, 'algorithms must be of the kind of the key: HS256, HS384, HS512 for a secret; RS, PS or ES with 256, 384 or 512, or EdDSA, for public keys; never none')

const digests = z.custom<string | readonly string[]>((value) => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.length > 0 && list.every((one) => typeof one === 'string' && /^[\da-f]{64}$/i.test(one))
}, 'must be 64 hex digits, as createApiKey gives them, or a list of such')

const authenticate = z
  .strictObject({
    jwt: jwt.optional(),
    apiKeys: z
      .array(
        z.strictObject({
          id: z.string().regex(/^[A-Za-z\d-]+$/, 'must be letters, digits and -'),
          sha256: digests,
          claims: record.optional(),
        }),
      )
      .refine(
        (list) => new Set(list.map(({ id }) => id)).size === list.length,
        'must have an id of its own for each; several keys of one holder are a list in its sha256',
      )
      .optional(),
    host: aFunction.optional(),
    tickets: z.strictObject({ secret, maxLifetimeSeconds: z.int().min(1).max(86_400).optional() }).optional(),
    insecureDev: z.boolean().optional(),
  })
  .refine(
    ({ jwt: tokens, apiKeys, host, insecureDev }) => tokens || apiKeys?.length || host || insecureDev,
    'must say how callers prove who they are: jwt, apiKeys or host',
  )

const claim = z.union([z.string(), z.boolean(), z.int()])

const grant = z.strictObject({
  name: z.string().regex(/^[\w.-]{1,100}$/, 'must be letters, digits, _, . and -'),
  callers: z
    .strictObject({
      methods: z
        .array(z.enum(['jwt', 'api-key', 'host', 'insecure-dev']))
        .min(1)
        .optional(),
      ids: texts.optional(),
      claims: z.record(z.string(), z.union([claim, z.array(claim).min(1)])).optional(),
    })
    .optional(),
  bucket: z.string().regex(/^[a-z\d][a-z\d-]*-\d+$/, 'must be BucketName-APPID'),
  key: z.string(),
  clientMayChooseKey: z.boolean().optional(),
  forms: z.array(z.enum(UPLOAD_FORMS)).min(1).optional(),
  operations: z.array(z.enum(OPERATIONS)).min(1),
  // The grant has them checked by core.
  constraints: record.optional(),
  maxLifetimeSeconds: z
    .int()
    .min(1)
    .max(36 * 3600)
    .optional(),
  maxLinkLifetimeSeconds: z
    .int()
    .min(1)
    .max(366 * 86_400)
    .optional(),
})

const options = z.strictObject({
  credential: z.custom<Credential | CredentialProvider>(
    (value) => typeof value === 'function' || (typeof value === 'object' && value !== null),
    'must be a credential or a provider of such',
  ),
  region: z.string().optional(),
  endpoint: z.string().optional(),
  domain: z.string().optional(),
  scheme: z.enum(['https', 'http']).optional(),
  authenticate,
  basePath: z
    .string()
    .regex(/^(?:\/[\w.~-]+)+$/, 'must be a path like /sign, without a slash at its end')
    .optional(),
  grants: z.array(grant).min(1),
  limits: limitSchema.optional(),
  limitStore: limitStoreSchema.optional(),
  links: linkSchema.optional(),
  cors: corsSchema.optional(),
  maxBodyBytes: z.int().min(1).optional(),
  timeoutMs: z.int().min(1).max(MAX_TIMER_MS).optional(),
  log: z.union([aFunction, z.literal(false)]).optional(),
  sts: z.union([stsSchema, z.literal(false)]).optional(),
  dialects: dialectsSchema.optional(),
  fetch: aFunction.optional(),
  now: aFunction.optional(),
})

/**
 * Checks the options of a service, as far as none of its parts has to be made for that: `createService` makes them, and they check the rest.
 *
 * @throws {ServiceError} `ERR_SERVICE_CONFIG_INVALID`: the message names each place and what is wrong there.
 */
export function checkOptions(input: ServiceOptions): ServiceOptions {
  readBySchema<unknown>(options, input, 'ERR_SERVICE_CONFIG_INVALID', 'The configuration')
  const names = input.grants.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) {
    throw new ServiceError('ERR_SERVICE_CONFIG_INVALID', `Two grants are named "${twice}"`, { grant: twice })
  }
  const { credential } = input
  assertStsChosen(input)
  return {
    ...input,
    credential:
      typeof credential === 'function'
        ? guardProvider(credential)
        : configured('credential', () => createCredential(credential)),
  }
}
