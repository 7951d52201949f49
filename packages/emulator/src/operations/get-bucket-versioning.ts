import type { Reply } from '../message.ts'
import { toXmlReply } from '../to-xml-reply.ts'

/** `GET /?versioning`: never enabled, as it cannot be here. */
export function getBucketVersioning(): Promise<Reply> {
  return Promise.resolve(toXmlReply('VersioningConfiguration', {}))
}
