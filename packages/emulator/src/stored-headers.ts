import type { HeaderMap } from './message.ts'
import { Refusal } from './refusal.ts'

const METADATA_PREFIX = 'x-cos-meta-'
// 436/13361
const MAX_METADATA_BYTES = 2048
const STORED: ReadonlySet<string> = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-cos-storage-class',
])
const STORAGE_CLASSES: ReadonlySet<string> = new Set([
  'STANDARD',
  'STANDARD_IA',
  'INTELLIGENT_TIERING',
  'ARCHIVE',
  'DEEP_ARCHIVE',
  'COLD',
  'MAZ_STANDARD',
  'MAZ_STANDARD_IA',
  'MAZ_INTELLIGENT_TIERING',
  'MAZ_COLD',
])

/**
 * The headers of an upload that are kept with its object, by lower-case name and byte for byte.
 *
 * @throws {Refusal} `InvalidArgument` for more than 2 KB of metadata, `NotSupportedStorageClass`
 */
export function pickStoredHeaders(headers: HeaderMap): Record<string, string> {
  const picked: Record<string, string> = { 'content-type': 'application/octet-stream' }
  let metadataBytes = 0
  for (const [name, value] of headers) {
    const isMetadata = name.startsWith(METADATA_PREFIX)
    if (isMetadata) metadataBytes += name.length - METADATA_PREFIX.length + value.length
    // The official JavaScript clients send an empty Cache-Control or Content-Type and mean none.
    if (isMetadata || (STORED.has(name) && value !== '')) picked[name] = value
  }
  if (metadataBytes > MAX_METADATA_BYTES) {
    throw new Refusal('InvalidArgument', {
      message: `Your metadata headers (${METADATA_PREFIX}*) exceed the maximum allowed size of ${MAX_METADATA_BYTES} bytes.`,
    })
  }
  if (!STORAGE_CLASSES.has(picked['x-cos-storage-class'] ?? 'STANDARD'))
    throw new Refusal('NotSupportedStorageClass')
  return picked
}

/** Of an object, or of what will be one. */
export function storageClassOf({ headers }: { readonly headers: Readonly<Record<string, string>> }): string {
  return headers['x-cos-storage-class'] ?? 'STANDARD'
}
