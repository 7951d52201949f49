import { toErrorDocument } from './error-document.ts'
import { isBodiless, type Reply } from './message.ts'
import type { Refusal } from './refusal.ts'
import type { RequestIds } from './request-id.ts'

/** Adds what every answer of COS has, and drops a body that must not be sent. */
export function completeReply(reply: Reply, method: string, ids: RequestIds, now: number): Reply {
  const { status, body } = reply
  const bodiless = isBodiless(method, status)
  const headers: Record<string, string> = {
    ...reply.headers,
    // The official clients repair their clock by it.
    Date: new Date(now).toUTCString(),
    Server: 'tencent-cos',
    'x-cos-request-id': ids.requestId,
  }
  if (body === undefined && !bodiless) headers['Content-Length'] = '0'
  return bodiless ? { status, headers } : { ...reply, headers }
}

/** A refusal as COS's error document. */
export function toErrorReply(refusal: Refusal, resource: string, ids: RequestIds): Reply {
  const body = Buffer.from(toErrorDocument(refusal, resource, ids), 'utf8')
  return {
    status: refusal.status,
    headers: {
      ...refusal.headers,
      'Content-Type': 'application/xml',
      'Content-Length': String(body.length),
      'x-cos-trace-id': ids.traceId,
    },
    body,
  }
}
