import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { type CachedProvider, createCachedProvider } from './providers/cached-provider.ts'
import { createChainProvider } from './providers/chain-provider.ts'
import { createEnvironmentProvider, type Environment } from './providers/environment-provider.ts'
import { createInstanceRoleProvider } from './providers/instance-role-provider.ts'
import {
  createCloudSdkProfileProvider,
  createCoscliProvider,
  createProfileProvider,
} from './providers/profile-providers.ts'
import { unusable } from './providers/provided-key.ts'
import { createWebIdentityProvider } from './providers/web-identity-provider.ts'

/** Where a machine's keys are looked for; all of it has a usual value. */
export interface DefaultProviderOptions {
  /** @default process.env */
  readonly env?: Environment | undefined
  /** @default the user's */
  readonly homeDirectory?: string | undefined
  /** The section of the profile files. @default 'default' */
  readonly profile?: string | undefined
  /** Parses YAML, such as `parse` of the package `yaml`. Without it the two profile files in YAML are passed over. */
  readonly parseYaml?: ((text: string) => unknown) | undefined
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/**
 * Finds the key of this machine, and keeps it as `createCachedProvider` does: the environment; the profile of `cos-presign`; the cloud SDK's
 * profile in the home directory, then in `/etc`; coscli's file; the identity of a TKE workload; the role of a CVM instance.
 *
 * @returns A provider that rejects with `ERR_PROVIDER_EMPTY` when there is none, and with `ERR_PROVIDER_INVALID` when one of them is half or unusable.
 * @example
 * import { createDefaultProvider } from '@cos-presign/sts/node'
 * const credential = await createDefaultProvider()()
 */
export function createDefaultProvider(options: DefaultProviderOptions = {}): CachedProvider {
  const { env = process.env, homeDirectory = homedir(), profile = 'default', parseYaml, fetch } = options
  const readText = readTextFile
  const sdkFile = (folder: string) =>
    createCloudSdkProfileProvider({ path: join(folder, 'credentials'), readText, section: profile })
  const config = env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : join(homeDirectory, '.config')
  const path = join(config, 'cos-presign', 'config.yaml')
  const chain = createChainProvider([
    createEnvironmentProvider(env),
    ...(parseYaml ? [createProfileProvider({ path, readText: readPrivateFile, parseYaml, profile })] : []),
    sdkFile(join(homeDirectory, '.tencentcloud')),
    sdkFile('/etc/tencentcloud'),
    ...(parseYaml
      ? [createCoscliProvider({ path: join(homeDirectory, '.cos.yaml'), readText, parseYaml })]
      : []),
    createWebIdentityProvider({ env, readText, fetch }),
    createInstanceRoleProvider({ fetch }),
  ])
  return createCachedProvider(chain)
}

const MAX_FILE_BYTES = 256 * 1024

/**
 * Reads a text file of at most 256 KiB.
 *
 * @returns Its content, or `undefined` when there is no such file.
 * @throws {StsError} `ERR_PROVIDER_INVALID`: it is too long, or cannot be read.
 */
export async function readTextFile(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path)
    if (size > MAX_FILE_BYTES) throw unusable(`${path} is longer than ${MAX_FILE_BYTES} bytes`)
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw code?.startsWith('ERR_') ? error : unusable(`${path} cannot be read (${code})`)
  }
}

/** As {@link readTextFile}, for a file that others must not be able to read. */
async function readPrivateFile(path: string): Promise<string | undefined> {
  const text = await readTextFile(path)
  // Windows has no such bits: the mode there says "everybody" of every file.
  if (text !== undefined && process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
    throw unusable(`Others can read ${path}, and it may hold secrets; run: chmod 600 ${path}`)
  }
  return text
}
