import { SignatureError } from './errors.ts'
import type { Scheme } from './host.ts'
import type { TextPairs } from './pairs.ts'
import { readTarget } from './request-target.ts'
import { isFieldName, readFields, type SignatureFields, signatureInQuery } from './signature-fields.ts'
import { isWellFormed, toUtf8Bytes } from './utf8.ts'

/** A presigned URL, taken apart. */
export interface ParsedPresignedUrl extends SignatureFields {
  /** In lower case. */
  readonly scheme: Scheme
  /** Host and port as written. */
  readonly host: string
  /** Decoded, starting with `/`. */
  readonly path: string
  /** The other parameters, decoded, in their order; a token in the query is among them. */
  readonly params: TextPairs
}

/**
 * Takes a presigned URL apart: the fields of its signature (as parameters, or merged into one `sign=`), and everything else.
 * Nothing is normalised, and a fragment is ignored.
 *
 * @throws {SignatureError} `ERR_PRESIGNED_URL_MALFORMED`; the message says what is wrong and holds no value.
 * @example
 * const { secretId, signTime, path } = parsePresignedUrl(url)
 */
export function parsePresignedUrl(url: string): ParsedPresignedUrl {
  const parsed = readPresignedUrl(url)
  if (typeof parsed === 'string') throw new SignatureError('ERR_PRESIGNED_URL_MALFORMED', parsed)
  return parsed
}

function readPresignedUrl(url: unknown): ParsedPresignedUrl | string {
  if (typeof url !== 'string' || !isWellFormed(url)) return 'A presigned URL is a string of whole characters'
  const text = url.replace(/#.*$/s, '')
  const target = readTarget(toUtf8Bytes(text))
  if (typeof target === 'string') return target
  const { scheme, authority: host, path } = target
  if (scheme === undefined || host === undefined)
    return 'The URL does not start with "https://" or "http://" and a host'
  const found = signatureInQuery(target)
  if (found === undefined) return 'The URL holds no signature: neither q-signature nor sign'
  const fields = typeof found.raw === 'string' ? found.raw : readFields(found.raw)
  if (typeof fields === 'string') return fields
  const others = target.params.filter((param) =>
    found.merged === undefined ? !isFieldName(param.name) : param !== found.merged,
  )
  return { ...fields, scheme, host, path, params: others.map(({ name, value }) => [name, value] as const) }
}
