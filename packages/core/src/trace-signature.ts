import type { Credential } from './credential.ts'
import { sha1Hex } from './hash/kernel.ts'
import { httpStringOf } from './http-string.ts'
import { checkCall, type SignableRequest, type SignOptions } from './sign-request.ts'
import { prepareSignature, signKey, startOfAuthorization } from './signature.ts'
import { stringToSignOf } from './string-to-sign.ts'

/** Every text on the way to a signature, in the order of the documentation's steps. The sign key is a secret and not among them. */
export interface SignatureTrace {
  /** `<start>;<end>` in Unix seconds. */
  readonly keyTime: string
  /** Canonical parameters. */
  readonly httpParameters: string
  /** Names of the signed parameters, `;` between. */
  readonly urlParamList: string
  /** Canonical headers. */
  readonly httpHeaders: string
  /** Names of the signed headers, `;` between. */
  readonly headerList: string
  /** Four lines; the server returns its own as `FormatString` when a signature does not match. */
  readonly httpString: string
  /** SHA-1 of `httpString` in hex. */
  readonly httpStringSha1: string
  /** Three lines. */
  readonly stringToSign: string
  /** 40 hex digits. */
  readonly signature: string
  /** The value of the `Authorization` header. */
  readonly authorization: string
}

/**
 * Signs as {@link signRequest} does and returns each intermediate text, to compare with those of another implementation or
 * with the `StringToSign` and `FormatString` of an error.
 *
 * @throws As {@link signRequest}.
 * @see https://cloud.tencent.com/document/product/436/7778
 * @example
 * traceSignature({ method: 'GET', path: '/photo.jpg', headers: { host } }, credential).httpString
 */
export function traceSignature(
  request: SignableRequest,
  credential: Credential,
  options: SignOptions = {},
): SignatureTrace {
  const { parts, signer, keyTime } = checkCall(request, credential, options)
  const prepared = prepareSignature(parts, signer)
  const { params, headers } = prepared
  const httpString = httpStringOf(parts.method, `/${parts.key}`, params.text, headers.text)
  const httpStringSha1 = sha1Hex(httpString)
  const signature = signKey(prepared, parts.key, keyTime)
  return {
    keyTime,
    httpParameters: params.text,
    urlParamList: params.list,
    httpHeaders: headers.text,
    headerList: headers.list,
    httpString,
    httpStringSha1,
    stringToSign: stringToSignOf(keyTime, httpStringSha1),
    signature,
    authorization: startOfAuthorization(prepared, keyTime) + signature,
  }
}
