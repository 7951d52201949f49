import { compareText, joinPairs } from './canonical.ts'
import { withoutPort } from './host.ts'
import { decodeToBytes, encode, encodeBytes, encodeName } from './percent-encoding.ts'
import type { ReadRequest } from './read-request.ts'
import type { SignatureFields } from './signature-fields.ts'
import { fromWire } from './utf8.ts'

/** One reading of what the lists of a signature cover. */
export interface SignedTexts {
  /** HttpParameters. */
  readonly parameters: string
  /** HttpHeaders. */
  readonly headers: string
  /**
   * Whether the request has each listed header and parameter, as often as it is listed. Without this no signature holds, even
   * if the texts are equal: otherwise `?acl` could be taken out of a signed URL, or a second `response-content-type` put in.
   */
  readonly complete: boolean
}

/** How the readings may differ from the documentation's. */
export interface ReadingOptions {
  /** The key's token, if it is temporary; the request was found to carry it. */
  readonly token: string | undefined
  readonly allowHostWithoutPort: boolean
}

/**
 * Rebuilds the canonical texts from a request, by the lists of its signature: first as the documentation has it, then the
 * readings that the vendor's SDKs need. At least one, at most twelve.
 *
 * - Order: as listed; by encoded name; by decoded name (the JavaScript SDKs sort the text and the list differently).
 * - Names: encoded and in lower case; literally as listed (C++ and .NET do not encode them).
 * - Under `allowHostWithoutPort`, the host also without its port.
 */
export function* signedTexts(
  request: ReadRequest,
  { urlParamList, headerList }: SignatureFields,
  { token, allowHostWithoutPort }: ReadingOptions,
): Generator<SignedTexts> {
  const { host } = request
  const params = paramValues(request, token)
  const headers = headerValues(request, params)
  const hosts = host === undefined ? [undefined] : allowHostWithoutPort ? [host, withoutPort(host)] : [host]
  const seen = new Set<string>()
  for (const literal of [false, true]) {
    const parameterPairs = resolve(urlParamList, params, literal)
    for (const signedHost of hosts) {
      if (signedHost !== undefined) headers.set('host', { sorted: [encode(fromWire(signedHost))] })
      const headerPairs = resolve(headerList, headers, literal)
      const complete = parameterPairs.complete && headerPairs.complete
      for (const order of ORDERS) {
        const texts = {
          parameters: joinPairs(order(parameterPairs.pairs)),
          headers: joinPairs(order(headerPairs.pairs)),
          complete,
        }
        const both = `${texts.parameters}\n${texts.headers}`
        if (seen.has(both)) continue
        seen.add(both)
        yield texts
      }
    }
  }
}

type EncodedPair = readonly [name: string, value: string]

const ORDERS: readonly ((pairs: readonly EncodedPair[]) => readonly EncodedPair[])[] = [
  (pairs) => pairs,
  (pairs) => [...pairs].sort(([a], [b]) => compareText(a, b)),
  (pairs) => [...pairs].sort(([a], [b]) => compareText(decodeToBytes(a, false), decodeToBytes(b, false))),
]

/** What a request has under one name: encoded values in byte order, and for headers the lines made one. */
interface Occurrences {
  readonly sorted: string[]
  readonly combined?: string
}

/** By encoded name in lower case. */
type Values = Map<string, Occurrences>

function paramValues({ target }: ReadRequest, token: string | undefined): Values {
  const values: Values = new Map()
  for (const { value, rawName, rawValue } of target.params) {
    const name = encodeBytes(decodeToBytes(rawName, true)).toLowerCase()
    // A token is often put into a URL as it is; what was signed is the token.
    const isToken =
      token !== undefined && TOKEN_NAMES.includes(name) && (value === token || rawValue === token)
    const encoded = isToken ? encode(token) : encodeBytes(decodeToBytes(rawValue, true))
    const known = values.get(name)
    if (known === undefined) values.set(name, { sorted: [encoded] })
    else known.sorted.push(encoded)
  }
  for (const { sorted } of values.values()) sorted.sort(compareText)
  return values
}

/** The names of the header and parameter that carry the token of a temporary key. */
export const TOKEN_NAMES: readonly string[] = ['x-cos-security-token', 'x-ci-security-token']

function headerValues({ headers }: ReadRequest, params: Values): Values {
  const values: Values = new Map()
  for (const [name, lines] of headers) {
    const sorted = lines.map((line) => encode(fromWire(line))).sort(compareText)
    values.set(
      encodeName(fromWire(name)),
      lines.length === 1 ? { sorted } : { sorted, combined: encode(fromWire(lines.join(', '))) },
    )
  }
  // The iOS SDK lists the token as a header and sends it in the query.
  for (const name of TOKEN_NAMES) {
    const inQuery = params.get(name)
    if (inQuery !== undefined && !values.has(name)) values.set(name, inQuery)
  }
  return values
}

function resolve(
  list: readonly string[],
  values: Values,
  literal: boolean,
): { pairs: EncodedPair[]; complete: boolean } {
  const listed = new Map<string, number>()
  const names = list.map((entry) => nameOf(entry, values))
  for (const name of names) listed.set(name, (listed.get(name) ?? 0) + 1)
  const taken = new Map<string, number>()
  let complete = true
  const pairs = names.map((name, index): EncodedPair => {
    const { sorted, combined } = values.get(name) ?? { sorted: [] }
    const times = listed.get(name) as number
    const at = taken.get(name) ?? 0
    taken.set(name, at + 1)
    // Repeated header lines count as one if they are listed once (RFC 9110, section 5.3).
    const value =
      times === 1 && combined !== undefined ? combined : times === sorted.length ? sorted[at] : undefined
    if (value === undefined) complete = false
    return [literal ? literalName(list[index] as string, name) : name, value ?? '']
  })
  return { pairs, complete }
}

/** The canonical name that a list entry means: it stands in the list encoded, or as it is. */
function nameOf(entry: string, values: Values): string {
  const lower = entry.toLowerCase()
  return values.has(lower) || isEncoded(lower) ? lower : encodeName(entry)
}

/** The entry as it stands, unless that could be read in two ways in the canonical text. */
function literalName(entry: string, name: string): string {
  return entry.toLowerCase() === name || /^[^=&;%\s]+$/.test(entry) ? entry : name
}

function isEncoded(name: string): boolean {
  return /^(?:[a-z0-9\-_.~]|%[0-9a-f]{2})*$/.test(name)
}
