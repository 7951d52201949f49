import { isBucketLabel } from './bucket-name.ts'
import { Refusal } from './refusal.ts'
import { notImplemented } from './unsupported.ts'

/** What a request addresses: the whole account, or a bucket and what is in it. */
export type Address =
  | { readonly level: 'service' }
  | {
      readonly level: 'bucket' | 'object'
      readonly bucket: string
      /** Whatever it looks like; empty for the bucket itself. */
      readonly key: string
    }

/** What decides beside the address itself. */
export interface AddressBook {
  /** Host (lower case, with or without port) to bucket. */
  readonly domains: ReadonlyMap<string, string>
  /** The bucket of hosts that name none. */
  readonly defaultBucket?: string | undefined
  /** Whether there is such a bucket. */
  isBucket(name: string): Promise<boolean>
}

// <bucket>.cos.<region>.<domain>, and the same with cos-internal and so on; the region may be `accelerate`.
const BUCKET_HOST = /^([^.]+)\.cos(?:-[a-z]+)?\.[a-z0-9-]+\./
const REGION = /^(?!service\.)(?:[^.]+\.)?cos(?:-[a-z]+)?\.([a-z0-9-]+)\./
const SERVICE_HOST = /^(?:service\.cos|cos(?:-[a-z]+)?\.[a-z0-9-]+)\./

/** Hosts of COS that speak another language than its API (documentation 436/6224). */
const OTHER_HOSTS: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^[^.]+\.cos-website\.[a-z0-9-]+\./, 'static websites (the host cos-website)'],
  [/^[^.]+\.cos-control\.[a-z0-9-]+\./, 'batch jobs (the host cos-control)'],
  [
    /^(?:[^.]+\.)?(?:ci|pic)\.[a-z0-9-]+\.(?:myqcloud\.com|tencentcos\.cn)$/,
    'data processing (the hosts ci and pic)',
  ],
  [/^[^.]+\.file\.myqcloud\.com$/, 'the CDN (the host file.myqcloud.com), which knows no signature of COS'],
]

/**
 * Finds out what a request addresses. A host that names a bucket decides alone. Another one leaves it to the path
 * (`/<bucket>/<key>`), except that with a default bucket the path is a key in that, unless it begins with a bucket that exists.
 *
 * @param host - As it came: any letter case, with or without a port; empty when the request has none.
 * @param path - Decoded, not normalised.
 * @throws {Refusal} `InvalidBucketName` when neither names a bucket, `NotImplemented` for hosts of COS's other services.
 */
export async function resolveAddress(host: string, path: string, book: AddressBook): Promise<Address> {
  const authority = host.toLowerCase()
  const name = withoutPort(authority)
  const other = OTHER_HOSTS.find(([pattern]) => pattern.test(name))
  if (other !== undefined) throw notImplemented(other[1])
  const isService = SERVICE_HOST.test(name)
  const bucket = bucketOfHost(authority, name, book)
  if (bucket !== undefined) return toAddress(bucket, path)
  const [, first = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(path) ?? []
  const { defaultBucket } = book
  if (defaultBucket !== undefined && !isService) {
    const isPathStyle = isBucketLabel(first) && (await book.isBucket(first))
    return isPathStyle ? toAddress(first, rest) : toAddress(defaultBucket, path)
  }
  if (path === '/') return { level: 'service' }
  if (!isBucketLabel(first)) throw nameless()
  return toAddress(first, rest)
}

/** One slash belongs to the path, the rest is the key: `//` is the object `/`. */
function toAddress(bucket: string, path: string): Address {
  const key = path.slice(1)
  return { level: key === '' ? 'bucket' : 'object', bucket, key }
}

function nameless(): Refusal {
  return new Refusal('InvalidBucketName', {
    message:
      'The address names no bucket: use a host <BucketName-APPID>.<anything> or a path /<BucketName-APPID>/<key>, or configure a domain or a default bucket.',
  })
}

/**
 * The host a request is for.
 *
 * @param authority - From an absolute-form target, where it counts instead of the header (RFC 9112, section 3.2.2).
 * @throws {Refusal} `InvalidRequest` when the header is missing where HTTP/1.1 demands it, repeated or not a host.
 */
export function readHost(
  headers: readonly (readonly [string, string])[],
  authority: string | undefined,
  httpVersion: string,
): string {
  const hosts = headers.filter(([name]) => name.toLowerCase() === 'host').map(([, value]) => value)
  if (hosts.length > 1)
    throw new Refusal('InvalidRequest', { message: 'The request has more than one Host header.' })
  const [host] = hosts
  if (host === undefined && httpVersion !== '1.0') {
    throw new Refusal('InvalidRequest', { message: 'The request has no Host header.' })
  }
  const chosen = authority ?? host ?? ''
  if (!/^[A-Za-z0-9._~:[\]-]*$/.test(chosen)) {
    throw new Refusal('InvalidRequest', { message: 'The Host of the request is not a host name.' })
  }
  return chosen
}

/** Whether a host alone says that a request is for COS. */
export function isCosHost(host: string, book: Pick<AddressBook, 'domains'>): boolean {
  const authority = host.toLowerCase()
  const name = withoutPort(authority)
  return SERVICE_HOST.test(name) || bucketOfHost(authority, name, book) !== undefined
}

/** The region that a host names; `accelerate` is none. */
export function regionOf(host: string): string | undefined {
  const region = REGION.exec(host.toLowerCase())?.[1]
  return region === 'accelerate' ? undefined : region
}

function bucketOfHost(
  authority: string,
  name: string,
  { domains }: Pick<AddressBook, 'domains'>,
): string | undefined {
  const configured = domains.get(authority) ?? domains.get(name)
  return configured ?? (SERVICE_HOST.test(name) ? undefined : bucketOf(name))
}

function withoutPort(authority: string): string {
  return authority.replace(/:\d*$/, '')
}

/** The bucket that a host of this form names. */
function bucketOf(name: string): string | undefined {
  const ofCos = BUCKET_HOST.exec(name)?.[1]
  if (ofCos !== undefined) return ofCos
  const dot = name.indexOf('.')
  const label = name.slice(0, dot)
  return dot > 0 && isBucketLabel(label) ? label : undefined
}
