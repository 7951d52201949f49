import { assertOneOf, assertOptions, assertText, assertType, wrongType, wrongValue } from './assert.ts'
import { assertKeyLength } from './object-key.ts'

/** The canned ACL of an object. */
export type ObjectAcl = 'default' | 'private' | 'public-read'

/** The storage class of an object. */
export type StorageClass =
  | 'STANDARD'
  | 'STANDARD_IA'
  | 'INTELLIGENT_TIERING'
  | 'ARCHIVE'
  | 'DEEP_ARCHIVE'
  | 'MAZ_STANDARD'
  | 'MAZ_STANDARD_IA'
  | 'MAZ_INTELLIGENT_TIERING'
  | 'MAZ_ARCHIVE'

/**
 * What may be uploaded: declared once, and compiled to the signed headers of a presigned PUT (`presignUpload`), to the policy of a
 * POST form (`getPresignedPost`), and to the policy of a temporary key (`@cos-presign/sts`). No form can enforce all of them; each
 * result says which it does ({@link Enforcement}).
 */
export interface UploadConstraints {
  /** The object's key, exactly; not encoded, without a leading slash. */
  readonly key?: string | undefined
  /** What the object's key begins with, such as `users/42/`; instead of `key`. */
  readonly keyPrefix?: string | undefined
  /** The `Content-Type`, exactly as it is sent (`image/png`), or a family of them (`image/*`). */
  readonly contentType?: string | undefined
  /** The size in bytes, exactly. */
  readonly sizeBytes?: number | undefined
  /** The smallest size in bytes; instead of `sizeBytes`. */
  readonly minSizeBytes?: number | undefined
  /** The largest size in bytes; instead of `sizeBytes`. */
  readonly maxSizeBytes?: number | undefined
  /** The MD5 of the content, as in the header `Content-MD5`: 16 bytes in Base64, 24 characters. */
  readonly contentMd5?: string | undefined
  /** Whether an object that exists must stay as it is. `false` constrains nothing. */
  readonly forbidOverwrite?: boolean | undefined
  /** The storage class. */
  readonly storageClass?: StorageClass | undefined
  /** The canned ACL (`x-cos-acl`). Grants to single accounts (`x-cos-grant-*`) are another thing, which this does not limit. */
  readonly acl?: ObjectAcl | undefined
  /** The speed of the upload in bits per second, 819200 to 838860800. */
  readonly speedLimitBitsPerSecond?: number | undefined
  /** Addresses (`203.0.113.7`, `2001:db8::1`) or networks (`203.0.113.0/24`), one of which the sender must have. */
  readonly clientIps?: readonly string[] | undefined
}

/** The name of a constraint. */
export type ConstraintName = keyof UploadConstraints

/** A constraint that a form cannot enforce. */
export interface UnenforcedConstraint {
  readonly constraint: ConstraintName
  /** A sentence for people: why not, and what does. */
  readonly reason: string
}

/** What becomes of the given constraints in one form: each is in one of the two lists. */
export interface Enforcement {
  /** COS refuses an upload that breaks one of these, whatever its sender does. */
  readonly enforced: readonly ConstraintName[]
  /** Nobody must rely on these. */
  readonly notEnforced: readonly UnenforcedConstraint[]
}

/** The most that one PUT or POST may carry (documentation 436/7749, 436/14690): 5 GB. */
const MAX_UPLOAD_BYTES: number = 5 * 1024 ** 3

const ACLS: readonly ObjectAcl[] = ['default', 'private', 'public-read']

const STORAGE_CLASSES: readonly StorageClass[] = [
  'STANDARD',
  'STANDARD_IA',
  'INTELLIGENT_TIERING',
  'ARCHIVE',
  'DEEP_ARCHIVE',
  'MAZ_STANDARD',
  'MAZ_STANDARD_IA',
  'MAZ_INTELLIGENT_TIERING',
  'MAZ_ARCHIVE',
]

// Documentation 436/40140.
const MIN_SPEED = 819_200
const MAX_SPEED = 838_860_800

const CHECKS: Readonly<Record<ConstraintName, (value: unknown, name: string) => void>> = {
  key: assertKey,
  keyPrefix: assertKey,
  contentType: assertContentType,
  sizeBytes: assertSize,
  minSizeBytes: assertSize,
  maxSizeBytes: assertSize,
  contentMd5: assertContentMd5,
  forbidOverwrite: (value, name) => assertType(value, name, 'boolean'),
  storageClass: (value, name) => assertOneOf(value, name, STORAGE_CLASSES),
  acl: (value, name) => assertOneOf(value, name, ACLS),
  speedLimitBitsPerSecond: (value, name) => assertWhole(value, name, MIN_SPEED, MAX_SPEED),
  clientIps: assertClientIps,
}

/** Every constraint, in the order of {@link UploadConstraints}. */
const CONSTRAINTS: readonly ConstraintName[] = Object.keys(CHECKS) as ConstraintName[]

/**
 * Checks constraints.
 *
 * @param name - What the caller called them, for messages.
 * @throws {TypeError} A constraint is unknown or of the wrong type, or two exclude each other (`key` and `keyPrefix`, `sizeBytes` and
 * a range).
 * @throws {RangeError} A constraint has a value that it cannot have.
 */
