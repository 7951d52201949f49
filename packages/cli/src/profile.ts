import { CliError } from './errors.ts'
import type { Io } from './io.ts'

/** What a profile may say. */
const KEYS = [
  'secretId',
  'secretKey',
  'token',
  'tokenExpiresAt',
  'region',
  'endpoint',
  'domain',
  'scheme',
] as const
type Key = (typeof KEYS)[number]

/** A profile as it stands in the file. */
export interface Profile {
  readonly name: string
  readonly path: string
  readonly values: Readonly<Partial<Record<Key, string>>>
}

const MAX_FILE_BYTES = 256 * 1024

/** Where profiles are kept. A relative `XDG_CONFIG_HOME` is ignored, as the XDG specification asks. */
export function profilePath({ env, homeDirectory }: Io): string {
  const base = env.XDG_CONFIG_HOME
  return `${base && /^(?:\/|[A-Za-z]:[\\/])/.test(base) ? base : `${homeDirectory}/.config`}/cos-presign/config.yaml`
}

/**
 * Reads one profile. Without a name it is `default`, and then it need not exist.
 *
 * @throws {CliError} `ERR_CLI_PROFILE_MISSING`, `ERR_CLI_PROFILE_UNSAFE`, `ERR_CLI_PROFILE_INVALID`; messages hold no values.
 */
export async function readProfile(io: Io, wanted: string | undefined): Promise<Profile | undefined> {
  const path = profilePath(io)
  const name = wanted ?? 'default'
  const facts = await io.files.facts(path)
  if (facts === undefined) {
    if (wanted === undefined) return undefined
    throw new CliError('ERR_CLI_PROFILE_MISSING', `There is no profile "${name}": ${path} does not exist`)
  }
  if (facts.isReadableByOthers) {
    throw new CliError(
      'ERR_CLI_PROFILE_UNSAFE',
      `Others can read ${path}, and it may hold secrets; run: chmod 600 ${path}`,
    )
  }
  const profiles = await parseProfiles(await io.files.readText(path, MAX_FILE_BYTES), path)
  const values = profiles.get(name)
  if (values) return { name, path, values }
  if (wanted === undefined) return undefined
  const others = [...profiles.keys()].join(', ') || 'none'
  throw new CliError('ERR_CLI_PROFILE_MISSING', `There is no profile "${name}" in ${path}; it has: ${others}`)
}

async function parseProfiles(text: string, path: string): Promise<Map<string, Profile['values']>> {
  const { isMap, isScalar, LineCounter, parseDocument } = await import('yaml')
  const lines = new LineCounter()
  // In the failsafe schema every scalar is text: a key made of digits stays what it is. Pretty errors would quote the line.
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false })
  const invalid = (what: string, offset = 0): CliError =>
    new CliError('ERR_CLI_PROFILE_INVALID', `${path}, line ${lines.linePos(offset).line || 1}: ${what}`)

  const [broken] = document.errors
  if (broken) throw invalid(`this is not YAML (${broken.code}); see the example in the README`, broken.pos[0])

  const entries = (
    node: unknown,
    what: string,
    offset: number,
  ): [key: string, value: unknown, offset: number][] => {
    if (!isMap(node)) throw invalid(`${what} must be a list of "name: value" lines`, offset)
    return node.items.map(({ key, value }) => {
      const at = (isScalar(key) && key.range?.[0]) || offset
      if (!isScalar(key) || typeof key.value !== 'string')
        throw invalid(`a name in ${what} must be plain text`, at)
      return [key.value, value, at]
    })
  }

  const profiles = new Map<string, Profile['values']>()
  if (document.contents === null) return profiles
  for (const [section, content, at] of entries(document.contents, 'the file', 0)) {
    if (section !== 'profiles')
      throw invalid(`unknown key "${section}"; the file holds "profiles" and nothing else`, at)
    for (const [name, settings, start] of entries(content, '"profiles"', at)) {
      const values: Partial<Record<Key, string>> = {}
      for (const [key, value, offset] of entries(settings, `profile "${name}"`, start)) {
        if (!isKey(key))
          throw invalid(`unknown key "${key}" in profile "${name}"; known are ${KEYS.join(', ')}`, offset)
        if (!isScalar(value) || typeof value.value !== 'string' || value.value === '') {
          throw invalid(`"${key}" in profile "${name}" must be a text`, offset)
        }
        values[key] = value.value
      }
      profiles.set(name, values)
    }
  }
  return profiles
}

function isKey(key: string): key is Key {
  return (KEYS as readonly string[]).includes(key)
}
