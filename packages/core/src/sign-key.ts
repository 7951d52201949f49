import { createHmacKey, createSignKey, type SignKey } from './hash/kernel.ts'

/** Gives the sign key of a key time, ready for use. */
export type SignKeys = (keyTime: string) => SignKey

// A signer that never pauses moves to a new key time each second; a verifier sees a few windows side by side.
const KEPT = 8

/**
 * Derives sign keys from a SecretKey: SignKey = hex(HMAC-SHA1(SecretKey, KeyTime)), and the hex text, not its bytes, is the
 * key of the signature (documentation 436/7778, steps 2 and 7).
 *
 * The last few are kept, since a sign key depends only on the secret and the key time. They never leave this closure.
 */
export function createSignKeys(secretKey: string): SignKeys {
  const secret = createHmacKey(secretKey)
  const kept = new Map<string, SignKey>()
  return function signKey(keyTime) {
    let key = kept.get(keyTime)
    if (key === undefined) {
      key = createSignKey(secret, keyTime)
      if (kept.size === KEPT) kept.clear()
      kept.set(keyTime, key)
    }
    return key
  }
}

const remembered = new WeakMap<object, { secretKey: string; signKeys: SignKeys }>()

/** The sign keys of a credential object, remembered with it for as long as it lives and its SecretKey stays the same. */
export function signKeysOf(credential: { readonly secretKey: string }): SignKeys {
  const known = remembered.get(credential)
  const { secretKey } = credential
  if (known !== undefined && known.secretKey === secretKey) return known.signKeys
  const signKeys = createSignKeys(secretKey)
  remembered.set(credential, { secretKey, signKeys })
  return signKeys
}
