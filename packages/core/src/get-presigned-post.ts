import { assertAllowedKey, assertAllowedType, broken } from './allowed-upload.ts'
import { assertOptions, wrongValue } from './assert.ts'
import { type CosClient, readCall, settingsOf } from './client.ts'
import {
  assertConstraints,
  type ConstraintName,
  type Enforcement,
  enforcementOf,
  familyPrefixOf,
  sizeRangeOf,
  type UploadConstraints,
} from './constraints.ts'
import { findPair, type Pairs, type TextPairs, toHeaders } from './pairs.ts'
import type { PostCondition } from './post-policy.ts'
import { printFormRedacted } from './print.ts'
import { policyFields, writePolicy } from './sign-post-policy.ts'
import type { TimeWindow } from './time-window.ts'

/** A form to make. */
export interface PostParams {
  /** `BucketName-APPID`. */
  readonly Bucket: string
  /**
   * The object's key, where the constraints allow several.
   * @default the constraints' key, or their prefix and the name of the file
   */
  readonly Key?: string | undefined
  /**
   * Seconds from now.
   * @default 300
   */
  readonly Expired?: number | undefined
  /** Other fields of the form, such as `Content-Type`, `Cache-Control`, `success_action_status`, `x-cos-meta-…`; the sender cannot change them. */
  readonly Fields?: Pairs | undefined
}

/** A form for an upload, and which constraints COS will enforce on it. Prints redacted; `fields` and JSON are complete, for sending. */
export interface PresignedPost extends TimeWindow, Enforcement {
  /** Where the form is sent, by POST as multipart/form-data. */
  readonly url: string
  /** The fields, in the order in which they are sent; the field `file` comes last. */
  readonly fields: Readonly<Record<string, string>>
  /** Fields that the sender adds, within what the policy allows: `Content-Type`, when it may be one of a family. */
  readonly openFields: readonly string[]
  /** Unix seconds: when the form really stops working. */
  readonly effectiveExpiresAt: number
}

const PARAMS = ['Bucket', 'Key', 'Expired', 'Fields']

/**
 * Makes a form with which a browser uploads one object and nothing but what the constraints allow: each becomes a condition of the
 * policy. A form can allow a family of types and a range of sizes; it cannot demand an MD5, forbid an overwrite or know an address.
 *
 * @throws {SignatureError} `ERR_CONSTRAINT_BROKEN`: the key, or a field, is none that the constraints allow; `ERR_CREDENTIAL_EXPIRED`,
 * `ERR_CREDENTIAL_EXPIRES_EARLY`: the temporary key is dead, or dies too early.
 * @throws {TypeError|RangeError} A parameter or a constraint is not as it must be.
 * @see https://cloud.tencent.com/document/product/436/14690
 * @example
 * getPresignedPost(client, { Bucket }, { keyPrefix: 'users/42/', contentType: 'image/*', maxSizeBytes: 5_000_000 })
 */
export function getPresignedPost(
  client: CosClient,
  params: PostParams,
  constraints: UploadConstraints,
): PresignedPost {
  assertOptions(params, 'params', PARAMS)
  assertConstraints(constraints)
  const { Bucket, Expired } = params
  const settings = settingsOf(client)
  const { host, startsAt, expiresAt } = readCall(settings, { Method: 'POST', Bucket, Expired, Key: '/' })
  const window = { startsAt, expiresAt }
  const key = keyCondition(params.Key, constraints)
  const others = withConstraints(toFields(params.Fields), constraints)
  const { signer, token, scheme, keyExpiresAt } = settings
  const conditions = [{ bucket: Bucket }, key.condition, ...conditionsOf(others, constraints)]
  const family = familyLeftOpen(others, constraints)
  return printFormRedacted({
    url: `${scheme}://${host}/`,
    fields: {
      key: key.field,
      ...Object.fromEntries(others),
      ...policyFields(writePolicy(conditions, signer.secretId, window), signer, window, token),
    },
    openFields: family === undefined ? [] : ['Content-Type'],
    ...window,
    effectiveExpiresAt: Math.min(expiresAt, keyExpiresAt),
    ...enforcementOf(constraints, NOT_IN_FORMS),
  })
}

