import { toRestoreHeader } from './archive.ts'
import type { ObjectRecord } from './store.ts'
import { toHeaderValue } from './to-header-value.ts'

const OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const

/**
 * What GET and HEAD say of an object, without its length.
 *
 * @param params - Of the query: `response-content-type` and its like replace what is stored.
 * @throws {Refusal} `InvalidArgument` when such a value cannot be a header.
 */
export function toObjectHeaders(
  record: ObjectRecord,
  params: ReadonlyMap<string, string>,
  now: number,
): Record<string, string> {
  const { 'x-cos-storage-class': storageClass = 'STANDARD', ...stored } = record.headers
  const tagCount = record.tags?.length ?? 0
  const restored = toRestoreHeader(record, now)
  return {
    ...stored,
    ...readOverrides(params),
    ...(storageClass === 'STANDARD' ? {} : { 'x-cos-storage-class': storageClass }),
    'Accept-Ranges': 'bytes',
    ETag: `"${record.etag}"`,
    'Last-Modified': new Date(record.modifiedAt).toUTCString(),
    'x-cos-hash-crc64ecma': record.crc64,
    'x-cos-object-type': record.type ?? 'normal',
    ...(tagCount === 0 ? {} : { 'x-cos-tagging-count': String(tagCount) }),
    ...(restored === undefined ? {} : { 'x-cos-restore': restored }),
  }
}

function readOverrides(params: ReadonlyMap<string, string>): Record<string, string> {
  const overrides: Record<string, string> = {}
  for (const name of OVERRIDES) {
    const value = params.get(`response-${name}`)
    if (!value) continue
    overrides[name] = toHeaderValue(value, `The parameter response-${name}`)
  }
  return overrides
}
