import { assertOptions, assertType, wrongValue } from './assert.ts'
import { assertCredential, type Credential } from './credential.ts'
import { assertPath } from './object-key.ts'
import { type Pairs, toHeaders, toParams } from './pairs.ts'
import { signKeysOf } from './sign-key.ts'
import { prepareAuthorization, type RequestParts, type Signer } from './signature.ts'
import { keyTimeOf, type WindowOptions, windowOf } from './time-window.ts'

/** A request as a signer sees it. */
export interface SignableRequest {
  /** Any method; letter case does not matter. */
  readonly method: string
  /** Decoded, starting with `/`; signed as it is, never normalised. `/` alone is the bucket. */
  readonly path: string
  /** The parameters to sign, decoded. A parameter without a value has the value `''`. */
  readonly params?: Pairs | undefined
  /** The headers to sign. Give `host` (with the port it is sent with), or the signature holds for every bucket of the key. */
  readonly headers?: Pairs | undefined
}

/** How long the signature is valid, and from when. */
export interface SignOptions extends WindowOptions {}

const REQUEST = ['method', 'path', 'params', 'headers']
const OPTIONS = ['expiresInSeconds', 'startsAt', 'expiresAt', 'now']

/**
 * Signs one request and returns the value of its `Authorization` header.
 *
 * All given headers and parameters are signed, and nothing else; each must then be sent exactly so. A temporary key's token is
 * not added: send it as `x-cos-security-token`. The window ends when the temporary key does.
 *
 * @returns `q-sign-algorithm=sha1&q-ak=…&q-signature=…`, valid from a minute ago for `expiresInSeconds` from now.
 * @throws {TypeError} An argument is of the wrong type; a name is not allowed, or given in two spellings.
 * @throws {RangeError} An argument has a wrong value: a key over 850 bytes, a lone surrogate, a line end in a header.
 * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead.
 * @see https://cloud.tencent.com/document/product/436/7778
 * @example
 * const host = 'examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com'
 * const authorization = signRequest({ method: 'GET', path: '/photo.jpg', headers: { host } }, credential)
 */
export function signRequest(
  request: SignableRequest,
  credential: Credential,
  options: SignOptions = {},
): string {
  const { parts, signer, keyTime } = checkCall(request, credential, options)
  return prepareAuthorization(parts, signer)(parts.key, keyTime)
}

/** Checks the arguments of a signer. */
export function checkCall(
  request: SignableRequest,
  credential: Credential,
  options: SignOptions,
): { parts: RequestParts; signer: Signer; keyTime: string } {
  assertOptions(request, 'request', REQUEST)
  assertOptions(options, 'options', OPTIONS)
  assertCredential(credential)
  const keyTime = keyTimeOf(windowOf(options, credential.expiresAt))
  return { parts: checkRequest(request), signer: signerOf(credential), keyTime }
}

/** The checked parts of a request. */
export function checkRequest(request: SignableRequest): RequestParts {
  const { method, path } = request
  assertMethod(method)
  assertPath(path)
  const params = toParams(request.params, 'params')
  const headers = toHeaders(request.headers, 'headers')
  return { method, key: path.slice(1), params, headers }
}

/** What of a credential goes into a signature. */
export function signerOf(credential: Credential): Signer {
  return { secretId: credential.secretId, signKeys: signKeysOf(credential) }
}

function assertMethod(method: unknown): asserts method is string {
  assertType(method, 'method', 'string')
  if (!/^[A-Za-z]+$/.test(method)) throw wrongValue('method', 'must be an HTTP method such as GET or PUT')
}
