import { assertOptions, assertType } from './assert.ts'
import { assertKeyRecord } from './assert-key-record.ts'
import { decodeBase64 } from './base64.ts'
import { equalInConstantTime } from './equal-in-constant-time.ts'
import { hmacSha1Hex, sha1Hex } from './hash/kernel.ts'
import { type FieldCondition, type ReadPolicy, readPostPolicy } from './post-policy.ts'
import { signKeysOf } from './sign-key.ts'
import { readTimes } from './signature-fields.ts'
import { keyTimeOf, NEVER, readClock, type TimeWindow } from './time-window.ts'
import { fromUtf8Bytes, isWellFormed } from './utf8.ts'
import type { KeyLookup, KeyRecord, VerificationFailureCode } from './verify-request.ts'

/** A form as it came, up to its file. */
export interface ReceivedForm {
  /** The fields before the file, as text. */
  readonly fields: Readonly<Record<string, string>> | Iterable<readonly [name: string, value: string]>
  /** The bucket that the form was posted to. */
  readonly bucket: string
  /** The name of the file, which stands for `${filename}` in the key. */
  readonly fileName?: string | undefined
}

/** How to verify. */
export interface VerifyPostOptions {
  /**
   * The clock: milliseconds since the epoch.
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
}

/** Why a form was refused. */
export type PostFailureCode =
  | VerificationFailureCode
  /** `policy` is no Base64 of a policy. */
  | 'policy-malformed'
  /** The policy's own `expiration` has passed. */
  | 'policy-expired'
  /** A field is missing, or is not what the policy says. */
  | 'condition-failed'

/** The answer for a form whose signature and conditions hold. The size of the file is still to be checked. */
export interface VerifiedForm {
  readonly ok: true
  readonly secretId: string
  /** The key of the object, `${filename}` replaced. */
  readonly key: string
  /** Unix seconds. */
  readonly startsAt: number
  /** Unix seconds, inclusive: the earliest end, of signature, policy or key. */
  readonly expiresAt: number
  /** The fewest bytes that the file may have. */
  readonly minSizeBytes: number
  /** The most bytes that the file may have; `Infinity` when the policy does not say. */
  readonly maxSizeBytes: number
}

/** The answer for any other form. */
export interface RefusedForm {
  readonly ok: false
  readonly code: PostFailureCode
  /** A sentence for people. Holds no secret. */
  readonly message: string
  /** As soon as it could be read. */
  readonly secretId?: string
  /** With `condition-failed`: the field, as the policy writes it, and what the policy says of it. */
  readonly condition?: FieldCondition
  /** With `policy-expired`: Unix seconds. */
  readonly policyExpiresAt?: number
  /** With `mismatch`: what the verifier signed, the digest of the policy. */
  readonly stringToSign?: string
}

/** What {@link verifyPostPolicy} answers. */
export type PostVerification = VerifiedForm | RefusedForm

const OPTIONS = ['now']

/**
 * Checks signature and policy of a POST form, as COS does, and says why when they do not hold. Names of fields may be in any
 * letter case. The size of the file is not known before it is read: hold it against `minSizeBytes` and `maxSizeBytes`.
 *
 * @param lookup - Finds the key that a SecretId names; called at most once, with what came from the wire. See {@link KeyLookup}.
 * @returns An answer for any form whatever; nothing that comes from the wire makes it throw.
 * @throws {TypeError|RangeError} `options`, `lookup` or the record that it returned is not as it must be; a promise is no record, so
 * await the key beforehand. What `lookup` throws is passed on.
 * @see https://cloud.tencent.com/document/product/436/14690
 */
export function verifyPostPolicy(
  form: ReceivedForm,
  lookup: KeyLookup,
  options: VerifyPostOptions = {},
): PostVerification {
  assertOptions(options, 'options', OPTIONS)
  assertType(lookup, 'lookup', 'function')
  const { now = Date.now } = options
  assertType(now, 'now', 'function')
  const seconds = readClock(now, 'now')

  const fields = readFormFields(form)
  if (typeof fields === 'string') return refuse('malformed', fields)
  if (!SIGNATURE_FIELDS.some((name) => fields.has(name))) {
    return refuse('anonymous', 'The form carries no signature')
  }
  const signature = readSignature(fields)
  if (typeof signature === 'string') return refuse('malformed', signature)
  const { secretId, algorithm, keyTime, policyText } = signature
  const facts = { secretId }
  if (algorithm !== 'sha1') return refuse('unsupported-algorithm', 'q-sign-algorithm must be sha1', facts)
  const key = lookup(secretId, tokensIn(fields))
  if (key === undefined || key === null) return refuse('unknown-key', 'No key has this SecretId', facts)
  assertKeyRecord(key)
  if (policyText === undefined) return refuse('policy-malformed', 'The policy is no Base64 of UTF-8', facts)

  const refusal = checkToken(fields, key, seconds) ?? checkSignature(signature, policyText, key)
  if (refusal !== undefined) return { ...refusal, ...facts }
  const policy = readPostPolicy(policyText)
  if (typeof policy === 'string') return refuse('policy-malformed', policy, facts)
  const broken = checkTime(policy, keyTime, seconds) ?? checkConditions(policy, fields)
  if (broken !== undefined) return { ...broken, ...facts }
  const { expiresAtMs, minSizeBytes, maxSizeBytes } = policy
  return {
    ok: true,
    ...facts,
    key: fields.get('key') as string,
    startsAt: keyTime.startsAt,
    expiresAt: Math.min(keyTime.expiresAt, Math.floor(expiresAtMs / 1000), key.expiresAt ?? NEVER),
    minSizeBytes,
    maxSizeBytes,
  }
}

function refuse(code: PostFailureCode, message: string, facts: Partial<RefusedForm> = {}): RefusedForm {
  return { ok: false, code, message, ...facts }
}

/** Values by name in lower case, the bucket as one of them, `${filename}` replaced in the key. */
type FormFields = ReadonlyMap<string, string>

function readFormFields(form: ReceivedForm): FormFields | string {
  if (typeof form !== 'object' || form === null) return 'There is no form'
  const { fields: given, fileName = '', bucket } = form
  if (typeof given !== 'object' || given === null) return 'The form has no fields'
  if (typeof fileName !== 'string' || !isWellFormed(fileName)) return 'The name of the file is no text'
  const entries: Iterable<unknown> = Symbol.iterator in given ? given : Object.entries(given)
  const fields = new Map<string, string>()
  for (const entry of entries) {
    const [name, value] = Array.isArray(entry) ? entry : []
    if (typeof name !== 'string' || typeof value !== 'string' || !isWellFormed(name + value)) {
      return 'A field of the form is no text'
    }
    const lower = name.toLowerCase()
    // Which of two COS takes is not known; a form must not be checked by one and stored by the other.
    if (fields.has(lower)) return 'The form has a field twice'
    fields.set(lower, value)
  }
  const key = fields.get('key')
  if (!key) return 'The form has no key'
  const parts = key.split(FILE_NAME)
  if (parts.length * fileName.length > MAX_KEY_LENGTH) return 'The key is too long'
  fields.set('key', parts.join(fileName))
  return fields.set('bucket', bucket)
}

// In a key it stands for the name of the file.
const FILE_NAME = `\${filename}`

// Twice what COS takes, in bytes, for a key (documentation 436/13324): no more is put together.
const MAX_KEY_LENGTH = 1700

const SIGNATURE_FIELDS = ['policy', 'q-sign-algorithm', 'q-ak', 'q-key-time', 'q-signature']

interface FormSignature {
  readonly algorithm: string
  readonly secretId: string
  readonly keyTime: TimeWindow
  readonly signature: string
  /** `undefined` when it is no Base64 of UTF-8. */
  readonly policyText: string | undefined
}

function readSignature(fields: FormFields): FormSignature | string {
  const [policy, algorithm, secretId, time, signature] = SIGNATURE_FIELDS.map((name) => fields.get(name))
  if (!policy || !algorithm || !secretId || !time || !signature) {
    return `The form must have ${SIGNATURE_FIELDS.join(', ')}`
  }
  const keyTime = readTimes(time)
  if (keyTime === undefined) return '"q-key-time" is not two times in Unix seconds with ";" between'
  if (!/^[0-9a-f]{40}$/i.test(signature)) return '"q-signature" is not 40 hex digits'
  const bytes = decodeBase64(policy)
  const policyText = bytes === undefined ? undefined : fromUtf8Bytes(bytes)
  return { algorithm, secretId, keyTime, signature: signature.toLowerCase(), policyText }
}

function tokensIn(fields: FormFields): string[] {
  const token = fields.get('x-cos-security-token')
  return token ? [token] : []
}

function checkToken(fields: FormFields, key: KeyRecord, seconds: number): RefusedForm | undefined {
  const [token = ''] = tokensIn(fields)
  const { securityToken = '', expiresAt } = key
  if (securityToken !== '' && token === '') {
    return refuse('token-missing', 'The key is temporary and the form has no x-cos-security-token')
  }
  if (!equalInConstantTime(token, securityToken)) {
    return refuse('token-wrong', 'x-cos-security-token is not the token of this key')
  }
  if (expiresAt !== undefined && seconds > expiresAt) {
    return refuse('token-expired', `The temporary key died ${seconds - expiresAt} s ago`)
  }
  return undefined
}

function checkSignature(
  { keyTime, signature }: FormSignature,
  policyText: string,
  key: KeyRecord,
): RefusedForm | undefined {
  const stringToSign = sha1Hex(policyText)
  const expected = hmacSha1Hex(signKeysOf(key)(keyTimeOf(keyTime)), stringToSign)
  if (equalInConstantTime(expected, signature)) return undefined
  return refuse('mismatch', 'The signature is not the one of this policy', { stringToSign })
}

/** The policy's end comes first: it is the one whose answer COS documents, and forms mostly have both in the same second. */
function checkTime(policy: ReadPolicy, keyTime: TimeWindow, seconds: number): RefusedForm | undefined {
  const policyExpiresAt = Math.floor(policy.expiresAtMs / 1000)
  if (seconds > policyExpiresAt) {
    return refuse('policy-expired', `The policy ended ${seconds - policyExpiresAt} s ago`, {
      policyExpiresAt,
    })
  }
  const { startsAt, expiresAt } = keyTime
  if (seconds < startsAt)
    return refuse('not-yet-valid', `The signature begins ${startsAt - seconds} s from now`)
  if (seconds > expiresAt) return refuse('expired', `The signature ended ${seconds - expiresAt} s ago`)
  return undefined
}

// Documentation 436/14690.
const REQUIRED_CONDITIONS = ['q-sign-algorithm', 'q-ak', 'q-sign-time']

function checkConditions({ fields: conditions }: ReadPolicy, fields: FormFields): RefusedForm | undefined {
  for (const name of REQUIRED_CONDITIONS) {
    if (!conditions.some(({ match, field }) => match === 'eq' && field === name)) {
      return refuse('policy-malformed', `The policy has no condition on ${name}`)
    }
  }
  const broken = conditions.find((condition) => !holds(condition, fields))
  if (broken === undefined) return undefined
  const message = `The field "${broken.field}" is not what the policy says`
  return refuse('condition-failed', message, { condition: broken })
}

function holds({ match, field, value }: FieldCondition, fields: FormFields): boolean {
  // The one condition whose name is not its field's.
  const given = fields.get(field === 'q-sign-time' ? 'q-key-time' : field.toLowerCase())
  if (given === undefined) return false
  return match === 'eq' ? given === value : given.startsWith(value)
}
