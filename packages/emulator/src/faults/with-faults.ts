import type { AccessLogDraft } from '../access-log.ts'
import type { HeaderMap, Reply } from '../message.ts'
import type { ActiveFaultPlan, FaultTarget } from './fault-plan.ts'
import type { FaultRule } from './fault-rule.ts'

/** Thrown to end a connection without an answer. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut'
}

/** A request that faults may strike. */
export interface FaultyRequest {
  readonly target: FaultTarget
  /** The body of the request, if it has one that is still to be read. */
  readonly body?: { readonly bytes?: number | undefined } | undefined
  /** What is thrown for `slow-down`. */
  slowDown(): Error
  /**
   * Carries the request out.
   *
   * @param wrapBody - To be put around the body.
   */
  run(wrapBody: BodyWrapper): Promise<Reply>
}

type BodyWrapper = (body: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>

/** Where a body is cut that does not say how long it is. */
const UNKNOWN_BYTES = 64 * 1024

/** Carries a request out with what the plan has for it. */
export async function withFaults(
  plan: ActiveFaultPlan,
  request: FaultyRequest,
  entry: AccessLogDraft,
): Promise<Reply> {
  const struck = plan.strike(request.target)
  if (struck.length === 0) return await request.run((body) => body)
  entry.faults = struck.map(({ fault }) => fault).join(', ')
  for (const { fault, delayMs = 1000 } of struck) if (fault === 'delay') await plan.delay(delayMs)
  if (struck.some(({ fault }) => fault === 'slow-down')) throw request.slowDown()
  const cut = struck.find(({ fault }) => fault === 'cut')
  const reply = await (cut === undefined ? request.run((body) => body) : runAndCut(cut, request))
  return struck.some(({ fault }) => fault === 'wrong-etag') ? withWrongEtag(reply) : reply
}

/** What the headers of a request say of its body. */
export function bodyOf(headers: HeaderMap): FaultyRequest['body'] {
  if (headers.has('transfer-encoding')) return {}
  const bytes = Number(headers.get('content-length') ?? 0)
  return bytes > 0 ? { bytes } : undefined
}

async function runAndCut({ afterBytes }: FaultRule, request: FaultyRequest): Promise<Reply> {
  if (request.body !== undefined) {
    const limit = afterBytes ?? Math.floor((request.body.bytes ?? 2 * UNKNOWN_BYTES) / 2)
    await request.run((body) => cutAfter(body, limit))
    // Carried out all the same: nothing of the body was asked for, or the limit is beyond its end. So the answer is lost.
    throw new ConnectionCut()
  }
  const reply = await request.run((body) => body)
  if (reply.body === undefined) throw new ConnectionCut()
  const length = Number(reply.headers['Content-Length'] ?? 2 * UNKNOWN_BYTES)
  return { ...reply, cutAfterBytes: afterBytes ?? Math.floor(length / 2) }
}

async function* cutAfter(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let passed = 0
  for await (const chunk of body) {
    const rest = limit - passed
    passed += chunk.length
    if (passed <= limit) {
      yield chunk
    } else {
      if (rest > 0) yield chunk.subarray(0, rest)
      throw new ConnectionCut()
    }
  }
}

function withWrongEtag(reply: Reply): Reply {
  const headers = Object.fromEntries(
    Object.entries(reply.headers).map(([name, value]) => [
      name,
      name.toLowerCase() === 'etag' ? value.replace(/[0-9a-f]/, toOther) : value,
    ]),
  )
  const { body } = reply
  if (!(body instanceof Uint8Array)) return { ...reply, headers }
  const text = Buffer.from(body).toString('utf8')
  const changed = text.replace(/(?<=<ETag>(?:&quot;|")?)[0-9a-f]/g, toOther)
  return { ...reply, headers, body: changed === text ? body : Buffer.from(changed, 'utf8') }
}

/** Another hex digit: the length of a document stays as it is. */
function toOther(digit: string): string {
  return digit === '0' ? '1' : '0'
}
