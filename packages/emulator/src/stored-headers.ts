import type { HeaderMap } from './message.ts'
import { Refusal } from './refusal.ts'

const METADATA_PREFIX = 'x-cos-meta-'
// 436/13361
const METADATA_NAME = /^x-cos-meta-[a-z0-9-]+$/
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
  'MAZ_ARCHIVE',
  'MAZ_COLD',
])

/**
 * The headers of an upload that are kept with its object, by lower-case name and byte for byte.
 *
 * @throws {Refusal} `InvalidArgument` for more than 2 KB of metadata or a name that it cannot have, `NotSupportedStorageClass`
 */
export function pickStoredHeaders(headers: HeaderMap): Record<string, string> {
  const picked: Record<string, string> = { 'content-type': 'application/octet-stream' }
  // The official JavaScript clients send an empty Cache-Control or Content-Type and mean none.
  for (const [name, value] of headers) if (STORED.has(name) && value !== '') picked[name] = value
  if (!STORAGE_CLASSES.has(storageClassOf({ headers: picked }))) throw new Refusal('NotSupportedStorageClass')
  return { ...picked, ...pickMetadata(headers) }
}

function pickMetadata(headers: HeaderMap): Record<string, string> {
  const metadata = [...headers].filter(([name]) => name.startsWith(METADATA_PREFIX))
  // [guess] that it is refused; that such a name is not supported is documented
  const odd = metadata.find(([name]) => !METADATA_NAME.test(name))
  if (odd !== undefined) {
    throw new Refusal('InvalidArgument', {
      message: `The name ${odd[0]} may have letters, digits and hyphens behind ${METADATA_PREFIX}.`,
    })
  }
  const bytes = metadata.reduce(
    (sum, [name, value]) => sum + name.length - METADATA_PREFIX.length + value.length,
    0,
  )
  if (bytes > MAX_METADATA_BYTES) {
    throw new Refusal('InvalidArgument', {
      message: `Your metadata headers (${METADATA_PREFIX}*) exceed the maximum allowed size of ${MAX_METADATA_BYTES} bytes.`,
    })
  }
  return Object.fromEntries(metadata)
}

/** Of an object, or of what will be one. */
export function storageClassOf({ headers }: { readonly headers: Readonly<Record<string, string>> }): string {
  return headers['x-cos-storage-class'] ?? 'STANDARD'
}
