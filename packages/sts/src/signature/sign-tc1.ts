import type { Credential } from 'cos-presign'
import { hmac, toBase64 } from './web-crypto.ts'

/** The two hashes of signature method v1. */
export type Tc1Method = 'HmacSHA1' | 'HmacSHA256'

/** A call of the cloud's API, as signature method v1 has it. */
export interface Tc1Request {
  /** @default 'POST' */
  readonly method?: 'POST' | 'GET' | undefined
  /** As in the URL, such as `sts.tencentcloudapi.com`. */
  readonly host: string
  /** All parameters but `Signature`, not encoded: `Action`, `Version`, `Timestamp`, `Nonce`, `SecretId` and the call's own. */
  readonly params: Readonly<Record<string, string | number>>
  /**
   * The service must be told of another than the default in the parameter `SignatureMethod`.
   * @default 'HmacSHA1'
   */
  readonly hash?: Tc1Method | undefined
}

/**
 * Signs a call of the cloud's API by method v1, and returns the value of its parameter `Signature`.
 *
 * Method v3 ({@link signTc3}) replaces it; older SDKs and private clouds still use it.
 *
 * @see https://cloud.tencent.com/document/api/1312/48204
 */
export async function signTc1(
  { method = 'POST', host, params, hash = 'HmacSHA1' }: Tc1Request,
  { secretKey }: Pick<Credential, 'secretKey'>,
): Promise<string> {
  return toBase64(
    await hmac(hash === 'HmacSHA1' ? 'SHA-1' : 'SHA-256', secretKey, `${method}${host}/?${toText(params)}`),
  )
}

/** Parameters in the order of their names, as they are before any encoding. */
function toText(params: Tc1Request['params']): string {
  return Object.entries(params)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}
