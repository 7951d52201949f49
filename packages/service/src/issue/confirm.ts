import { askCos } from '../cos/ask-cos.ts'
import { ServiceError } from '../errors.ts'
import type { Permission } from '../grants/decide.ts'
import type { Services } from '../services.ts'
import type { ConfirmAnswer, ConfirmRequest } from '../wire.ts'
import { placeOf } from './upload.ts'

/**
 * Looks whether an object is what was granted and what the client says it sent.
 *
 * @throws {ServiceError} `ERR_SERVICE_NOT_CONFIRMED`: it is not, and in what; `ERR_SERVICE_OBJECT_MISSING`: there is none.
 */
export async function confirmObject(
  permission: Permission,
  expected: Pick<ConfirmRequest, 'sizeBytes' | 'contentType' | 'etag' | 'crc64'>,
  services: Services,
): Promise<ConfirmAnswer> {
  const { bucket, key, constraints } = permission
  const { headers } = await askCos(services, { method: 'HEAD', Bucket: bucket, Key: key })
  const found = {
    sizeBytes: Number(headers.get('content-length') ?? 0),
    contentType: headers.get('content-type') ?? '',
    etag: headers.get('etag') ?? '',
    crc64: headers.get('x-cos-hash-crc64ecma') ?? '',
  }
  const { sizeBytes, minSizeBytes, maxSizeBytes, contentType } = constraints
  const faults = [
    differs('size', found.sizeBytes, sizeBytes),
    differs('size', found.sizeBytes, expected.sizeBytes),
    minSizeBytes !== undefined && found.sizeBytes < minSizeBytes && 'size: less than the grant asks for',
    maxSizeBytes !== undefined && found.sizeBytes > maxSizeBytes && 'size: more than the grant allows',
    !isOfType(found.contentType, contentType) && 'type: not the one of the grant',
    differs('type', found.contentType, expected.contentType),
    expected.etag !== undefined && differs('ETag', unquoted(found.etag), unquoted(expected.etag)),
    differs('CRC64', found.crc64, expected.crc64),
  ].filter((fault) => typeof fault === 'string')
  if (faults.length > 0) {
    throw new ServiceError('ERR_SERVICE_NOT_CONFIRMED', `The object differs in ${faults.join('; ')}`, {
      grant: permission.grant.name,
    })
  }
  return { ...placeOf(permission), ...found }
}

function differs<T>(what: string, found: T, wanted: T | undefined): string | false {
  return wanted !== undefined && wanted !== found && `${what}: ${found} instead of ${wanted}`
}

function isOfType(found: string, wanted: string | undefined): boolean {
  if (wanted === undefined) return true
  return wanted.endsWith('/*')
    ? found.toLowerCase().startsWith(wanted.slice(0, -1).toLowerCase())
    : found === wanted
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', '')
}
