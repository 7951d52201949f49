import { assertConstraints, type UploadConstraints } from 'cos-presign'
import type { Caller, CallerMethod } from '../caller.ts'
import { configured } from '../config-error.ts'
import { ServiceError } from '../errors.ts'
import { type KeyTemplate, parseKeyTemplate } from './key-template.ts'
import type { Operation } from './operation.ts'

/** Which callers a grant is for: those that fit in all that is given. */
export interface GrantCallers {
  /** How they must have proved who they are; a ticket is good for whatever it was issued for. */
  readonly methods?: readonly Exclude<CallerMethod, 'ticket'>[] | undefined
  /** Who they must be. */
  readonly ids?: readonly string[] | undefined
  /**
   * What must be known of them: each claim must be one of these values, or be a list that has one of them. Numbers and booleans are compared
   * as texts; `scope` may be one text with spaces between its values (RFC 8693).
   */
  readonly claims?: Readonly<Record<string, ClaimValue | readonly ClaimValue[]>> | undefined
}

/** A value of a claim that grants can look at. */
export type ClaimValue = string | boolean | number

/** How one upload is handed out: as a presigned PUT (or another signature of one), or as a form for a POST. */
export const UPLOAD_FORMS = ['put', 'post'] as const
export type UploadForm = (typeof UPLOAD_FORMS)[number]

/** What some callers may have, declared once. */
export interface GrantOptions {
  /** Unique; requests, refusals and the audit call it so. */
  readonly name: string
  /** Everybody who could prove who they are when absent. */
  readonly callers?: GrantCallers | undefined
  /** `BucketName-APPID`. */
  readonly bucket: string
  /** The keys, such as `users/{sub}/{date}/{uuid}-{filename}`; see `parseKeyTemplate`. */
  readonly key: string
  /**
   * Whether the client may name the key of an upload itself, within the template; otherwise the service makes it, and the template
   * must hold `{uuid}` so that nobody can guess it.
   * @default false
   */
  readonly clientMayChooseKey?: boolean | undefined
  readonly operations: readonly Operation[]
  /**
   * How uploads are handed out. Nothing can be added to a form; so `[post]` is for services without an STS. Temporary keys (`credentials`) are
   * not meant by it.
   * @default ['put', 'post']
   */
  readonly forms?: readonly UploadForm[] | undefined
  /** What may be uploaded, besides the key. */
  readonly constraints?: Omit<UploadConstraints, 'key' | 'keyPrefix'> | undefined
  /**
   * The longest life of what is handed out, in seconds. Links live as long as `maxLinkLifetimeSeconds` says; the URLs that they lead to are
   * handed out too.
   * @default 900
   */
  readonly maxLifetimeSeconds?: number | undefined
  /**
   * The longest life of a share link, in seconds, where it is less than `links.maxLifetimeSeconds`.
   * @default that of `links`
   */
  readonly maxLinkLifetimeSeconds?: number | undefined
}

/** A grant, ready to be asked. */
export interface Grant {
  readonly name: string
  readonly bucket: string
  readonly template: KeyTemplate
  readonly clientMayChooseKey: boolean
  readonly operations: ReadonlySet<Operation>
  readonly forms: readonly UploadForm[]
  readonly constraints: Omit<UploadConstraints, 'key' | 'keyPrefix'>
  readonly maxLifetimeSeconds: number
  readonly maxLinkLifetimeSeconds: number
  /** The claims of a caller that it looks at. */
  readonly claimNames: readonly string[]
  /** Whether it is for this caller. */
  isFor(caller: Caller): boolean
}

/** @throws {ServiceError} `ERR_SERVICE_CONFIG_INVALID`: the key template or the constraints cannot be, or do not go with the rest. */
export function createGrant(options: GrantOptions): Grant {
  const { name, bucket, callers = {}, clientMayChooseKey = false, forms = UPLOAD_FORMS } = options
  const template = templateOf(options)
  const constraints = constraintsOf(options)
  const makesKeys = options.operations.some(
    (operation) => operation === 'upload' || operation === 'multipart',
  )
  if (template.hasPath && !clientMayChooseKey) {
    throw impossible(
      name,
      'its key holds {path}, which the client chooses, but clientMayChooseKey is not set',
    )
  }
  if (makesKeys && !clientMayChooseKey && !template.isUnguessable) {
    throw impossible(name, 'its key must hold {uuid}, or others could guess the keys that the service makes')
  }
  if (options.operations.every((operation) => operation === 'credentials')) {
    throw impossible(
      name,
      'it allows "credentials" alone; add what the keys are for: upload, multipart, download or delete',
    )
  }
  if (!forms.includes('put') && options.operations.includes('multipart')) {
    throw impossible(name, 'its forms lack put, by which parts are sent, but it allows multipart')
  }
  return {
    name,
    bucket,
    template,
    clientMayChooseKey,
    operations: new Set(options.operations),
    constraints,
    forms,
    maxLifetimeSeconds: options.maxLifetimeSeconds ?? 900,
    maxLinkLifetimeSeconds: options.maxLinkLifetimeSeconds ?? Number.POSITIVE_INFINITY,
    claimNames: [...template.claimNames, ...Object.keys(callers.claims ?? {})],
    isFor: (caller) => isMeant(caller, name, callers),
  }
}

function templateOf({ name, key }: GrantOptions): KeyTemplate {
  try {
    return parseKeyTemplate(key)
  } catch (error) {
    throw error instanceof ServiceError ? impossible(name, error.message) : error
  }
}

function constraintsOf({ name, constraints = {} }: GrantOptions): Grant['constraints'] {
  const misplaced = ['key', 'keyPrefix'].find((one) => Object.hasOwn(constraints, one))
  if (misplaced !== undefined)
    throw impossible(name, `"constraints.${misplaced}" says again what "key" of the grant says`)
  configured(`The grant "${name}" cannot be`, () => assertConstraints(constraints))
  return constraints
}

function impossible(name: string, what: string): ServiceError {
  return new ServiceError('ERR_SERVICE_CONFIG_INVALID', `The grant "${name}" cannot be: ${what}`, {
    grant: name,
  })
}

function isMeant(caller: Caller, name: string, { methods, ids, claims = {} }: GrantCallers): boolean {
  if (caller.grants !== undefined && !caller.grants.includes(name)) return false
  // A ticket stands for whoever got it, however that was; what it opens is decided when it is issued.
  if (methods !== undefined && caller.method !== 'ticket' && !methods.includes(caller.method)) return false
  if (ids !== undefined && !ids.includes(caller.id)) return false
  return Object.entries(claims).every(([claim, wanted]) => hasClaim(caller, claim, wanted))
}

function hasClaim({ claims }: Caller, name: string, wanted: ClaimValue | readonly ClaimValue[]): boolean {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  const have = name === 'scope' && typeof value === 'string' ? value.split(' ') : [value].flat()
  const allowed = [wanted].flat().map(String)
  return have.some((one) => isClaimValue(one) && allowed.includes(String(one)))
}

/** Numbers beyond 2^53 are not: JSON has rounded them, so that one could be another. */
function isClaimValue(value: unknown): value is ClaimValue {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)
}
