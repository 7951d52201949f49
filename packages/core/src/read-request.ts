import { withoutDefaultPort } from './host.ts'
import { type RequestTarget, readTarget } from './request-target.ts'

/** A request as it came from the wire. */
export interface ReceivedRequest {
  /** Letter case does not matter. */
  readonly method: string
  /** As on the request line: origin form (`/key?query`) or absolute form (`http://host/key?query`). */
  readonly target: string
  /** A record (as Node's `headers`) or name-value pairs; values one character a byte, as Node delivers them. */
  readonly headers: ReceivedHeaders
}

/** Headers as they came. */
export type ReceivedHeaders =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [name: string, value: string]>

/** A received request, read. */
export interface ReadRequest {
  readonly method: string
  readonly target: RequestTarget
  /** Values by lower-case name, in the order of their lines. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  /** The host as sent; undefined if there is none. */
  readonly host: string | undefined
}

/** Reads a request from the wire; answers what is wrong with it as a text. */
export function readRequest(request: ReceivedRequest): ReadRequest | string {
  if (typeof request !== 'object' || request === null) return 'There is no request'
  const { method } = request
  if (typeof method !== 'string' || !/^[A-Za-z]+$/.test(method)) return 'The method is none'
  const target = readTarget(request.target)
  if (typeof target === 'string') return target
  const headers = readHeaders(request.headers)
  const hosts = headers.get('host') ?? []
  if (hosts.length > 1) return 'The request has more than one Host header'
  const [host] = hosts
  const { authority, scheme } = target
  if (authority === undefined || scheme === undefined) return { method, target, headers, host }
  // RFC 9112, section 3.2.2: the Host header of a request in absolute form repeats its authority.
  const named = withoutDefaultPort(authority.toLowerCase(), scheme)
  if (host !== undefined && withoutDefaultPort(host.toLowerCase(), scheme) !== named) {
    return 'The Host header is not the host of the request target'
  }
  return { method, target, headers, host: host ?? named }
}

function readHeaders(headers: unknown): Map<string, string[]> {
  const read = new Map<string, string[]>()
  if (typeof headers !== 'object' || headers === null) return read
  for (const entry of Symbol.iterator in headers ? (headers as Iterable<unknown>) : Object.entries(headers)) {
    if (!Array.isArray(entry) || typeof entry[0] !== 'string') continue
    const name = entry[0].toLowerCase()
    for (const value of Array.isArray(entry[1]) ? entry[1] : [entry[1]]) {
      if (typeof value !== 'string') continue
      const values = read.get(name)
      if (values === undefined) read.set(name, [value])
      else values.push(value)
    }
  }
  return read
}
