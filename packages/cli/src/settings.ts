import { type Credential, createCredential, redact, type Scheme } from 'cos-presign'
import { CliError } from './errors.ts'
import { collectText } from './io/read-files.ts'
import type { Io } from './io.ts'
import { type Profile, profilePath, readProfile } from './profile.ts'

/** What the flags of a command say about settings. */
export interface SettingFlags {
  readonly secretId?: string
  readonly secretKeyFile?: string
  readonly tokenFile?: string
  readonly tokenExpiresAt?: number
  /** The name of the role, or `true` for the only one. */
  readonly instanceRole?: string | true
  readonly profile?: string
  readonly region?: string
  readonly endpoint?: string
  readonly domain?: string
  readonly scheme?: Scheme
  readonly signHost?: boolean
}

/** Where requests go: the first of domain, endpoint and region that is given decides. */
export interface Place {
  readonly region?: string | undefined
  readonly endpoint?: string | undefined
  readonly domain?: string | undefined
  readonly scheme?: Scheme | undefined
}

/** All settings of a command that signs, and where each came from. */
export interface Settings {
  readonly credential: Credential
  readonly place: Place & { readonly scheme: Scheme }
  readonly signHost: boolean
  /** For `--verbose`: one line a setting, no secrets. */
  readonly explanation: readonly string[]
  readonly warnings: readonly string[]
}

/** One place to look for settings. A credential comes whole from one of them: ids and keys of two are never mixed. */
interface Source {
  readonly name: string
  readonly credential: Credential | undefined
  readonly place: Place
}

/** Longer than any token (4096 bytes), shorter than any mistake. */
const MAX_SECRET_BYTES = 16_384

/**
 * Finds credential and place: flags before environment (`COS_*`, then `TENCENTCLOUD_*`) before profile before default.
 *
 * @throws {CliError} Something is missing, half given or unsafe; the message says what to do.
 */
export async function resolveSettings(flags: SettingFlags, io: Io): Promise<Settings> {
  const warnings: string[] = []
  const sources = await findSources(flags, io, warnings, isComplete)
  const credential = sources.find((source) => source.credential !== undefined)
  const place = sources.find((source) => hasPlace(source.place))
  if (!credential?.credential) throw missingCredential(io)
  if (!place) throw missingPlace()
  if (flags.profile !== undefined) warnings.push(...shadowed(sources.at(-1) as Source, credential, place))

  const region =
    place.place.region ?? sources.find((source) => source.place.region !== undefined)?.place.region
  const scheme = flags.scheme ?? place.place.scheme ?? 'https'
  const signHost = flags.signHost ?? true
  const found = { ...place.place, region, scheme }
  return {
    credential: credential.credential,
    place: found,
    signHost,
    explanation: [
      `credential: ${shortId(credential.credential)} from ${credential.name}`,
      `${describePlace(found)} from ${place.name}`,
      `scheme: ${scheme} from ${flags.scheme ? 'flag' : place.place.scheme ? place.name : 'default'}`,
      `host signed: ${signHost ? 'yes, by default' : 'no, from flag'}`,
    ],
    warnings,
  }
}

/**
 * Finds the credential alone, in the same places, for a command that needs no bucket's place.
 *
 * @throws {CliError} It is missing, half given or unsafe; the message says what to do.
 */
export async function resolveCredential(
  flags: SettingFlags,
  io: Io,
): Promise<Pick<Settings, 'credential' | 'explanation' | 'warnings'>> {
  const found = await findCredential(flags, io)
  if (found === undefined) throw missingCredential(io)
  const { credential, name, warnings } = found
  return { credential, explanation: [`credential: ${shortId(credential)} from ${name}`], warnings }
}

/** A credential, and where it came from. */
export interface FoundCredential {
  readonly credential: Credential
  /** The place, for people. */
  readonly name: string
  readonly isFromFlags: boolean
  readonly warnings: readonly string[]
}

/**
 * Finds the credential alone, if there is one.
 *
 * @throws {CliError} It is half given or unsafe.
 */
