import type { HeaderMap } from './message.ts'
import { toHeaderValue } from './to-header-value.ts'

/** Fields that mean the header of that name; so do all that begin with `x-cos-` (436/14690). */
const HEADERS: ReadonlySet<string> = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-md5',
  'content-type',
  'expires',
])

/**
 * The fields of a form as the headers of an upload. `acl` is `x-cos-acl`, and a field `x-cos-acl` is none: a policy that says what
 * `acl` may be would not know of it.
 *
 * @param fields - By name in lower case.
 * @throws {Refusal} `InvalidArgument` when a value cannot be one of a header.
 */
export function toFormHeaders(fields: ReadonlyMap<string, string>): HeaderMap {
  const headers = new Map<string, string>()
  for (const [field, value] of fields) {
    if (field === 'x-cos-acl') continue
    const name = field === 'acl' ? 'x-cos-acl' : field
    if (HEADERS.has(name) || name.startsWith('x-cos-'))
      headers.set(name, toHeaderValue(value, `The field ${field}`))
  }
  return headers
}
