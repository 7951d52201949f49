import type { Reply } from './message.ts'
import { toXmlDocument, type XmlContent } from './xml-document.ts'

/** 200 with a document. */
export function toXmlReply(root: string, content: XmlContent, headers: Reply['headers'] = {}): Reply {
  const body = toXmlDocument(root, content)
  return {
    status: 200,
    headers: { ...headers, 'Content-Type': 'application/xml', 'Content-Length': String(body.length) },
    body,
  }
}
