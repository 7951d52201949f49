import { withoutPort } from './host.ts'
import { findPair, type TextPairs } from './pairs.ts'
import { encodeName } from './percent-encoding.ts'

/*
 * What the vendor's Python SDK does otherwise, read from its cos_auth.py: it signs only some headers, and the host without its
 * port; of names that are one after lower-casing it signs the last.
 */

const SIGNED = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-md5',
  'content-type',
  'expect',
  'expires',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'origin',
  'pic-operations',
  'range',
  'transfer-encoding',
])

/** The headers that the Python SDK signs: some of the given ones, and the URL's host unless a Host is given. */
export function pythonHeaders(headers: TextPairs, host: string, signHost: boolean): TextPairs {
  const signed = headers.filter(([name]) => {
    const lower = name.toLowerCase()
    return SIGNED.has(lower) || lower.startsWith('x-cos-') || lower.startsWith('x-ci-')
  })
  if (signHost && findPair(signed, 'host') === undefined) signed.push(['host', withoutPort(host.toLowerCase())])
  return lastOfEach(signed)
}

/** Of pairs with the same name in a signature, the last. */
export function lastOfEach(pairs: TextPairs): TextPairs {
  return [...new Map(pairs.map((pair) => [encodeName(pair[0]), pair])).values()]
}
