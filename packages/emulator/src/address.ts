import { isBucketLabel } from './bucket-name.ts'
import { Refusal } from './refusal.ts'

/** Which bucket a host name stands for. */
export interface Address {
  /** The whole account (`service.cos.myqcloud.com`, `cos.<region>.…`), one bucket, or a host that says neither. */
  readonly level: 'service' | 'bucket' | 'unknown'
  /** Present when `level` is `bucket`. */
  readonly bucket?: string
}

/** What decides beside the host name itself. */
export interface AddressBook {
  /** Host (lower case, with or without port) to bucket. */
  readonly domains: ReadonlyMap<string, string>
  /** The bucket of hosts that name none. */
  readonly defaultBucket?: string | undefined
}

// <bucket>.cos.<region>.<domain>, and the same with cos-internal, cos-website and so on; the region may be `accelerate`.
const BUCKET_HOST = /^([^.]+)\.cos(?:-[a-z]+)?\.[a-z0-9-]+\../
const SERVICE_HOST = /^(?:service\.cos|cos(?:-[a-z]+)?\.[a-z0-9-]+)\../

/**
 * Reads a Host header or the authority of an absolute-form target.
 *
 * @param host - As it came: any letter case, with or without a port; empty when the request has none.
 */
export function resolveAddress(host: string, book: AddressBook): Address {
  const authority = host.toLowerCase()
  const name = authority.replace(/:\d*$/, '')
  const configured = book.domains.get(authority) ?? book.domains.get(name)
  if (configured !== undefined) return { level: 'bucket', bucket: configured }
  if (SERVICE_HOST.test(name)) return { level: 'service' }
  const bucket = BUCKET_HOST.exec(name)?.[1] ?? firstLabel(name)
  if (bucket !== undefined) return { level: 'bucket', bucket }
  return book.defaultBucket === undefined
    ? { level: 'unknown' }
    : { level: 'bucket', bucket: book.defaultBucket }
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

function firstLabel(name: string): string | undefined {
  const dot = name.indexOf('.')
  const label = name.slice(0, dot)
  return dot > 0 && isBucketLabel(label) ? label : undefined
}