const NOT_IN_FORMS: Readonly<Partial<Record<ConstraintName, string>>> = {
  contentMd5:
    'A policy knows no condition on Content-MD5, so a sender may leave the field out: use a presigned PUT',
  forbidOverwrite:
    'A form has no field that forbids an overwrite: use a presigned PUT, or a key that nobody can guess',
  clientIps: 'A signature does not know who sends it: use a temporary key',
}

// In the field `key` it stands for the name of the file (documentation 436/14690).
const FILE_NAME = `\${filename}`

function keyCondition(
  given: string | undefined,
  constraints: UploadConstraints,
): { field: string; condition: PostCondition } {
  const { key: only, keyPrefix } = constraints
  if (given !== undefined) assertAllowedKey(given, constraints)
  const key = given?.replace(/^\//, '') ?? only
  if ((key ?? keyPrefix)?.includes(FILE_NAME)) {
    throw wrongValue('Key', `holds ${FILE_NAME}, which a form replaces by the name of the file`)
  }
  if (key !== undefined) return { field: key, condition: { key } }
  if (keyPrefix === undefined)
    throw new TypeError('"constraints" must hold key or keyPrefix, or "Key" be given')
  return { field: keyPrefix + FILE_NAME, condition: ['starts-with', '$key', keyPrefix] }
}

// Documentation 436/14690: what a condition can be on, but for what this function adds itself.
const FIELD =
  /^(?:acl|cache-control|content-(?:type|disposition|encoding)|expires|success_action_(?:redirect|status)|x-cos-(?!security-token$).+)$/i

function toFields(pairs: Pairs | undefined): TextPairs {
  const fields = toHeaders(pairs, 'Fields')
  for (const [name] of fields) {
    if (!FIELD.test(name))
      throw new TypeError(`"Fields" must not hold "${name}", on which no condition can be, or which is added`)
  }
  return fields
}

/** The fields, checked against the constraints, with those that the constraints ask for. */
function withConstraints(given: TextPairs, constraints: UploadConstraints): TextPairs {
  const { contentType, contentMd5, storageClass, acl, speedLimitBitsPerSecond } = constraints
  const fields = [...given]
  const exact: readonly (readonly [ConstraintName, string, string | undefined])[] = [
    ['contentType', 'Content-Type', contentType && familyPrefixOf(contentType) ? undefined : contentType],
    ['contentMd5', 'Content-MD5', contentMd5],
    ['storageClass', 'x-cos-storage-class', storageClass],
    ['acl', 'acl', acl],
    ['speedLimitBitsPerSecond', 'x-cos-traffic-limit', speedLimitBitsPerSecond?.toString()],
  ]
  for (const [constraint, name, value] of exact) {
    if (value === undefined) continue
    const present = findPair(given, name.toLowerCase())
    if (present === undefined) fields.push([name, value])
    else if (present !== value) throw broken(constraint, `${name} must be ${value}`)
  }
  const type = findPair(fields, 'content-type')
  if (type !== undefined) assertAllowedType(type, constraints)
  return fields
}

function conditionsOf(fields: TextPairs, constraints: UploadConstraints): PostCondition[] {
  const conditions: PostCondition[] = fields
    .filter(([name]) => FIELD.test(name))
    .map(([name, value]) => ({ [name]: value }))
  const family = familyLeftOpen(fields, constraints)
  if (family !== undefined) conditions.push(['starts-with', '$Content-Type', family])
  const range = sizeRangeOf(constraints)
  if (range !== undefined) conditions.push(['content-length-range', range.min, range.max])
  return conditions
}

/** What the content type must begin with, when the sender chooses it. */
function familyLeftOpen(fields: TextPairs, { contentType = '' }: UploadConstraints): string | undefined {
  return findPair(fields, 'content-type') === undefined ? familyPrefixOf(contentType) : undefined
}
