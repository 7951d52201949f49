import { withoutPort } from './host.ts'
import { findPair, type TextPairs } from './pairs.ts'
import { encodeName } from './percent-encoding.ts'
import type { Destination } from './presign-url.ts'
import type { RequestShape } from './signature.ts'

/*
 * What the vendor's Python SDK does otherwise, read from its cos_auth.py: it signs only some headers, and the host without its
 * port; of names that are one after lower-casing it signs the last.
 */

const SIGNED =
  /^(?:x-c(?:os|i)-.*|cache-control|content-(?:disposition|encoding|length|md5|type)|expect|expires|host|if-(?:none-)?match|if-(?:un)?modified-since|origin|pic-operations|range|transfer-encoding)$/i

/** What the Python SDK signs of a request: some of the headers, and the URL's host unless a Host is given. */
export function asPythonSigns(
  shape: RequestShape,
  { host, signHost }: Pick<Destination, 'host' | 'signHost'>,
): RequestShape {
  const headers = shape.headers.filter(([name]) => SIGNED.test(name))
  if (signHost && findPair(headers, 'host') === undefined)
    headers.push(['host', withoutPort(host.toLowerCase())])
  return { ...shape, params: lastOfEach(shape.params), headers: lastOfEach(headers) }
}

function lastOfEach(pairs: TextPairs): TextPairs {
  return [...new Map(pairs.map((pair) => [encodeName(pair[0]), pair])).values()]
}
