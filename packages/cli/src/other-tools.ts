import {
  createCloudSdkProfileProvider,
  createCoscliProvider,
  createInstanceRoleProvider,
  createWebIdentityProvider,
  type ReadText,
  StsError,
} from '@cos-presign/sts'
import type { Credential, CredentialProvider } from 'cos-presign'
import { parse as parseYaml } from 'yaml'
import type { Io } from './io.ts'
import { askSts } from './sts-error.ts'

/** A key, and the place it is from. */
interface FoundKey {
  readonly name: string
  readonly credential: Credential
}

const MAX_FILE_BYTES = 256 * 1024

/**
 * Finds the key that another tool uses on this machine: the cloud SDK, coscli, a workload in TKE.
 *
 * @throws {CliError} There is one, and it cannot be used; the message says why.
 */
export async function readOtherTools(io: Io): Promise<FoundKey | undefined> {
  const { env, homeDirectory: home, fetch } = io
  const readText: ReadText = async (path) =>
    (await io.files.facts(path)) === undefined ? undefined : await io.files.readText(path, MAX_FILE_BYTES)
  const ofSdk = (path: string): [string, CredentialProvider] => [
    path,
    createCloudSdkProfileProvider({ path, readText }),
  ]
  const coscli = `${home}/.cos.yaml`
  const places: readonly [name: string, provider: CredentialProvider][] = [
    ofSdk(`${home}/.tencentcloud/credentials`),
    ofSdk('/etc/tencentcloud/credentials'),
    [coscli, createCoscliProvider({ path: coscli, readText, parseYaml })],
    ['the identity of this TKE workload', createWebIdentityProvider({ env, readText, fetch })],
  ]
  for (const [name, provider] of places) {
    const credential = await askSts(() => provider().catch(whenEmpty))
    if (credential) return { name, credential }
  }
  return undefined
}

function whenEmpty(error: unknown): undefined {
  if (error instanceof StsError && error.code === 'ERR_PROVIDER_EMPTY') return undefined
  throw error
}

/**
 * Gets the key of the instance's role.
 *
 * @param role - Its name; `true` for the one that the metadata service lists first.
 * @throws {CliError} There is none.
 */
export async function readInstanceRole(role: string | true, { fetch }: Io): Promise<Credential> {
  return await askSts(() => createInstanceRoleProvider({ fetch, ...(role === true ? {} : { role }) })())
}
