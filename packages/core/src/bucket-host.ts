import { assertText, kindOf } from './assert.ts'
import { type Scheme, toHost } from './host.ts'
import { regionEndpoint } from './region.ts'

/** Where a client's requests go. */
export interface Endpoints {
  readonly Region?: string | undefined
  readonly Endpoint?: string | undefined
  readonly Domain?: string | undefined
}

/** Gives the host of a bucket; throws unless that is a bucket's name. */
export type BucketHost = (bucket: unknown) => string

/**
 * Chooses how hosts are made: `Domain` is the whole host, `Endpoint` follows the bucket, `Region` names the usual endpoint; the
 * first that is given wins.
 *
 * @param asWritten - Keep letter case and default ports, as the Python SDK does in URLs.
 */
export function createBucketHost(endpoints: Endpoints, scheme: Scheme, asWritten: boolean): BucketHost {
  const template = hostTemplate(endpoints, scheme)
  let lastBucket: unknown
  let lastHost = ''
  return function bucketHost(bucket) {
    if (bucket !== lastBucket) {
      assertBucket(bucket)
      const host = template.replaceAll('{Bucket}', bucket)
      lastHost = asWritten ? host : toHost(host, scheme, 'Bucket', 'Scheme')
      lastBucket = bucket
    }
    return lastHost
  }
}

function hostTemplate({ Region, Endpoint, Domain }: Endpoints, scheme: Scheme): string {
  const region = Region === undefined ? undefined : regionEndpoint(Region)
  if (Domain !== undefined) {
    assertText(Domain, 'Domain')
    if (Region === undefined && Domain.includes('{Region}'))
      throw new TypeError('"Domain" holds {Region}, so "Region" must be given')
    const host = Domain.replaceAll('{Region}', Region ?? '')
    toHost(host.replaceAll('{Bucket}', 'bucket-1'), scheme, 'Domain', 'Scheme')
    return host
  }
  const endpoint = Endpoint ?? region
  if (endpoint === undefined) throw new TypeError('One of "Region", "Endpoint" and "Domain" must be given')
  toHost(endpoint, scheme, 'Endpoint', 'Scheme')
  return `{Bucket}.${endpoint}`
}

/** Checks a bucket name: `BucketName-APPID`. */
function assertBucket(bucket: unknown): asserts bucket is string {
  if (typeof bucket !== 'string') throw new TypeError(`"Bucket" must be a string; got ${kindOf(bucket)}`)
  if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-\d+$/i.test(bucket)) {
    throw new RangeError(
      '"Bucket" must be BucketName-APPID, such as examplebucket-1250000000: letters, digits and "-"',
    )
  }
}
