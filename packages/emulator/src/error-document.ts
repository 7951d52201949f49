import type { Refusal } from './refusal.ts'
import type { RequestIds } from './request-id.ts'
import { toXmlText } from './xml-text.ts'

/**
 * COS's error document, elements in COS's order: what belongs to the code stands between `Message` and `Resource`.
 *
 * @param resource - Host and decoded path of the request.
 */
export function toErrorDocument(refusal: Refusal, resource: string, ids: RequestIds): string {
  const elements = {
    Code: refusal.code,
    Message: refusal.message,
    ...refusal.elements,
    // The vendor's Python SDK shows "Unknown" when one of Code, Message, Resource and RequestId is empty.
    Resource: resource || '/',
    RequestId: ids.requestId,
    TraceId: ids.traceId,
  }
  const lines = Object.entries(elements).map(([name, text]) => `\t<${name}>${toXmlText(text)}</${name}>\n`)
  return `<?xml version='1.0' encoding='utf-8' ?>\n<Error>\n${lines.join('')}</Error>\n`
}
