import { toRestoreHeader } from './archive.ts'
import { Refusal } from './refusal.ts'
import type { ObjectRecord } from './store.ts'

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
    // The value is text from a query, a header is bytes: UTF-8, one character a byte.
    const bytes = Buffer.from(value, 'utf8').toString('latin1')
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(bytes)) {
      throw new Refusal('InvalidArgument', {
        message: `The parameter response-${name} holds a character that a header cannot.`,
      })
    }
    overrides[name] = bytes
  }
  return overrides
}
