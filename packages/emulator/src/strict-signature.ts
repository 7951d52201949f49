import type { HeaderMap } from './message.ts'
import { Refusal } from './refusal.ts'

/**
 * What the vendor's Python SDK signs when it is there (its cos_auth.py). Not the token, which several SDKs add after
 * signing: it belongs to the key, and another one is refused anyway.
 */
const SIGNABLE =
  /^(?:host|content-(?:type|length|md5|disposition|encoding)|cache-control|expires|expect|range|origin|if-(?:match|none-match|modified-since|unmodified-since)|transfer-encoding|pic-operations|x-c(?:os|i)-(?!security-token$).*)$/

/**
 * Lets a request pass whose signature covers all its headers that matter. Whether COS has the same ones in mind is a guess, and
 * so are code and text.
 *
 * @param signed - Names as in the signature's `q-header-list`.
 * @throws {Refusal} `AccessDenied`, naming the first header that is not signed.
 */
export function assertAllSigned(headers: HeaderMap, signed: readonly string[]): void {
  const names = new Set(signed.map((name) => name.toLowerCase()))
  // The official JavaScript clients send an empty Cache-Control, do not sign it, and mean none.
  const missing = [...headers].find(
    ([name, value]) => value !== '' && SIGNABLE.test(name) && !names.has(name),
  )
  if (missing === undefined) return
  throw new Refusal('AccessDenied', {
    message: `Access Denied. The bucket is in strict signature mode, and the header ${missing[0]} is not signed.`,
  })
}
