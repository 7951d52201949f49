import { parseRequestTarget } from 'cos-presign'
import { resolveAddress } from './address.ts'
import { assertReadable } from './archive.ts'
import type { HeaderMap } from './message.ts'
import type { OperationRequest, OperationServices } from './operation.ts'
import { checkPreconditions } from './preconditions.ts'
import { Refusal } from './refusal.ts'
import type { ObjectPlace, ObjectRecord } from './store.ts'
import { assertVersion } from './unsupported.ts'

const CONDITION = 'x-cos-copy-source-'

/**
 * Reads `x-cos-copy-source`: `<bucket>.cos.<region>.myqcloud.com/<URL-encoded key>[?versionId=…]`, or any other address that
 * the emulator serves, and asks whether the sender may read that object.
 *
 * @throws {Refusal} `InvalidCopySource`, `NoSuchCopySource` when there is no such bucket, `AccessDenied`
 */
export async function readCopySource(
  { headers, authorise }: OperationRequest,
  { addressBook, store }: OperationServices,
): Promise<ObjectPlace> {
  const source = headers.get('x-cos-copy-source') ?? ''
  const { authority, path, params } = parseSource(source)
  const address = await resolveAddress(authority, path, addressBook).catch(() => undefined)
  if (address?.level !== 'object') throw invalid('it names no object')
  for (const { name, value } of params) if (name.toLowerCase() === 'versionid') assertVersion(value)
  const { bucket, key } = address
  if ((await store.getBucket(bucket)) === undefined) throw new Refusal('NoSuchCopySource')
  await authorise('GetObject', bucket, key)
  return { bucket, key }
}

function parseSource(source: string): {
  authority: string
  path: string
  params: ReturnType<typeof parseRequestTarget>['params']
} {
  try {
    const { authority = '', path, params } = parseRequestTarget(`http://${source}`)
    return { authority, path, params }
  } catch {
    throw invalid('it is not <BucketName-APPID>.cos.<Region>.myqcloud.com/<URL-encoded key>')
  }
}

/**
 * Whether the source may be copied as the request has it. Each condition that does not hold is 412, also those that are 304
 * for a download.
 *
 * @throws {Refusal} `PreconditionFailed`, `InvalidObjectState` for an archived source.
 */
export function assertCopyable(headers: HeaderMap, source: ObjectRecord, now: number): void {
  const conditions = [...headers].filter(([name]) => name.startsWith(CONDITION))
  const asOfDownload = new Map(conditions.map(([name, value]) => [name.slice(CONDITION.length), value]))
  if (checkPreconditions(asOfDownload, source) !== undefined) throw new Refusal('PreconditionFailed')
  assertReadable(source, now)
}

function invalid(reason: string): Refusal {
  return new Refusal('InvalidCopySource', {
    message: `The x-cos-copy-source you specified is not valid: ${reason}.`,
  })
}
