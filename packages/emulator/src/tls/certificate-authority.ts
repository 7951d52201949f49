// The certificate library needs it, and loads it for nobody.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import { AsnConvert } from '@peculiar/asn1-schema'
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } from '@peculiar/asn1-x509'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** A certificate and its private key, both as PEM. */
export interface ServerCertificate {
  readonly cert: string
  readonly key: string
}

/** Signs certificates for the hosts of one emulator. */
export interface CertificateAuthority {
  /** What clients are to trust, as PEM. */
  readonly certificate: string
  /**
   * A certificate for these host names and IP addresses.
   *
   * @param names - The first is its subject.
   */
  issue(names: readonly string[]): Promise<ServerCertificate>
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const NAME_CONSTRAINTS = '2.5.29.30'
const DAY_MS = 86_400_000
const AUTHORITY_DAYS = 730
/** The longest that browsers take. */
const SERVER_DAYS = 397
const LEAST_DAYS_LEFT = 60
const LOOPBACK = ['127.0.0.0/8', '::1/128']

/**
 * Makes an authority, as PEM: certificate and private key in one text, to be kept and passed to {@link openCertificateAuthority}.
 *
 * @param domains - Host names and IP addresses. It can sign for these, for names below them and for loopback addresses, and for nothing
 * else: so whoever trusts it, and whoever steals its key, gets no further.
 */
export async function createCertificateAuthority(domains: readonly string[]): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=cos-presign emulator, O=for development only',
    ...validFor(AUTHORITY_DAYS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      new Extension(NAME_CONSTRAINTS, true, AsnConvert.serialize(toConstraints(domains))),
    ],
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return `${certificate.toString('pem')}\n${PemConverter.encode(key, 'PRIVATE KEY')}\n`
}

/** Whether an authority that was kept is of use: it can sign for just these domains, and has not nearly ended. */
export function isGoodAuthority(pem: string, domains: readonly string[]): boolean {
  try {
    const certificate = new X509Certificate(firstCertificate(pem))
    const leftMs = certificate.notAfter.getTime() - Date.now()
    const wanted = Buffer.from(AsnConvert.serialize(toConstraints(domains))).toString('hex')
    return leftMs > LEAST_DAYS_LEFT * DAY_MS && constraintsOf(certificate) === wanted
  } catch {
    return false
  }
}

/** Opens what {@link createCertificateAuthority} made. */
export async function openCertificateAuthority(pem: string): Promise<CertificateAuthority> {
  const authority = new X509Certificate(firstCertificate(pem))
  const [, privateKey] = PemConverter.decode(pem) as [ArrayBuffer, ArrayBuffer]
  const signingKey = await webcrypto.subtle.importKey('pkcs8', privateKey, ALGORITHM, false, ['sign'])
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const exported = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  const key = PemConverter.encode(exported, 'PRIVATE KEY')

  return {
    certificate: `${authority.toString('pem')}\n`,
    async issue(names) {
      const certificate = await X509CertificateGenerator.create({
        subject: `CN=${names[0] ?? 'localhost'}`,
        issuer: authority.subject,
        ...validFor(SERVER_DAYS),
        signingAlgorithm: ALGORITHM,
        publicKey: keys.publicKey,
        signingKey,
        extensions: [
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
          new SubjectAlternativeNameExtension(
            names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
          ),
        ],
      })
      return { cert: `${certificate.toString('pem')}\n`, key }
    },
  }
}

/** From a day ago, for clocks that are slow. */
function validFor(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now()
  return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + days * DAY_MS) }
}

function toConstraints(domains: readonly string[]): NameConstraints {
  const names = [
    ...domains.map((name) => (isIP(name) === 0 ? { dNSName: name } : { iPAddress: toNetwork(name) })),
    ...LOOPBACK.map((iPAddress) => ({ iPAddress })),
  ]
  return new NameConstraints({
    permittedSubtrees: new GeneralSubtrees(
      names.map((name) => new GeneralSubtree({ base: new GeneralName(name) })),
    ),
  })
}

/** An address as the network that holds nothing else. */
function toNetwork(address: string): string {
  return `${address}/${isIP(address) === 4 ? 32 : 128}`
}

function constraintsOf(certificate: X509Certificate): string {
  const extension = certificate.getExtension(NAME_CONSTRAINTS)
  return extension === null ? '' : Buffer.from(extension.value).toString('hex')
}

function firstCertificate(pem: string): ArrayBuffer {
  return PemConverter.decode(pem)[0] as ArrayBuffer
}
