import { CosClient, type Credential, type CredentialProvider } from 'cos-presign'
import { configured } from '../config-error.ts'

/** Where buckets are, and what signs. */
export interface SigningOptions {
  readonly credential: Credential | CredentialProvider
  readonly region?: string | undefined
  readonly endpoint?: string | undefined
  readonly domain?: string | undefined
  readonly scheme?: 'https' | 'http' | undefined
}

/**
 * Gives a client that signs with a key which lives at least so many seconds, if there can be one; without a promise where no provider
 * must be asked.
 */
export type ClientFor = (lifetimeSeconds: number, bucket?: string) => CosClient | Promise<CosClient>

/** Any: where the buckets are is checked before there is a key. */
const SAMPLE: Credential = { secretId: 'sample', secretKey: 'sample' }

/**
 * Makes clients: one for each key that the credential, or its provider, gives.
 *
 * @throws {ServiceError} `ERR_SERVICE_CONFIG_INVALID`: the credential, or where the buckets are.
 */
export function createClients(
  { credential, region, endpoint, domain, scheme }: SigningOptions,
  now: () => number,
): ClientFor {
  // Providers give the same key again while it lives, one for each bucket where keys are for one.
  const clients = new WeakMap<Credential, CosClient>()
  // Made now, so that what is wrong is said at the start.
  const first = configured('The configuration is not as it must be', () =>
    createClient(typeof credential === 'function' ? SAMPLE : credential),
  )
  if (typeof credential !== 'function') return () => first
  return async (lifetimeSeconds, bucket) =>
    clientOf(await credential({ bucket, validUntil: Math.floor(now() / 1000) + lifetimeSeconds }))

  function clientOf(key: Credential): CosClient {
    const known = clients.get(key)
    if (known !== undefined) return known
    const client = createClient(key)
    clients.set(key, client)
    return client
  }

  function createClient(key: Credential): CosClient {
    return new CosClient({
      Region: region,
      Endpoint: endpoint,
      Domain: domain,
      Scheme: scheme,
      SecretId: key.secretId,
      SecretKey: key.secretKey,
      Token: key.securityToken,
      TokenExpiresAt: key.expiresAt,
      Now: now,
    })
  }
}
