import { assertText, kindOf } from './assert.ts'
import { type Scheme, toHost } from './host.ts'
import { regionEndpoint } from './region.ts'

/** Where a client's requests go. */
export interface Endpoints {
  readonly Region?: string | undefined
  readonly Endpoint?: string | undefined
  readonly Domain?: string | undefined
}

/** Gives the host of a bucket, as written by the caller. */
export type BucketHost = (bucket: string) => string

/**
 * Chooses how hosts are made: `Domain` is the whole host, `Endpoint` follows the bucket, `Region` names the usual endpoint; the
 * first that is given wins.
 */
export function createBucketHost({ Region, Endpoint, Domain }: Endpoints, scheme: Scheme): BucketHost {
  const region = Region === undefined ? undefined : regionEndpoint(text(Region, 'Region'))
  if (Domain !== undefined) return domainHost(text(Domain, 'Domain'), Region, scheme)
  const endpoint = Endpoint === undefined ? region : text(Endpoint, 'Endpoint')
  if (endpoint === undefined) throw new TypeError('One of "Region", "Endpoint" and "Domain" must be given; none is')
  toHost(endpoint, scheme, 'Endpoint', 'Scheme')
  return (bucket) => `${bucket}.${endpoint}`
}

function domainHost(domain: string, region: string | undefined, scheme: Scheme): BucketHost {
  if (domain.includes('{Region}') && region === undefined) {
    throw new TypeError('"Domain" holds {Region}, so "Region" must be given too')
  }
  const host = domain.replaceAll('{Region}', region ?? '')
  toHost(host.replaceAll('{Bucket}', 'examplebucket-1250000000'), scheme, 'Domain', 'Scheme')
  return (bucket) => host.replaceAll('{Bucket}', bucket)
}

function text(value: unknown, name: string): string {
  assertText(value, name)
  return value
}

/** Checks a bucket name: `BucketName-APPID`. */
export function assertBucket(bucket: unknown): asserts bucket is string {
  if (typeof bucket !== 'string') throw new TypeError(`"Bucket" must be a string; got ${kindOf(bucket)}`)
  if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-\d+$/i.test(bucket)) {
    throw new RangeError('"Bucket" must be BucketName-APPID, such as examplebucket-1250000000: letters, digits and "-"')
  }
}
