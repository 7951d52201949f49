import { assertOptions } from './assert.ts'
import { assertCredential, type Credential } from './credential.ts'
import { assertScheme, type Scheme, toHost, tokenNameOf } from './host.ts'
import { assertUrlKey } from './object-key.ts'
import { findPair, type TextPairs } from './pairs.ts'
import { encode, encodePath } from './percent-encoding.ts'
import { checkRequest, type SignableRequest, type SignOptions, signerOf } from './sign-request.ts'
import { computeSignature, type SignaturePlan, toQuery } from './signature.ts'
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
export function presignUrl(request: PresignableRequest, credential: Credential, options: PresignOptions = {}): string {
  assertOptions(request, 'request', REQUEST)
  assertOptions(options, 'options', OPTIONS)
  assertCredential(credential)
  const { scheme = 'https' } = request
  assertScheme(scheme, 'scheme')
  const host = toHost(request.host, scheme, 'host')
  const checked = checkRequest(request)
  const window = windowOf(options, credential.expiresAt)
  const { signHost = true } = options
  return composeUrl({
    ...checked,
    ...signerOf(credential),
    keyTime: keyTimeOf(window),
    scheme,
    host,
    signHost,
    token: credential.securityToken,
    names: { path: 'path', params: 'params', headers: 'headers', token: 'credential.securityToken' },
  })
}

/** What a URL is composed of; checked, except for what concerns URLs alone. */
export interface UrlPlan extends SignaturePlan {
  readonly scheme: Scheme
  readonly host: string
  readonly signHost: boolean
  readonly token: string | undefined
  /** What the caller calls things, for messages. */
  readonly names: { readonly path: string; readonly params: string; readonly headers: string; readonly token: string }
}

/** Adds host and token, signs and writes the URL. */
export function composeUrl(plan: UrlPlan): string {
  const { scheme, host, path, names } = plan
  assertUrlKey(path.slice(1), names.path)
  const params = withToken(plan)
  const signature = computeSignature({ ...plan, params, headers: withHost(plan) })
  return `${scheme}://${host}${encodePath(path)}?${toQuery(signature)}${queryTail(params)}`
}

/** Parameters after the signature's own, each preceded by `&`. */
export function queryTail(params: TextPairs): string {
  let tail = ''
  for (const [name, value] of params) tail += `&${encode(name)}=${encode(value)}`
  return tail
}

function withHost({ headers, host, signHost, names }: UrlPlan): TextPairs {
  const given = findPair(headers, 'host')
  if (given === undefined) return signHost ? [...headers, ['host', host]] : headers
  if (given.toLowerCase() === host) return headers
  throw new TypeError(`"${names.headers}" holds a Host that is not the URL's host, so no client would send it; leave it out`)
}

function withToken({ params, headers, host, token, names }: UrlPlan): TextPairs {
  if (token === undefined) return params
  const name = tokenNameOf(host)
  const inParams = findPair(params, name)
  const inHeaders = findPair(headers, name)
  if (inParams === undefined && inHeaders === undefined) return [...params, [name, token]]
  for (const [where, given] of [[names.params, inParams], [names.headers, inHeaders]]) {
    if (given !== undefined && given !== token) {
      throw new TypeError(`"${where}.${name}" is not the token in "${names.token}"; leave it out, it is added`)
    }
  }
  return params
}