export function assertConstraints(
  constraints: unknown,
  name = 'constraints',
): asserts constraints is UploadConstraints {
  assertOptions(constraints, name, CONSTRAINTS)
  const given = constraints as UploadConstraints
  for (const constraint in given) {
    const value = given[constraint as ConstraintName]
    if (value !== undefined) CHECKS[constraint as ConstraintName](value, `${name}.${constraint}`)
  }
  const { key, keyPrefix, sizeBytes, minSizeBytes, maxSizeBytes } = given
  if (key !== undefined && keyPrefix !== undefined) throw isBoth(name, 'key', 'keyPrefix')
  if (sizeBytes !== undefined && minSizeBytes !== undefined) throw isBoth(name, 'sizeBytes', 'minSizeBytes')
  if (sizeBytes !== undefined && maxSizeBytes !== undefined) throw isBoth(name, 'sizeBytes', 'maxSizeBytes')
  if ((minSizeBytes ?? 0) > (maxSizeBytes ?? MAX_UPLOAD_BYTES)) {
    throw wrongValue(`${name}.minSizeBytes`, 'must not be more than maxSizeBytes')
  }
}

/**
 * Sorts the given constraints into those that a form enforces and those that it does not.
 *
 * @param reasons - Why the form cannot enforce a constraint, for each that it cannot, given or not.
 */
export function enforcementOf(
  constraints: UploadConstraints,
  reasons: Readonly<Partial<Record<ConstraintName, string | undefined>>>,
): Enforcement {
  const enforced: ConstraintName[] = []
  const notEnforced: UnenforcedConstraint[] = []
  for (const constraint of CONSTRAINTS) {
    const value = constraints[constraint]
    if (value === undefined || value === false) continue
    const reason = reasons[constraint]
    if (reason === undefined) enforced.push(constraint)
    else notEnforced.push({ constraint, reason })
  }
  return { enforced, notEnforced }
}

/** The sizes that are allowed, inclusive; `undefined` when any is. */
export function sizeRangeOf(constraints: UploadConstraints): { min: number; max: number } | undefined {
  const { sizeBytes, minSizeBytes, maxSizeBytes } = constraints
  if (sizeBytes !== undefined) return { min: sizeBytes, max: sizeBytes }
  if (minSizeBytes === undefined && maxSizeBytes === undefined) return undefined
  return { min: minSizeBytes ?? 0, max: maxSizeBytes ?? MAX_UPLOAD_BYTES }
}

/** What all content types of a family begin with: `image/` for `image/*`; `undefined` for a single type. */
export function familyPrefixOf(contentType: string): string | undefined {
  return contentType.endsWith('/*') ? contentType.slice(0, -1) : undefined
}

function isBoth(name: string, one: ConstraintName, other: ConstraintName): TypeError {
  return new TypeError(`"${name}" holds both ${one} and ${other}; give one`)
}

function assertKey(value: unknown, name: string): void {
  assertText(value, name)
  // Documentation 436/13324.
  if (value.startsWith('/') || value.startsWith('\\'))
    throw wrongValue(name, 'must not start with a slash: no key of an object does')
  assertKeyLength(value, name)
}

// RFC 9110, section 8.3.1, without commas: some readers take a list of types for the last of them.
const CONTENT_TYPE = /^[\w!#$%&'+.^`|~-]+\/[\w!#$%&'+.^`|~-]+(?:[ \t]*;[ -+\--~]*)?$/

/** Whether a text is one content type, with or without parameters. */
export function isContentType(text: string): boolean {
  return CONTENT_TYPE.test(text) && !text.endsWith(' ')
}

function assertContentType(value: unknown, name: string): void {
  assertText(value, name)
  if (!isContentType(value) && !/^[\w!#$%&'+.^`|~-]+\/\*$/.test(value)) {
    throw wrongValue(name, 'must be a content type like image/png, or a family like image/*')
  }
}

function assertSize(value: unknown, name: string): void {
  assertWhole(value, name, 0, MAX_UPLOAD_BYTES)
}

function assertWhole(value: unknown, name: string, least: number, most: number): void {
  assertType(value, name, 'number')
  if (!Number.isInteger(value) || value < least || value > most) {
    throw wrongValue(name, `must be a whole number from ${least} to ${most}`)
  }
}

function assertContentMd5(value: unknown, name: string): void {
  assertText(value, name)
  // 16 bytes are 128 bits, so that the last digit holds two of them.
  if (!/^[A-Za-z\d+/]{21}[AQgw]==$/.test(value)) {
    throw wrongValue(name, 'must be 16 bytes in Base64 (24 characters), not in hex')
  }
}

function assertClientIps(value: unknown, name: string): void {
  if (!Array.isArray(value)) throw wrongType(name, 'a list of addresses', value)
  if (value.length === 0) throw wrongValue(name, 'must name an address; nobody could upload')
  for (const [at, address] of value.entries()) {
    assertText(address, `${name}[${at}]`)
    if (!isNetwork(address)) {
      throw wrongValue(`${name}[${at}]`, 'must be an address or a network like 203.0.113.0/24')
    }
  }
}

/** Whether a text is an IPv4 or IPv6 address, or such a network in CIDR form. */
function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const isIpv6 = address.includes(':')
  return (
    (isIpv6 ? isIpv6Address(address) : isIpv4Address(address)) && Number(bits ?? 0) <= (isIpv6 ? 128 : 32)
  )
}

function isIpv4Address(text: string): boolean {
  const bytes = text.split('.')
  return bytes.length === 4 && bytes.every((byte) => /^(?:0|[1-9]\d{0,2})$/.test(byte) && Number(byte) < 256)
}

/** RFC 4291, section 2.2: eight groups, or fewer around one `::`; the last two may be written as IPv4. */
function isIpv6Address(text: string): boolean {
  const ipv4 = /[^:]*\.[^:]*$/.exec(text)?.[0]
  if (ipv4 !== undefined && !isIpv4Address(ipv4)) return false
  const whole = ipv4 === undefined ? text : `${text.slice(0, -ipv4.length)}0:0`
  const halves = whole.split('::')
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const count = halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length < 8
  return count && groups.every((group) => /^[\da-f]{1,4}$/i.test(group))
}
