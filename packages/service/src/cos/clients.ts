import { CosClient, type Credential, type CredentialProvider } from 'cos-presign'

/** Where buckets are, and what signs. */
export interface SigningOptions {
  readonly credential: Credential | CredentialProvider
  readonly region?: string | undefined
  readonly endpoint?: string | undefined
  readonly domain?: string | undefined
  readonly scheme?: 'https' | 'http' | undefined
}

/** Gives a client that signs with a key which lives at least so many seconds, if there can be one. */
export type ClientFor = (lifetimeSeconds: number, bucket?: string) => Promise<CosClient>

/** Makes clients: one for each key that the credential, or its provider, gives. */
export function createClients(
  { credential, region, endpoint, domain, scheme }: SigningOptions,
  now: () => number,
): ClientFor {
  // Providers give the same key again while it lives, one for each bucket where keys are for one.
  const clients = new WeakMap<Credential, CosClient>()
  function clientOf(key: Credential): CosClient {
    const known = clients.get(key)
    if (known !== undefined) return known
    const client = new CosClient({
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
    clients.set(key, client)
    return client
  }
  if (typeof credential !== 'function') {
    // Made now, so that what is wrong with it is said at the start.
    const client = clientOf(credential)
    return async () => await Promise.resolve(client)
  }
  return async (lifetimeSeconds, bucket) =>
    clientOf(await credential({ bucket, validUntil: Math.floor(now() / 1000) + lifetimeSeconds }))
}