export async function findCredential(flags: SettingFlags, io: Io): Promise<FoundCredential | undefined> {
  const warnings: string[] = []
  const sources = await findSources(flags, io, warnings, (found) => found.some(hasCredential))
  const source = sources.find(hasCredential)
  if (source?.credential === undefined) return undefined
  return { credential: source.credential, name: source.name, isFromFlags: source === sources[0], warnings }
}

/**
 * Finds the region alone, for a command that signs nothing.
 *
 * @throws {CliError} `ERR_CLI_REGION_MISSING`
 */
export async function resolveRegion(
  { region, profile }: Pick<SettingFlags, 'region' | 'profile'>,
  io: Io,
): Promise<string> {
  const found =
    region ??
    fromEnvironment(io, COS).place.region ??
    fromEnvironment(io, VENDOR).place.region ??
    (await readProfile(io, profile))?.values.region
  if (found !== undefined) return found
  throw new CliError(
    'ERR_CLI_REGION_MISSING',
    'No region. Give --region (like ap-guangzhou), or set COS_REGION, or say region in a profile',
  )
}

/** Flags, environment, and the profile if it is named or the others are not enough. */
async function findSources(
  flags: SettingFlags,
  io: Io,
  warnings: string[],
  isEnough: (sources: readonly Source[]) => boolean,
): Promise<Source[]> {
  const sources = [await fromFlags(flags, io, warnings)]
  for (const names of [COS, VENDOR]) {
    // What is not used need not be whole: half a credential left in the environment does no harm beside another.
    const isWanted = sources.every(({ credential }) => credential === undefined)
    sources.push({
      ...fromEnvironment(io, names),
      credential: isWanted ? environmentCredential(io, names) : undefined,
    })
  }
  if (flags.profile !== undefined || !isEnough(sources)) {
    const profile = await readProfile(io, flags.profile)
    if (profile) sources.push(fromProfile(profile))
  }
  if (sources.some(hasCredential)) return sources
  const other = await (await import('./other-tools.ts')).readOtherTools(io)
  return other ? [...sources, { ...other, place: {} }] : sources
}

function hasCredential({ credential }: Source): boolean {
  return credential !== undefined
}

/** A SecretId as it may be shown. */
export function shortId({ secretId }: Credential): string {
  return redact(`q-ak=${secretId}`).slice('q-ak='.length)
}

function isComplete(sources: readonly Source[]): boolean {
  return (
    sources.some((source) => source.credential !== undefined) &&
    sources.some((source) => hasPlace(source.place))
  )
}

function hasPlace({ domain, endpoint, region }: Place): boolean {
  return domain !== undefined || endpoint !== undefined || region !== undefined
}

function describePlace({ domain, endpoint, region }: Place): string {
  if (domain !== undefined) return `domain: ${domain}`
  return endpoint === undefined ? `region: ${region}` : `endpoint: ${endpoint}`
}

function shadowed(profile: Source, credential: Source, place: Source): string[] {
  const lines: string[] = []
  if (profile.credential && credential !== profile)
    lines.push(`the credential of ${profile.name} is not used: ${credential.name} comes first`)
  if (hasPlace(profile.place) && place !== profile)
    lines.push(`the place in ${profile.name} is not used: ${place.name} comes first`)
  return lines
}

// ---- flags

async function fromFlags(flags: SettingFlags, io: Io, warnings: string[]): Promise<Source> {
  const { region, endpoint, domain, scheme } = flags
  return {
    name: 'flags',
    credential: await flagCredential(flags, io, warnings),
    place: { region, endpoint, domain, scheme },
  }
}

