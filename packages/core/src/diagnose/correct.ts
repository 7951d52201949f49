import { encode, encodeName, encodePath } from '../percent-encoding.ts'
import { isFieldName } from '../signature-fields.ts'
import { conceal } from './conceal.ts'
import type { RequestFacts } from './facts.ts'
import type { CorrectedRequest } from './finding.ts'

/** What is to be changed in a request. */
export interface Correction {
  readonly method?: string | undefined
  /** Decoded. */
  readonly path?: string | undefined
  /** By lower-case name; `undefined` takes one out. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
  /** By encoded name in lower case, as lists have it; decoded. */
  readonly params?: Readonly<Record<string, string>> | undefined
  readonly signAgain: boolean
}

const HIDDEN_HEADERS =
  /^(?:authorization|cookie|proxy-authorization|x-c(?:os|i)-security-token|.*customer-key)$/

/** What clients set by themselves, from the URL and the body. */
const SET_BY_CLIENTS: ReadonlySet<string> = new Set(['host', 'content-length', 'connection', 'expect'])

/** The request with a correction, as it may be shown; `undefined` where too little of it is known. */
export function correct(request: RequestFacts, correction: Correction): CorrectedRequest | undefined {
  const host = request.urlHost ?? request.host
  const method = correction.method ?? request.method
  if (host === undefined || method === undefined) return undefined
  const path = correction.path === undefined ? request.rawPath : encodePath(correction.path)
  const query = queryOf(request, correction)
  const headers = request.headers
    .filter(
      ({ name, value, isClientMade }) => value !== undefined && !isClientMade && !SET_BY_CLIENTS.has(name),
    )
    .map(({ name, value = '' }): [string, string] => [name, value])
  const all = { ...Object.fromEntries(headers), ...correction.headers }
  const shown = Object.entries(all).flatMap(([name, value]): [string, string][] =>
    value === undefined || (correction.signAgain && name === 'authorization')
      ? []
      : [[name, HIDDEN_HEADERS.test(name) ? '***' : value]],
  )
  return {
    method: method.toUpperCase(),
    url: conceal(`${request.scheme ?? 'https'}://${host}${path}${query === '' ? '' : `?${query}`}`),
    headers: Object.fromEntries(shown),
    signAgain: correction.signAgain,
  }
}

function queryOf({ read }: RequestFacts, { params = {}, signAgain }: Correction): string {
  const sent = read?.target.params ?? []
  return sent
    .filter(({ name }) => !(signAgain && (isFieldName(name) || name === 'sign')))
    .map(({ name, rawName, rawValue }) => {
      const canonical = encodeName(name)
      const changed = Object.hasOwn(params, canonical) ? encode(params[canonical] as string) : rawValue
      return changed === '' && !isFieldName(name) ? rawName : `${rawName}=${changed}`
    })
    .join('&')
}
