import type { Credential, CredentialProvider } from 'cos-presign'
import { assemble, empty, type KeyPart } from './provided-key.ts'

/** Environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Gives the key of the environment: `COS_SECRET_ID`, `COS_SECRET_KEY`, `COS_TOKEN` and `COS_TOKEN_EXPIRES_AT` (Unix seconds), or else the
 * cloud SDK's `TENCENTCLOUD_SECRET_ID`, `TENCENTCLOUD_SECRET_KEY` and `TENCENTCLOUD_SESSION_TOKEN`.
 *
 * The two are never mixed: half a key under one naming is an error, not a reason to look at the other.
 *
 * @returns A provider that rejects with `ERR_PROVIDER_EMPTY` (none is set) or `ERR_PROVIDER_INVALID`.
 * @see https://cloud.tencent.com/document/product/436/31548
 */
export function createEnvironmentProvider(env: Environment): CredentialProvider {
  return async function environmentProvider() {
    const credential = ofCos(env) ?? ofCloudSdk(env)
    if (credential) return await Promise.resolve(credential)
    throw empty('COS_SECRET_ID and TENCENTCLOUD_SECRET_ID are not set')
  }
}

function ofCos(env: Environment): Credential | undefined {
  const part = (name: string): KeyPart => [name, env[name]]
  return assemble('the environment', {
    id: part('COS_SECRET_ID'),
    key: part('COS_SECRET_KEY'),
    token: part('COS_TOKEN'),
    expiresAt: part('COS_TOKEN_EXPIRES_AT'),
  })
}

function ofCloudSdk(env: Environment): Credential | undefined {
  const part = (name: string): KeyPart => [name, env[name]]
  return assemble('the environment', {
    id: part('TENCENTCLOUD_SECRET_ID'),
    key: part('TENCENTCLOUD_SECRET_KEY'),
    token: part('TENCENTCLOUD_SESSION_TOKEN'),
  })
}
