import type { CredentialProvider } from 'cos-presign'
import { createStsClient } from '../client/sts-client.ts'
import type { StsClientOptions } from '../client/sts-settings.ts'
import type { Environment } from './environment-provider.ts'
import type { ReadText } from './profile-providers.ts'
import { empty, unusable } from './provided-key.ts'

/** Where a workload in TKE finds its identity. */
export interface WebIdentityOptions extends Omit<StsClientOptions, 'credential' | 'region'> {
  /** `TKE_ROLE_ARN`, `TKE_PROVIDER_ID`, `TKE_WEB_IDENTITY_TOKEN_FILE` and `TKE_REGION` are read from it. */
  readonly env: Environment
  /** How the token's file is read; `readTextFile` of `@cos-presign/sts/node` does on Node.js. */
  readonly readText: ReadText
  /**
   * Seconds until a key dies.
   * @default 3600
   */
  readonly durationSeconds?: number | undefined
}

const NAMES = ['TKE_ROLE_ARN', 'TKE_PROVIDER_ID', 'TKE_WEB_IDENTITY_TOKEN_FILE', 'TKE_REGION'] as const

/**
 * Gives temporary keys of the role that a pod in TKE runs under, for the token in its file (AssumeRoleWithWebIdentity). It asks at each
 * call, and reads the token anew since the cluster replaces it: put it behind `createCachedProvider`.
 *
 * @returns A provider that rejects with `ERR_PROVIDER_EMPTY` (not in such a pod), `ERR_PROVIDER_INVALID` or any `ERR_STS_*`.
 * @throws {TypeError|RangeError} An option is not as it must be.
 * @see https://cloud.tencent.com/document/product/457/82415
 */
export function createWebIdentityProvider(options: WebIdentityOptions): CredentialProvider {
  const { env, readText, durationSeconds = 3600, ...clientOptions } = options
  return async function webIdentityProvider() {
    const [roleArn, providerId, tokenFile, region] = NAMES.map((name) => env[name] || undefined)
    if (!roleArn && !providerId && !tokenFile) throw empty('TKE_ROLE_ARN is not set')
    if (!roleArn || !providerId || !tokenFile || !region) {
      const missing = NAMES.filter((name) => !env[name])
      throw unusable(`Of the environment of a TKE workload ${missing.join(' and ')} is missing`)
    }
    const webIdentityToken = (await readText(tokenFile))?.trim()
    if (!webIdentityToken)
      throw unusable(`TKE_WEB_IDENTITY_TOKEN_FILE names ${tokenFile}, which is empty or not there`)
    const sts = createStsClient({ ...clientOptions, region })
    const { credential } = await sts.assumeRoleWithWebIdentity({
      roleArn,
      providerId,
      webIdentityToken,
      durationSeconds,
    })
    return credential
  }
}
