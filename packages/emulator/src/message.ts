import type { Readable } from 'node:stream'

/** A request as it came, whatever carried it: a socket or a call of `inject`. */
export interface WireRequest {
  readonly method: string
  /** As on the request line: origin-form or absolute-form, never decoded or normalised. */
  readonly target: string
  /** `1.1` or `1.0`. */
  readonly httpVersion: string
  /** Name-value pairs in the order they came, one character a byte. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly client: WireClient
  /**
   * The bytes of the body. A client that waits for `100 Continue` is told to go on by this call, so it is made only
   * when the request has been verified and the bytes are wanted.
   */
  openBody(): AsyncIterable<Uint8Array>
}

/** Who sent a request, and how. */
export interface WireClient {
  /** IP address. */
  readonly address: string
  /** Such as `1.3`; absent without TLS. */
  readonly tlsVersion?: string | undefined
}

/** An answer. Header values are one character a byte. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Bytes or a stream, which whoever sends the reply consumes or destroys. */
  readonly body?: Uint8Array | Readable | undefined
  /** The connection is cut after so many bytes of the body: a fault that was asked for. */
  readonly cutAfterBytes?: number | undefined
}

/** What the handler makes of a request. */
export interface Exchange {
  /** Absent: the connection is cut without an answer, a fault that was asked for. */
  readonly reply: Reply | undefined
  /** To be called once, when the reply has been sent or its connection is gone: writes the access log. */
  finish(): void
}

/** Answers a request; never rejects. */
export type Handler = (request: WireRequest) => Promise<Exchange>

/** Headers by lower-case name; lines of one name are joined with `, `, as the signature reads them. */
export type HeaderMap = ReadonlyMap<string, string>

/** See {@link HeaderMap}. */
export function toHeaderMap(pairs: WireRequest['headers']): HeaderMap {
  const map = new Map<string, string>()
  for (const [name, value] of pairs) {
    const lower = name.toLowerCase()
    const known = map.get(lower)
    map.set(lower, known === undefined ? value : `${known}, ${value}`)
  }
  return map
}

/** Whether no body follows the headers of this answer. */
export function isBodiless(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304
}
