import { assertOptions } from './assert.ts'
import { assertCredential, type Credential } from './credential.ts'
import { assertScheme, type Scheme, toHost, tokenNameOf } from './host.ts'
import { assertUrlKey } from './object-key.ts'
import { findPair, type TextPairs } from './pairs.ts'
import { encode, encodePath } from './percent-encoding.ts'
import { checkRequest, type SignableRequest, type SignOptions, signerOf } from './sign-request.ts'
import { computeSignature, type RequestParts, type Signer, toQuery } from './signature.ts'
import { keyTimeOf, windowOf } from './time-window.ts'

/** A request to be made by whoever gets the URL. */
export interface PresignableRequest extends SignableRequest {
  /** @default 'https' */
  readonly scheme?: Scheme | undefined
  /** Where the URL points: a bucket's host, with a port if that is not the scheme's own. */
  readonly host: string
}

/** How a URL is signed. */
export interface PresignOptions extends SignOptions {
  /**
   * Whether the host is part of the signature. Without it the URL also opens the same key of other buckets of the key's owner.
   * @default true
   */
  readonly signHost?: boolean | undefined
}

const REQUEST = new Set(['method', 'path', 'params', 'headers', 'scheme', 'host'])
const OPTIONS = new Set(['expiresInSeconds', 'startsAt', 'expiresAt', 'now', 'signHost'])

/**
 * Makes a presigned URL: whoever has it may make this one request, with no key of their own.
 *
 * All given headers are signed, so the sender must send them. The token of a temporary key is added to the query and signed.
 * The URL ends with the temporary key, where that is earlier.
 *
 * @returns The URL: the `q-*` fields first, then `params` in their order, then the token.
 * @throws {TypeError} An argument is of the wrong type; a name is not allowed; `headers` holds another host or another token.
 * @throws {RangeError} An argument has a wrong value; a path that ends in `/.` or `/..`, which no client can send.
 * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead.
 * @see https://cloud.tencent.com/document/product/436/14114
 * @example
 * presignUrl({ method: 'GET', host: 'examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com', path: '/photo.jpg' }, credential)
 */
export function presignUrl(
  request: PresignableRequest,
  credential: Credential,
  options: PresignOptions = {},
): string {
  assertOptions(request, 'request', REQUEST)
  assertOptions(options, 'options', OPTIONS)
  assertCredential(credential)
  const { scheme = 'https' } = request
  assertScheme(scheme, 'scheme')
  const host = toHost(request.host, scheme, 'host')
  const parts = checkRequest(request)
  const keyTime = keyTimeOf(windowOf(options, credential.expiresAt))
  const { signHost = true } = options
  const destination = { scheme, host, signHost, token: credential.securityToken }
  return composeUrl(parts, destination, signerOf(credential), keyTime, NAMES)
}

const NAMES: UrlNames = {
  path: 'path',
  params: 'params',
  headers: 'headers',
  token: 'credential.securityToken',
}

/** Where a URL points, and what goes with it. */
export interface Destination {
  readonly scheme: Scheme
  readonly host: string
  readonly signHost: boolean
  /** The token of a temporary key. */
  readonly token: string | undefined
}

/** What the caller calls things, for messages. */
export interface UrlNames {
  readonly path: string
  readonly params: string
  readonly headers: string
  readonly token: string
}

/** Adds host and token, signs and writes the URL. */
export function composeUrl(
  parts: RequestParts,
  destination: Destination,
  signer: Signer,
  keyTime: string,
  names: UrlNames,
): string {
  const { method, path } = parts
  assertUrlKey(path, names.path)
  const params = withToken(parts, destination, names)
  const headers = withHost(parts.headers, destination, names)
  return writeUrl(
    destination,
    path,
    toQuery(computeSignature({ method, path, params, headers }, signer, keyTime)),
    params,
  )
}

/** Writes a URL: the path encoded, the signature, then the parameters in their order. */
export function writeUrl(
  { scheme, host }: Destination,
  path: string,
  signature: string,
  params: TextPairs,
): string {
  let url = `${scheme}://${host}${encodePath(path)}?${signature}`
  for (const [name, value] of params) url += `&${encode(name)}=${encode(value)}`
  return url
}

function withHost(headers: TextPairs, { host, signHost }: Destination, names: UrlNames): TextPairs {
  const given = findPair(headers, 'host')
  if (given === undefined) return signHost ? [...headers, ['host', host]] : headers
  if (given.toLowerCase() === host) return headers
  throw new TypeError(
    `"${names.headers}" holds a Host that is not the URL's host, so no client would send it; leave it out`,
  )
}

function withToken(
  { params, headers }: RequestParts,
  { host, token }: Destination,
  names: UrlNames,
): TextPairs {
  if (token === undefined) return params
  const name = tokenNameOf(host)
  return isTokenGiven(name, token, params, headers, names) ? params : [...params, [name, token]]
}

/** Whether the caller gave the token already; throws a TypeError if they gave another one. */
export function isTokenGiven(
  name: string,
  token: string,
  params: TextPairs,
  headers: TextPairs,
  names: UrlNames,
): boolean {
  const given = [findPair(params, name), findPair(headers, name)].filter((value) => value !== undefined)
  if (given.some((value) => value !== token)) {
    throw new TypeError(
      `"${name}" in "${names.params}" or "${names.headers}" is not "${names.token}"; leave it out, it is added`,
    )
  }
  return given.length > 0
}
