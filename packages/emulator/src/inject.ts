import { Readable } from 'node:stream'
import type { Handler, WireRequest } from './message.ts'

/** A request to answer without a socket. */
export interface InjectRequest {
  /** In upper case. */
  readonly method: string
  /** As on the request line: `/key?query` or `http://host/key?query`, percent-encoded by the caller. */
  readonly target: string
  /**
   * One value a name, or pairs. `host` is `localhost` unless given; `content-length` is added for a body of known length
   * unless it or `transfer-encoding` is given.
   */
  readonly headers?:
    | Readonly<Record<string, string>>
    | Iterable<readonly [name: string, value: string]>
    | undefined
  /**
   * Whom the request comes from, for conditions such as `qcs:ip` and `cos:secure-transport`.
   * @default { address: '127.0.0.1' }
   */
  readonly client?: { readonly address: string; readonly tlsVersion?: string | undefined } | undefined
  /** A string is sent as UTF-8. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array> | undefined
}

/** The answer to an injected request. */
export interface InjectResponse {
  /** HTTP status. */
  readonly statusCode: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** All of it; empty to HEAD. */
  readonly body: Buffer
}

/** Answers a request in this process: the same handler, no socket, no parser in front of it. */
export async function inject(handle: Handler, request: InjectRequest): Promise<InjectResponse> {
  const { reply, finish } = await handle(toWireRequest(request))
  try {
    if (reply === undefined || reply.cutAfterBytes !== undefined) throw connectionCut()
    const headers = Object.entries(reply.headers).map(([name, value]) => [name.toLowerCase(), value])
    return { statusCode: reply.status, headers: Object.fromEntries(headers), body: await collect(reply.body) }
  } finally {
    finish()
  }
}

/** What a client of a socket would see of it. */
function connectionCut(): Error {
  return Object.assign(new Error('The connection was cut, as a fault rule asked for'), { code: 'ECONNRESET' })
}

function toWireRequest(request: InjectRequest): WireRequest {
  const { method, target, headers = {}, client = { address: '127.0.0.1' }, body } = request
  const pairs = Symbol.iterator in headers ? [...headers] : Object.entries(headers)
  const has = (wanted: string) => pairs.some(([name]) => name.toLowerCase() === wanted)
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body
  const added: [string, string][] = []
  if (!has('host')) added.push(['host', /^https?:\/\/([^/?]*)/i.exec(target)?.[1] ?? 'localhost'])
  if (bytes instanceof Uint8Array && !has('content-length') && !has('transfer-encoding')) {
    added.push(['content-length', String(bytes.length)])
  }
  return {
    method,
    target,
    httpVersion: '1.1',
    headers: [...added, ...pairs],
    client,
    openBody: () => toChunks(bytes),
  }
}

async function* toChunks(
  body: Uint8Array | AsyncIterable<Uint8Array> | undefined,
): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body
  else if (body !== undefined) yield* body
}

async function collect(body: Uint8Array | Readable | undefined): Promise<Buffer> {
  if (!(body instanceof Readable)) return Buffer.from(body ?? [])
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
