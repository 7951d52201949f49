/** What decides the names of an emulator. */
export interface NamedServer {
  readonly region: string
  readonly buckets: readonly string[]
  /** Custom domains, with or without a port. */
  readonly domains: readonly string[]
  /** Host names and IP addresses that it has besides. */
  readonly names: readonly string[]
}

/** The domains of COS and of STS, as clients with the production names ask for them. */
const PRODUCTION = ['myqcloud.com', 'tencentcos.cn', 'tencentcloudapi.com']
/** A certificate with all names of a great many buckets would be too long for a handshake; each has one of its own anyway. */
const MAX_LISTED_BUCKETS = 50

/** The domains under which all names of the emulator are. */
export function toDomains({ domains, names }: NamedServer): string[] {
  return [...new Set(['localhost', ...PRODUCTION, ...domains.map(withoutPort), ...names])]
}

/** Every name that clients may have for the emulator and its buckets: the service's, STS's and each bucket's. */
export function toServerNames({ region, buckets, domains, names }: NamedServer): string[] {
  const service = [`cos.${region}.localhost`, `cos.${region}.myqcloud.com`, `cos.${region}.tencentcos.cn`]
  const bases = ['localhost', ...service, 'cos.accelerate.myqcloud.com']
  return [
    ...new Set([
      'localhost',
      '127.0.0.1',
      '::1',
      'sts.localhost',
      'sts.tencentcloudapi.com',
      `sts.${region}.tencentcloudapi.com`,
      'sts.internal.tencentcloudapi.com',
      'sts.intl.tencentcloudapi.com',
      'service.cos.myqcloud.com',
      'service.cos.tencentcos.cn',
      ...service,
      ...domains.map(withoutPort),
      ...names,
      ...buckets.slice(0, MAX_LISTED_BUCKETS).flatMap((bucket) => bases.map((base) => `${bucket}.${base}`)),
    ]),
  ]
}

function withoutPort(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '')
}
