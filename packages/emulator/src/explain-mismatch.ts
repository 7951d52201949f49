import {
  type KeyLookup,
  parseAuthorization,
  parseRequestTarget,
  type ReceivedRequest,
  verifyRequest,
} from 'cos-presign'
import { toHeaderMap, type WireRequest } from './message.ts'

/** What of a request is signed. */
type Signed = Pick<WireRequest, 'method' | 'target' | 'headers'>

/** Another request that the client may have signed, and what would be the difference. */
interface Suspicion {
  readonly signed: ReceivedRequest
  readonly difference: string
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD']

/**
 * Looks for the line in which a request differs from the one that was signed. What the client signed is not visible, but whether it is
 * one of the usual other things can be tried, for the key is known here.
 *
 * @returns A sentence for the access log. It names a line of `FormatString`.
 */
export function explainMismatch(request: Signed, lookup: KeyLookup, now: () => number): string {
  const missing = listedButAbsent(request)
  if (missing !== undefined) return missing
  const options = { now, allowHostWithoutPort: true }
  const found = suspicions(request).find(({ signed }) => verifyRequest(signed, lookup, options).ok)
  if (found !== undefined) return found.difference
  return 'no usual mistake explains it: the SecretKey may be another, or a signed value was changed on the way; compare each line of FormatString with what was signed'
}

/** A name in the lists of the signature that the request does not have. */
function listedButAbsent({ headers, target }: Signed): string | undefined {
  const { params } = parseRequestTarget(target)
  const sent = toHeaderMap(headers)
  const paramNames = new Set(params.map(({ name }) => name.toLowerCase()))
  const lists = readLists(sent.get('authorization'), params)
  const header = lists.headers.find((name) => !sent.has(name) && !paramNames.has(name))
  if (header !== undefined)
    return `line 4, headers: ${quote(header)} is signed, and the request has no such header`
  const param = lists.params.find((name) => !paramNames.has(name))
  if (param !== undefined)
    return `line 3, parameters: ${quote(param)} is signed, and the request has no such parameter`
  return undefined
}

function readLists(
  authorization: string | undefined,
  params: readonly { readonly name: string; readonly value: string }[],
): { headers: readonly string[]; params: readonly string[] } {
  const paramOf = (name: string) => params.find((param) => param.name === name)?.value
  const text = authorization ?? paramOf('sign')
  try {
    if (text !== undefined) {
      const { headerList, urlParamList } = parseAuthorization(text)
      return { headers: headerList.map(toName), params: urlParamList.map(toName) }
    }
  } catch {
    // It is another scheme's, and the signature is in the query.
  }
  const split = (list = '') => (list === '' ? [] : list.split(';').map(toName))
  return { headers: split(paramOf('q-header-list')), params: split(paramOf('q-url-param-list')) }
}

/** As it is written in the request, in lower case. */
function toName(entry: string): string {
  try {
    return decodeURIComponent(entry).toLowerCase()
  } catch {
    return entry.toLowerCase()
  }
}

function suspicions(request: Signed): Suspicion[] {
  const { method, target, headers } = request
  const as = (change: Partial<ReceivedRequest>): ReceivedRequest => ({ method, target, headers, ...change })
  const { origin, path, query } = splitTarget(target)
  const host = toHeaderMap(headers).get('host') ?? ''
  const withHeader = (name: string, value: string) =>
    as({ headers: [...headers.filter(([other]) => other.toLowerCase() !== name), [name, value]] })
  return [
    ...METHODS.filter((other) => other !== method).map((other) => ({
      signed: as({ method: other }),
      difference: `line 1, method: signed for ${other}, sent as ${method}`,
    })),
    ...otherPaths(path).map((other) => ({
      signed: as({ target: origin + other + query }),
      difference: `line 2, path: signed for ${quote(other)}, sent as ${quote(path)}`,
    })),
    ...otherHosts(host, path).map((other) => ({
      signed: withHeader('host', other),
      difference: `line 4, headers: host is signed as ${quote(other)}, sent as ${quote(host)}`,
    })),
    ...otherTypes(toHeaderMap(headers).get('content-type')).map((other) => ({
      signed: withHeader('content-type', other),
      difference: `line 4, headers: content-type is signed as ${quote(other)}, sent otherwise`,
    })),
  ]
}

function splitTarget(target: string): { origin: string; path: string; query: string } {
  const [, origin = '', path = '/', query = ''] = /^(https?:\/\/[^/?]*)?([^?]*)(.*)$/is.exec(target) ?? []
  return { origin, path: path || '/', query }
}

/** Encoded once more or once less, a slash more or less, a bucket before the key or not. All as on a request line. */
function otherPaths(path: string): string[] {
  const [, bucket = '', rest = '/'] = /^\/([^/]+)(\/.*)?$/s.exec(path) ?? []
  return [
    path.replaceAll('%', '%25'),
    path.replaceAll('%25', '%'),
    path.replaceAll('+', '%20'),
    path.replaceAll('%20', '+'),
    path.replaceAll('%20', '%2B'),
    path.replace(/\/{2,}/g, '/'),
    `/${path}`,
    ...(/-\d+$/.test(bucket) ? [rest] : []),
  ].filter((other, at, all) => other !== path && all.indexOf(other) === at)
}

function otherHosts(host: string, path: string): string[] {
  const bucket = /^([a-z0-9-]+-\d+)\./i.exec(host)?.[1] ?? /^\/([a-z0-9-]+-\d+)\//.exec(path)?.[1]
  const name = host.replace(/:\d*$/, '')
  return [
    name,
    host.toLowerCase(),
    'localhost',
    '127.0.0.1',
    ...(bucket === undefined ? [] : [name.replace(`${bucket}.`, ''), host.replace(`${bucket}.`, '')]),
  ].filter((other) => other !== host && other !== '')
}

function otherTypes(type: string | undefined): string[] {
  const given = type?.split(';', 1)[0]
  return [
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/json',
    given ?? '',
    '',
  ].filter((other) => other !== type)
}

/** A text from the wire, fit for a log: secrets are not in paths, hosts and names of headers. */
function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text)
}
