import type { Credential } from 'cos-presign'
import { hmac, sha256Hex, toHex } from './web-crypto.ts'

/** A call of the cloud's API, as it will be sent: `POST /` with a JSON body. */
export interface Tc3Request {
  /** As in the URL, such as `sts.tencentcloudapi.com`; with the port unless it is the scheme's default. */
  readonly host: string
  /** Such as `sts`. */
  readonly service: string
  /** Such as `GetFederationToken`. */
  readonly action: string
  /** Such as `2018-08-13`. */
  readonly version: string
  /** Such as `ap-guangzhou`; absent for calls that need none. */
  readonly region?: string | undefined
  /** The JSON text, exactly as it will be sent. */
  readonly body: string
}

/** The call signed, with each text that was signed on the way. None of them is secret. */
export interface SignedTc3Request {
  /** All headers to send but `Host`: `Authorization`, `Content-Type`, `X-TC-*`, and the token of a temporary key. */
  readonly headers: Readonly<Record<string, string>>
  readonly canonicalRequest: string
  readonly stringToSign: string
}

/** How a call is signed. */
export interface Tc3Options {
  /**
   * The clock: milliseconds since the epoch. The service accepts five minutes of difference.
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
  /**
   * Also sign the header `X-TC-Action`, as newer samples do.
   * @default false
   */
  readonly signAction?: boolean | undefined
}

/** The media type that is signed and sent. */
export const CONTENT_TYPE = 'application/json; charset=utf-8'

/**
 * Signs a call of the cloud's API by method v3, TC3-HMAC-SHA256.
 *
 * @see https://cloud.tencent.com/document/api/1312/48203
 */
export async function signTc3(
  request: Tc3Request,
  credential: Credential,
  options: Tc3Options = {},
): Promise<SignedTc3Request> {
  const { now = Date.now, signAction = false } = options
  const { host, service, action, version, region, body } = request
  const timestamp = Math.floor(now() / 1000)
  const date = new Date(timestamp * 1000).toISOString().slice(0, 10)
  const scope = `${date}/${service}/tc3_request`
  const signed: [name: string, value: string][] = [
    ['content-type', CONTENT_TYPE],
    ['host', host.toLowerCase()],
  ]
  if (signAction) signed.push(['x-tc-action', action.toLowerCase()])
  const list = signed.map(([name]) => name).join(';')
  const canonicalRequest = await toCanonicalRequest(signed, list, body)
  const stringToSign = `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${await sha256Hex(canonicalRequest)}`
  const key = await deriveTc3Key(credential.secretKey, date, service)
  const signature = toHex(await hmac('SHA-256', key, stringToSign))
  return {
    headers: {
      Authorization: `TC3-HMAC-SHA256 Credential=${credential.secretId}/${scope}, SignedHeaders=${list}, Signature=${signature}`,
      'Content-Type': CONTENT_TYPE,
      'X-TC-Action': action,
      'X-TC-Version': version,
      'X-TC-Timestamp': String(timestamp),
      ...(region === undefined ? {} : { 'X-TC-Region': region }),
      ...(credential.securityToken === undefined ? {} : { 'X-TC-Token': credential.securityToken }),
    },
    canonicalRequest,
    stringToSign,
  }
}

/** Step 1: the request as it is signed. */
async function toCanonicalRequest(
  headers: readonly (readonly [name: string, value: string])[],
  list: string,
  body: string,
): Promise<string> {
  const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('')
  return `POST\n/\n\n${lines}\n${list}\n${await sha256Hex(body)}`
}

/** Step 3: the key of a day and a service. As secret as the key it comes from. */
export async function deriveTc3Key(
  secretKey: string,
  date: string,
  service: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const ofDate = await hmac('SHA-256', `TC3${secretKey}`, date)
  const ofService = await hmac('SHA-256', ofDate, service)
  return hmac('SHA-256', ofService, 'tc3_request')
}
