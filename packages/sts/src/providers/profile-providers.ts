import type { Credential, CredentialProvider } from 'cos-presign'
import { parseIni } from './ini.ts'
import { assemble, empty, type KeyPart, unusable } from './provided-key.ts'

/** How a text file is read: its content, or `undefined` when there is none. */
export type ReadText = (path: string) => Promise<string | undefined>

/** How a profile file is found and read. */
export interface ProfileOptions {
  /** Where the file is. */
  readonly path: string
  /** How it is read; `readTextFile` of `@cos-presign/sts/node` does on Node.js. */
  readonly readText: ReadText
}

/** How a profile in YAML is found and read. */
export interface YamlProfileOptions extends ProfileOptions {
  /** Parses YAML to plain values, such as `parse` of the package `yaml`: this package has no dependency. */
  readonly parseYaml: (text: string) => unknown
}

/**
 * Gives the key of a profile of this project's command: `profiles.<name>` with `secretId`, `secretKey`, `token` and `tokenExpiresAt` in
 * `~/.config/cos-presign/config.yaml`.
 *
 * @returns A provider that rejects with `ERR_PROVIDER_EMPTY` (no file, no such profile, no key in it) or `ERR_PROVIDER_INVALID`.
 */
export function createProfileProvider(
  options: YamlProfileOptions & { readonly profile?: string | undefined },
): CredentialProvider {
  const { path, profile = 'default' } = options
  return async function profileProvider() {
    const where = `profile "${profile}" in ${path}`
    const section = memberOf(memberOf(await readYaml(options), 'profiles'), profile)
    const part = (name: string): KeyPart => [name, textOf(memberOf(section, name))]
    return found(
      where,
      assemble(where, {
        id: part('secretId'),
        key: part('secretKey'),
        token: part('token'),
        expiresAt: part('tokenExpiresAt'),
      }),
    )
  }
}

/**
 * Gives the key of the cloud SDK's profile file, an INI file with `secret_id`, `secret_key` and perhaps `token` in a section.
 *
 * @returns A provider that rejects with `ERR_PROVIDER_EMPTY` (no file, no such section, no key in it) or `ERR_PROVIDER_INVALID`.
 */
export function createCloudSdkProfileProvider(
  options: ProfileOptions & { readonly section?: string | undefined },
): CredentialProvider {
  const { path, readText, section = 'default' } = options
  return async function cloudSdkProfileProvider() {
    const text = await readText(path)
    if (text === undefined) throw empty(`${path} does not exist`)
    const where = `section [${section}] of ${path}`
    const values = parseIni(text).get(section)
    const part = (name: string): KeyPart => [name, values?.get(name)]
    return found(
      where,
      assemble(where, { id: part('secret_id'), key: part('secret_key'), token: part('token') }),
    )
  }
}

/**
 * Gives the key of coscli's file `~/.cos.yaml`, where it is not encrypted. coscli encrypts by default, with a key that is built into it; that is
 * no secret to keep, but not ours to use.
 *
 * @returns A provider that rejects with `ERR_PROVIDER_EMPTY` (no file, no key in it) or `ERR_PROVIDER_INVALID` (encrypted, half a key).
 */
export function createCoscliProvider(options: YamlProfileOptions): CredentialProvider {
  const { path } = options
  return async function coscliProvider() {
    const base = memberOf(memberOf(await readYaml(options), 'cos'), 'base')
    const part = (name: string): KeyPart => [name, textOf(memberOf(base, name))]
    const [, isPlain] = part('disableencryption')
    if (part('mode')[1] === 'CvmRole') throw empty(`${path} names an instance role and holds no key`)
    if (part('secretid')[1] && isPlain?.toLowerCase() !== 'true') {
      throw unusable(
        `${path} holds a key that coscli has encrypted for itself: answer true to "Disable encryption" in "coscli config init", or give the key in another way`,
      )
    }
    return found(
      path,
      assemble(path, { id: part('secretid'), key: part('secretkey'), token: part('sessiontoken') }),
    )
  }
}

function found(where: string, credential: Credential | undefined): Credential {
  if (credential) return credential
  throw empty(`${where} holds no key`)
}

async function readYaml({ path, readText, parseYaml }: YamlProfileOptions): Promise<unknown> {
  const text = await readText(path)
  if (text === undefined) throw empty(`${path} does not exist`)
  try {
    return parseYaml(text)
  } catch {
    // What a parser says may quote the line, and the line may hold a secret.
    throw unusable(`${path} is not YAML`)
  }
}

/** A member of a mapping. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}
