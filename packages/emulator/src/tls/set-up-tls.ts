import { join } from 'node:path'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { type NamedServer, toDomains, toServerNames } from './server-names.ts'

/** How to listen with TLS. */
export interface TlsListenOptions {
  /**
   * 0 takes a free one.
   * @default 0
   */
  readonly port?: number | undefined
  /** A certificate of your own as PEM, its chain behind it; together with `key`. Without it one is made. */
  readonly cert?: string | undefined
  /** The private key of `cert` as PEM. */
  readonly key?: string | undefined
  /**
   * Host names and IP addresses that clients use besides those of the emulator and its buckets, such as the name of a container.
   * @default []
   */
  readonly names?: readonly string[] | undefined
}

/** What a server needs to speak TLS, and its clients to trust it. */
export interface TlsSetup {
  readonly options: SecureContextOptions & {
    SNICallback?(name: string, done: (error: Error | null, context?: SecureContext) => void): void
  }
  /** The certificate of the authority, as PEM; absent for a certificate that was given. */
  readonly ca?: string
  /** The file that holds it, with a data directory. */
  readonly caFile?: string
}

/** Host names for which a certificate was made are remembered, so many at the most. */
const MAX_CONTEXTS = 500

/**
 * Takes the certificate that is given, or makes an authority and lets it sign: one certificate with all names for clients that
 * connect to an address, and one for each host name that is asked for. So buckets that are created later are named too.
 *
 * With a data directory the authority is kept there; it need be trusted once.
 */
export async function setUpTls(
  { cert, key, names = [] }: TlsListenOptions,
  server: Omit<NamedServer, 'names'>,
  dataDir: string | undefined,
): Promise<TlsSetup> {
  if (cert !== undefined || key !== undefined) return { options: given(cert, key) }
  const named = { ...server, names }
  const domains = toDomains(named)
  const { openCertificateAuthority } = await import('./certificate-authority.ts')
  const { authority: pem, caFile } = await loadAuthority(domains, dataDir)
  const authority = await openCertificateAuthority(pem)
  const everything = await authority.issue(toServerNames(named))
  const contexts = new Map<string, Promise<SecureContext>>()
  const isOurs = (name: string) => domains.some((domain) => name === domain || name.endsWith(`.${domain}`))
  const contextOf = (name: string): Promise<SecureContext> => {
    const known = contexts.get(name)
    if (known !== undefined) return known
    if (contexts.size >= MAX_CONTEXTS) contexts.clear()
    const made = authority.issue([name]).then(createSecureContext)
    contexts.set(name, made)
    return made
  }
  return {
    options: {
      ...everything,
      SNICallback(name, done) {
        const lower = name.toLowerCase()
        if (!isOurs(lower)) return done(null)
        return void contextOf(lower).then(
          (context) => done(null, context),
          () => done(null),
        )
      },
    },
    ca: authority.certificate,
    ...(caFile === undefined ? {} : { caFile }),
  }
}

/** @throws {TypeError|RangeError} They are not a certificate and its key. */
function given(cert: string | undefined, key: string | undefined): { cert: string; key: string } {
  if (typeof cert !== 'string' || typeof key !== 'string') {
    throw new TypeError('"tls.cert" and "tls.key" go together, both as PEM')
  }
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    throw new RangeError(
      `"tls.cert" and "tls.key" must be a certificate and its private key as PEM: ${(error as Error).message}`,
    )
  }
  return { cert, key }
}

async function loadAuthority(
  domains: readonly string[],
  dataDir: string | undefined,
): Promise<{ authority: string; caFile?: string }> {
  const { createCertificateAuthority, isGoodAuthority } = await import('./certificate-authority.ts')
  if (dataDir === undefined) return { authority: await createCertificateAuthority(domains) }
  const { keepSecret, publish } = await import('../disk/keep-secret.ts')
  const authority = await keepSecret(
    join(dataDir, 'secrets', 'certificate-authority.pem'),
    () => createCertificateAuthority(domains),
    (pem) => isGoodAuthority(pem, domains),
  )
  const caFile = join(dataDir, 'ca.pem')
  await publish(caFile, authority.slice(0, authority.indexOf('-----BEGIN PRIVATE KEY-----')))
  return { authority, caFile }
}
