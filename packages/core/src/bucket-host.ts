import { assertText, assertType, wrongValue } from './assert.ts'
import { type Scheme, toHost } from './host.ts'
import { keepLast } from './keep-last.ts'
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
  return keepLast(function bucketHost(bucket) {
    assertBucket(bucket)
    const host = template.replaceAll('{Bucket}', bucket)
    return asWritten ? host : toHost(host, scheme, 'Bucket')
  })
}

function hostTemplate({ Region, Endpoint, Domain }: Endpoints, scheme: Scheme): string {
  if (Endpoint !== undefined) assertText(Endpoint, 'Endpoint')
  if (Domain !== undefined) assertText(Domain, 'Domain')
  const template = Domain ?? `{Bucket}.${Endpoint ?? '{Region}'}`
  if (Region === undefined && template.includes('{Region}')) {
    throw new TypeError('"Region" must be given, or "Endpoint" or "Domain"')
  }
  const region = Region === undefined ? '' : regionEndpoint(Region)
  const host = template.replaceAll('{Region}', Domain === undefined ? region : (Region ?? ''))
  toHost(host.replaceAll('{Bucket}', 'b-1'), scheme, Domain === undefined ? 'Endpoint' : 'Domain')
  return host
}

/** Checks a bucket name: `BucketName-APPID`. */
function assertBucket(bucket: unknown): asserts bucket is string {
  assertType(bucket, 'Bucket', 'string')
  if (!/^[a-z\d](?:[a-z\d-]*[a-z\d])?-\d+$/i.test(bucket)) {
    throw wrongValue('Bucket', 'must be BucketName-APPID, like example-1250000000')
  }
}
