import { withoutPort } from './host.ts'
import type { TextPairs } from './pairs.ts'
import { encodeName } from './percent-encoding.ts'
import { type UrlShape, withHost } from './presign-url.ts'
import type { RequestShape } from './signature.ts'

/*
 * What the vendor's Python SDK does otherwise, read from its cos_auth.py: it signs only some headers, and the host without its
 * port; of names that are one after lower-casing it signs the last.
 */

const SIGNED =
  /^(?:x-c(?:os|i)-.*|cache-control|content-(?:disposition|encoding|length|md5|type)|expect|expires|host|if-(?:(?:none-)?match|(?:un)?modified-since)|origin|pic-operations|range|transfer-encoding)$/i

/** What the Python SDK signs of a request: some of the headers, and the URL's host unless a Host is given. */
export function asPythonSigns(shape: Omit<UrlShape, 'scheme' | 'token'>): RequestShape {
  const given = shape.headers.filter(([name]) => SIGNED.test(name))
  const headers = withHost({ ...shape, headers: given, host: withoutPort(shape.host.toLowerCase()) })
  return { ...shape, params: lastOfEach(shape.params), headers: lastOfEach(headers) }
}

function lastOfEach(pairs: TextPairs): TextPairs {
  return [...new Map(pairs.map((pair) => [encodeName(pair[0]), pair])).values()]
}
