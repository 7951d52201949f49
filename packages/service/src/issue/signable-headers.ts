import { ServiceError } from '../errors.ts'
import type { Permission } from '../grants/decide.ts'

/*
 * Headers that say something of the object or of how it is sent, and do nothing else. Others do more than any grant speaks of:
 * `x-cos-copy-source` reads another object, `Pic-Operations` writes others, `x-cos-grant-*` gives access away, and a `Host` of the client's is
 * that of another bucket.
 */
const SIGNABLE = new Set([
  'accept',
  'accept-encoding',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'expires',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'origin',
  'range',
  'user-agent',
  'x-cos-content-sha1',
  'x-cos-forbid-overwrite',
  'x-cos-server-side-encryption',
  'x-cos-storage-class',
  'x-cos-traffic-limit',
])
const PREFIXES = ['x-cos-meta-', 'x-cos-server-side-encryption-customer-']

/**
 * Refuses a header of the client's that no grant can allow. An ACL is for a grant that has one among its constraints, or for
 * keeping the object as it would be without.
 *
 * @throws {ServiceError} `ERR_SERVICE_NOT_GRANTED`: it names the header.
 */
export function assertSignable(
  headers: Readonly<Record<string, string>>,
  { grant, constraints }: Permission,
): void {
  for (const [spelt, value] of Object.entries(headers)) {
    const name = spelt.toLowerCase()
    if (SIGNABLE.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix))) continue
    const acls = constraints.acl === undefined ? ['default', 'private'] : [constraints.acl]
    if (name === 'x-cos-acl' && acls.some((acl) => acl === value)) continue
    throw new ServiceError('ERR_SERVICE_NOT_GRANTED', `The grant "${grant.name}" does not allow ${name}`, {
      grant: grant.name,
    })
  }
}
