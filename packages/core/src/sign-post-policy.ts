import { assertOptions, assertWellFormed, wrongType } from './assert.ts'
import { encodeBase64 } from './base64.ts'
import { assertCredential, type Credential } from './credential.ts'
import { hmacSha1Hex, sha1Hex } from './hash/kernel.ts'
import { type PostCondition, readCondition, readPostPolicy } from './post-policy.ts'
import { printFormRedacted } from './print.ts'
import { type SignOptions, signerOf } from './sign-request.ts'
import type { Signer } from './signature.ts'
import { keyTimeOf, type TimeWindow, windowOf } from './time-window.ts'
import { toUtf8Bytes } from './utf8.ts'

/** A signed policy, as fields of a form. Prints redacted; `fields` and JSON are complete, for sending. */
export interface SignedPostPolicy extends TimeWindow {
  /** `policy`, `q-sign-algorithm`, `q-ak`, `q-key-time`, `q-signature`, and the token of a temporary key. The file comes after them. */
  readonly fields: Readonly<Record<string, string>>
}

const OPTIONS = ['expiresInSeconds', 'startsAt', 'expiresAt', 'now']

/**
 * Signs the policy of a POST form: what may be uploaded with it, and until when.
 *
 * @param policy - The conditions. Added to them are `expiration`, the end of the signature, and the three conditions on its fields
 * that COS requires. Or the whole policy as JSON text, signed byte for byte as it is; it must then hold all of that.
 * @returns The fields of the form. `expiresAt` is the earlier of the signature's and the policy's end, in Unix seconds.
 * @throws {TypeError} An argument is of the wrong type; a condition is none that COS knows; the text is no policy of this key and time.
 * @throws {RangeError} An argument has a wrong value, or a text in it has no UTF-8 form.
 * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead.
 * @see https://cloud.tencent.com/document/product/436/14690
 * @example
 * signPostPolicy([{ bucket: 'examplebucket-1250000000' }, ['starts-with', '$key', 'users/42/']], credential)
 */
export function signPostPolicy(
  policy: readonly PostCondition[] | string,
  credential: Credential,
  options: SignOptions = {},
): SignedPostPolicy {
  assertOptions(options, 'options', OPTIONS)
  assertCredential(credential)
  const window = windowOf(options, credential.expiresAt)
  const signer = signerOf(credential)
  const isText = typeof policy === 'string'
  if (!isText) assertConditions(policy)
  const text = isText ? policy : writePolicy(policy, signer.secretId, window)
  const expiresAt = isText ? endOfText(text, signer.secretId, window) : window.expiresAt
  return printFormRedacted({
    fields: policyFields(text, signer, window, credential.securityToken),
    startsAt: window.startsAt,
    expiresAt,
  })
}

/** The form fields that carry a policy and its signature (documentation 436/14690). */
export function policyFields(
  text: string,
  { secretId, signKeys }: Signer,
  window: TimeWindow,
  token: string | undefined,
): Record<string, string> {
  const keyTime = keyTimeOf(window)
  return {
    policy: encodeBase64(toUtf8Bytes(text)),
    'q-sign-algorithm': 'sha1',
    'q-ak': secretId,
    'q-key-time': keyTime,
    // The StringToSign of a form is the digest alone, without the lines that a request's has.
    'q-signature': hmacSha1Hex(signKeys(keyTime), sha1Hex(text)),
    ...(token === undefined ? {} : { 'x-cos-security-token': token }),
  }
}

/** The text of a policy with these conditions, and those that COS requires. */
export function writePolicy(
  conditions: readonly PostCondition[],
  secretId: string,
  window: TimeWindow,
): string {
  const required = Object.entries(requiredConditions(secretId, window)).map(([name, value]) => ({
    [name]: value,
  }))
  return JSON.stringify({
    expiration: new Date(window.expiresAt * 1000).toISOString(),
    conditions: [...conditions, ...required],
  })
}

function requiredConditions(secretId: string, window: TimeWindow): Record<string, string> {
  return { 'q-sign-algorithm': 'sha1', 'q-ak': secretId, 'q-sign-time': keyTimeOf(window) }
}

function assertConditions(conditions: unknown): void {
  if (!Array.isArray(conditions)) throw wrongType('policy', 'a list of conditions or a text', conditions)
  for (const [at, condition] of conditions.entries()) {
    const read = readCondition(condition)
    if (typeof read === 'string') throw new TypeError(`"policy[${at}]": ${read}`)
    if ('field' in read && read.field.startsWith('q-')) {
      throw new TypeError(`"policy[${at}]" is on a field of the signature; leave it out, it is added`)
    }
  }
}

/** Checks the text of a policy; returns when a form with it ends. */
function endOfText(text: string, secretId: string, window: TimeWindow): number {
  assertWellFormed(text, 'policy')
  const read = readPostPolicy(text)
  if (typeof read === 'string') throw new TypeError(`"policy": ${read}`)
  for (const [name, value] of Object.entries(requiredConditions(secretId, window))) {
    const found = read.fields.some(
      ({ match, field, value: given }) => match === 'eq' && field === name && given === value,
    )
    if (!found)
      throw new TypeError(`"policy" must hold the condition that ${name} is what the form will send`)
  }
  return Math.min(window.expiresAt, Math.floor(read.expiresAtMs / 1000))
}
