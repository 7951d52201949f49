import { readAclHeaders } from './acl.ts'
import type { HeaderMap } from './message.ts'
import type { ObjectProperties } from './store.ts'
import { pickStoredHeaders } from './stored-headers.ts'
import { readTaggingHeader } from './tagging.ts'

/**
 * What the headers of an upload say about its object: what is stored of them, its tags, and its access control list.
 *
 * @throws {Refusal} `InvalidArgument`, `NotSupportedStorageClass`, `InvalidTag`
 */
export function readObjectProperties(headers: HeaderMap): ObjectProperties {
  const tags = readTaggingHeader(headers.get('x-cos-tagging'))
  return {
    headers: pickStoredHeaders(headers),
    ...(tags.length === 0 ? {} : { tags }),
    ...readAclHeaders(headers, 'object'),
  }
}
