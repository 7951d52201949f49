import { assertOptions, assertType } from './assert.ts'
import { assertCredential, type Credential } from './credential.ts'
import { assertScheme, type Scheme, toHost, tokenNameOf } from './host.ts'
import { keepLast } from './keep-last.ts'
import { assertUrlKey } from './object-key.ts'
import { findPair, type TextPairs } from './pairs.ts'
import { encode, encodePath } from './percent-encoding.ts'
import { checkRequest, type SignableRequest, type SignOptions, signerOf } from './sign-request.ts'
import {
  type PreparedSignature,
  prepareSignature,
  type RequestShape,
  type Signer,
  signKey,
  startOfQuery,
} from './signature.ts'
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

const REQUEST = ['method', 'path', 'params', 'headers', 'scheme', 'host']
const OPTIONS = ['expiresInSeconds', 'startsAt', 'expiresAt', 'now', 'signHost']

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
  const { signHost = true } = options
  assertScheme(scheme, 'scheme')
  assertType(signHost, 'signHost', 'boolean')
  const host = toHost(request.host, scheme, 'host')
  const parts = checkRequest(request)
  assertUrlKey(parts.key, 'path')
  const keyTime = keyTimeOf(windowOf(options, credential.expiresAt))
  // Spread last: with more behind it V8 takes a microsecond.
  const shape = { scheme, host, signHost, token: credential.securityToken, ...parts }
  return writeUrl(prepareUrl(shape, signerOf(credential)), parts.key, keyTime)
}

/** What a URL says besides its path, and what is signed of it. */
export interface UrlShape extends RequestShape {
  readonly scheme: Scheme
  readonly host: string
  readonly signHost: boolean
  /** The token of a temporary key. */
  readonly token: string | undefined
}

/** A URL without its key and signature, which stand before and after `query`. */
export interface PreparedUrl {
  /** Scheme and host, and the first slash. */
  readonly origin: string
  /** From the question mark up to the signature. */
  readonly query: (keyTime: string) => string
  /** The other parameters. */
  readonly rest: string
  readonly signature: PreparedSignature
}

/** Prepares a URL: host and token join what is signed. */
export function prepareUrl(shape: UrlShape, signer: Signer): PreparedUrl {
  const { method, scheme, headers, host } = shape
  const given = findPair(headers, 'host')
  if (given !== undefined && given.toLowerCase() !== host) {
    throw new TypeError('The given Host is not that of the URL; leave it out')
  }
  const params = [...shape.params, ...missingToken(shape, shape.token)]
  return prepareSignedUrl({ method, params, headers: withHost(shape) }, { scheme, host, params }, signer)
}

/** Prepares a URL of which all that is signed is known. */
export function prepareSignedUrl(
  signed: RequestShape,
  { scheme, host, params }: Pick<UrlShape, 'scheme' | 'host' | 'params'>,
  signer: Signer,
): PreparedUrl {
  const signature = prepareSignature(signed, signer)
  return {
    origin: `${scheme}://${host}/`,
    query: keepLast((keyTime: string) => `?${startOfQuery(signature, keyTime)}`),
    rest: params.map(([name, value]) => `&${encode(name)}=${encode(value)}`).join(''),
    signature,
  }
}

/** The URL of one key. */
export function writeUrl(
  { origin, query, rest, signature }: PreparedUrl,
  key: string,
  keyTime: string,
): string {
  return origin + encodePath(key) + query(keyTime) + signKey(signature, key, keyTime) + rest
}

/** The headers to sign: with Host, if that is to be signed and is not among them. */
export function withHost({
  headers,
  host,
  signHost,
}: Pick<UrlShape, 'headers' | 'host' | 'signHost'>): TextPairs {
  return signHost && findPair(headers, 'host') === undefined ? [...headers, ['host', host]] : headers
}

/**
 * The token, under its name, if it is still to be sent: nothing when the key has none, or the caller gave it.
 *
 * @throws {TypeError} The caller gave another token.
 */
export function missingToken(
  { host, params, headers }: Pick<UrlShape, 'host' | 'params' | 'headers'>,
  token: string | undefined,
): TextPairs {
  if (token === undefined) return []
  const name = tokenNameOf(host)
  const inParams = findPair(params, name)
  const inHeaders = findPair(headers, name)
  if ((inParams ?? token) !== token || (inHeaders ?? token) !== token) {
    throw new TypeError(`The given ${name} is not the token of the key; leave it out`)
  }
  return (inParams ?? inHeaders) === undefined ? [[name, token]] : []
}