/** The credential that the flags give, if they give one. */
export async function flagCredential(
  flags: SettingFlags,
  io: Io,
  warnings: string[],
): Promise<Credential | undefined> {
  const { secretId, secretKeyFile, tokenFile, tokenExpiresAt, instanceRole } = flags
  const given = { '--secret-id': secretId, '--secret-key-file': secretKeyFile, '--token-file': tokenFile }
  if (instanceRole !== undefined) {
    const other = Object.entries(given).find(([, value]) => value !== undefined)?.[0]
    if (other !== undefined) throw new CliError('ERR_CLI_USAGE', `Give --instance-role or ${other}, not both`)
    return await (await import('./other-tools.ts')).readInstanceRole(instanceRole, io)
  }
  if (Object.values(given).every((value) => value === undefined)) {
    if (tokenExpiresAt !== undefined)
      throw incomplete('--token-expires-at', ['--secret-id', '--secret-key-file'])
    return undefined
  }
  assertWhole(given, '--secret-id', '--secret-key-file')
  if (secretKeyFile === '-' && tokenFile === '-') {
    throw new CliError(
      'ERR_CLI_USAGE',
      'Only one of --secret-key-file and --token-file can be read from standard input (-)',
    )
  }
  const secretKey = await readSecret(secretKeyFile as string, '--secret-key-file', io, warnings)
  const securityToken =
    tokenFile === undefined ? undefined : await readSecret(tokenFile, '--token-file', io, warnings)
  return toCredential('flags', {
    secretId: secretId as string,
    secretKey,
    securityToken,
    expiresAt: tokenExpiresAt,
  })
}

/** A secret from a file or, for `-`, from standard input. */
export async function readSecret(path: string, flag: string, io: Io, warnings: string[]): Promise<string> {
  if (path === '-') return trimLineEnd(await collectText(io.stdin, MAX_SECRET_BYTES, 'standard input'))
  try {
    const facts = await io.files.facts(path)
    if (facts?.kind === 'file' && facts.isReadableByOthers) {
      warnings.push(`others can read ${path} (${flag}); run: chmod 600 ${path}`)
    }
    return trimLineEnd(await io.files.readText(path, MAX_SECRET_BYTES))
  } catch (error) {
    // Not the path, since somebody may have given the secret itself.
    const message = (error as Error).message.replace(` ${path}: `, () => ` the file of ${flag}: `)
    throw new CliError('ERR_CLI_FILE', message)
  }
}

function trimLineEnd(text: string): string {
  return text.replace(/(?:\r?\n)+$/, '')
}

// ---- environment

interface Names {
  readonly secretId: string
  readonly secretKey: string
  readonly token: string
  readonly tokenExpiresAt?: string
  readonly region: string
  readonly endpoint?: string
  readonly domain?: string
  readonly scheme?: string
}

const COS: Names = {
  secretId: 'COS_SECRET_ID',
  secretKey: 'COS_SECRET_KEY',
  token: 'COS_TOKEN',
  tokenExpiresAt: 'COS_TOKEN_EXPIRES_AT',
  region: 'COS_REGION',
  endpoint: 'COS_ENDPOINT',
  domain: 'COS_DOMAIN',
  scheme: 'COS_SCHEME',
}

// The vendor's own names, which its other tools read.
const VENDOR: Names = {
  secretId: 'TENCENTCLOUD_SECRET_ID',
  secretKey: 'TENCENTCLOUD_SECRET_KEY',
  token: 'TENCENTCLOUD_SESSION_TOKEN',
  region: 'TENCENTCLOUD_REGION',
}

// An empty variable counts as none, as CI systems set those for secrets they do not have.
function readVariable({ env }: Io, name: string | undefined): string | undefined {
  return name === undefined ? undefined : env[name] || undefined
}

/** What the environment says of everything but the credential. */
function fromEnvironment(io: Io, names: Names): Omit<Source, 'credential'> {
  const scheme = readVariable(io, names.scheme)
  return {
    name: `environment (${names.secretId.replace('SECRET_ID', '*')})`,
    place: {
      region: readVariable(io, names.region),
      endpoint: readVariable(io, names.endpoint),
      domain: readVariable(io, names.domain),
      scheme: scheme === undefined ? undefined : toScheme(scheme, names.scheme as string),
    },
  }
}

