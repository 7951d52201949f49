import { createHmac } from 'node:crypto'
import { type StsWire, signedPlaces } from './sts-call.ts'

/** `SignatureMethod` of a call. */
export type V1Method = 'HmacSHA1' | 'HmacSHA256'

/**
 * The text that signature v1 covers, once for each place it may be for: all parameters but the signature, values as they are before
 * the encoding of the form.
 */
export function textsToSign(wire: StsWire, fields: ReadonlyMap<string, string>): string[] {
  const pairs = [...fields]
    .filter(([name]) => name !== 'Signature')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  return signedPlaces(wire).map(({ host, path }) => `${wire.method}${host}${path}?${pairs}`)
}

/** Its HMAC. */
export function signV1(text: string, secretKey: string, method: V1Method): Buffer {
  const hash = method === 'HmacSHA1' ? 'sha1' : 'sha256'
  return createHmac(hash, secretKey).update(text, 'utf8').digest()
}
