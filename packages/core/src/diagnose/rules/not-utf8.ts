import { decodePath } from '../../percent-encoding.ts'
import type { Rule } from '../case.ts'
import { createFinding } from '../finding.ts'

/** A path that cannot be decoded to a key. */
export const notUtf8: Rule = ({ request }) => {
  if (request === undefined || decodePath(request.rawPath) !== undefined) return []
  const summary = /%(?![\dA-Fa-f]{2})/.test(request.rawPath)
    ? 'The path holds a % that begins no escape.'
    : 'The path is percent-encoded, but not from UTF-8.'
  return [createFinding('path-not-utf8', 'certain', { summary })]
}