/** The credential in `COS_SECRET_ID` and its siblings, if there is one. */
export function cosEnvironmentCredential(io: Io): Credential | undefined {
  return environmentCredential(io, COS)
}

function environmentCredential(io: Io, names: Names): Credential | undefined {
  const { secretId, secretKey, token, tokenExpiresAt } = names
  const given = Object.fromEntries([secretId, secretKey, token].map((name) => [name, readVariable(io, name)]))
  if (Object.values(given).every((value) => value === undefined)) return undefined
  assertWhole(given, secretId, secretKey)
  const expiry = readVariable(io, tokenExpiresAt)
  return toCredential('environment', {
    secretId: given[secretId] as string,
    secretKey: given[secretKey] as string,
    securityToken: given[token],
    expiresAt: expiry === undefined ? undefined : parseUnixSeconds(expiry, tokenExpiresAt as string),
  })
}

// ---- profile

function fromProfile({ name, path, values }: Profile): Source {
  const { secretId, secretKey, token, tokenExpiresAt, region, endpoint, domain, scheme } = values
  const from = `profile "${name}" in ${path}`
  const given = { secretId, secretKey, token }
  const hasCredential = Object.values(given).some((value) => value !== undefined)
  if (hasCredential) assertWhole(given, 'secretId', 'secretKey', ` in ${from}`)
  return {
    name: from,
    credential: hasCredential
      ? toCredential(from, {
          secretId: secretId as string,
          secretKey: secretKey as string,
          securityToken: token,
          expiresAt:
            tokenExpiresAt === undefined
              ? undefined
              : parseUnixSeconds(tokenExpiresAt, `tokenExpiresAt in ${from}`),
        })
      : undefined,
    place: {
      region,
      endpoint,
      domain,
      scheme: scheme === undefined ? undefined : toScheme(scheme, `scheme in ${from}`),
    },
  }
}

// ---- checks

function assertWhole(
  given: Readonly<Record<string, string | undefined>>,
  id: string,
  key: string,
  where = '',
): void {
  const missing = [id, key].filter((name) => given[name] === undefined)
  const present = Object.keys(given).find((name) => given[name] !== undefined) as string
  if (missing.length > 0) throw incomplete(present, missing, where)
}

function incomplete(present: string, missing: readonly string[], where = ''): CliError {
  return new CliError(
    'ERR_CLI_CREDENTIAL_INCOMPLETE',
    `${present} is given${where} but ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not; ` +
      'a credential comes whole from one place, so give both or neither',
  )
}

function toCredential(from: string, credential: Credential): Credential {
  try {
    return createCredential(credential)
  } catch (error) {
    throw new CliError(
      'ERR_CLI_CREDENTIAL_INVALID',
      `The credential from ${from} is not usable: ${(error as Error).message}`,
    )
  }
}

/** Reads a scheme. */
function toScheme(value: string, name: string): Scheme {
  if (value === 'https' || value === 'http') return value
  throw new CliError('ERR_CLI_OPTION_INVALID', `${name} must be https or http`)
}

/** Reads a moment in Unix seconds. */
export function parseUnixSeconds(value: string, name: string): number {
  if (/^\d{1,11}$/.test(value)) return Number(value)
  throw new CliError('ERR_CLI_OPTION_INVALID', `${name} must be a time in Unix seconds, like 1767225600`)
}

function missingCredential(io: Io): CliError {
  return new CliError(
    'ERR_CLI_CREDENTIAL_MISSING',
    'No credential. Set COS_SECRET_ID and COS_SECRET_KEY (and COS_TOKEN for a temporary key), ' +
      `or write a profile to ${profilePath(io)}, or give --secret-id with --secret-key-file FILE; on a CVM instance, --instance-role`,
  )
}

function missingPlace(): CliError {
  return new CliError(
    'ERR_CLI_REGION_MISSING',
    'No region. Give --region (like ap-guangzhou), or set COS_REGION, or say region in a profile; --endpoint and --domain do as well',
  )
}
