import { encodeKey } from './listing-params.ts'
import type { Reply } from './message.ts'
import type { OperationRequest } from './operation.ts'
import type { PostForm } from './post-form.ts'
import { toXmlDocument } from './xml-document.ts'

/** The object that a form has become. */
interface PostedObject {
  readonly key: string
  readonly etag: string
  readonly crc64: string
}

/**
 * The answer to a form: 303 to `success_action_redirect`, else the status of `success_action_status`, else 204. What cannot be
 * either counts as not given [guess].
 */
export function toPostReply(
  { fields }: PostForm,
  request: OperationRequest,
  { key, etag, crc64 }: PostedObject,
): Reply {
  const { bucket } = request
  const headers = { ETag: `"${etag}"`, 'x-cos-hash-crc64ecma': crc64 }
  const redirect = toRedirect(fields.get('success_action_redirect') ?? '', { bucket, key, etag: `"${etag}"` })
  if (redirect !== undefined) return { status: 303, headers: { ...headers, Location: redirect } }
  // Where the form was posted to, and the key behind that.
  const Location = `${request.url.replace(/\/$/, '')}/${encodeKey(key)}`
  switch (fields.get('success_action_status')) {
    case '200':
      return { status: 200, headers: { ...headers, Location } }
    case '201': {
      // [guess]: the S3 protocol has it; the documentation shows headers only.
      const body = toXmlDocument('PostResponse', { Location, Bucket: bucket, Key: key, ETag: `"${etag}"` })
      const ofBody = { 'Content-Type': 'application/xml', 'Content-Length': String(body.length) }
      return { status: 201, headers: { ...headers, Location, ...ofBody }, body }
    }
    default:
      return { status: 204, headers: { ...headers, Location } }
  }
}

function toRedirect(text: string, added: Readonly<Record<string, string>>): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  const query = Object.entries(added).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  url.search = [...(url.search === '' ? [] : [url.search]), ...query].join('&')
  return url.href
}
