import { assertText, wrongValue } from './assert.ts'
import {
  type ConstraintName,
  familyPrefixOf,
  isContentType,
  sizeRangeOf,
  type UploadConstraints,
} from './constraints.ts'
import { SignatureError } from './errors.ts'

/** What was announced for upload is not what a constraint allows. */
export function broken(constraint: ConstraintName, what: string): SignatureError {
  return new SignatureError('ERR_CONSTRAINT_BROKEN', `"${constraint}" does not allow the upload: ${what}`)
}

/**
 * Checks the key of an upload.
 *
 * @param key - As `CosClient` takes it, with or without one leading slash.
 * @throws {SignatureError} `ERR_CONSTRAINT_BROKEN`
 */
export function assertAllowedKey(key: unknown, { key: only, keyPrefix = '' }: UploadConstraints): void {
  assertText(key, 'Key')
  const name = key.startsWith('/') ? key.slice(1) : key
  if (name === '') throw wrongValue('Key', 'must name an object, not the bucket')
  if (only !== undefined && name !== only) throw broken('key', `Key must be "${only}"`)
  if (!name.startsWith(keyPrefix)) throw broken('keyPrefix', `Key must begin with "${keyPrefix}"`)
}

/**
 * Checks the content type of an upload.
 *
 * @throws {SignatureError} `ERR_CONSTRAINT_BROKEN`
 */
export function assertAllowedType(type: string, { contentType = type }: UploadConstraints): void {
  const family = familyPrefixOf(contentType)
  if (family === undefined ? type === contentType : isContentType(type) && type.startsWith(family)) return
  throw broken('contentType', `Content-Type must be ${contentType}`)
}

/**
 * Checks the size of an upload, announced as `Content-Length`.
 *
 * @throws {SignatureError} `ERR_CONSTRAINT_BROKEN`
 */
export function assertAllowedSize(length: string, constraints: UploadConstraints): void {
  const range = sizeRangeOf(constraints)
  if (range === undefined) return
  const size = /^(?:0|[1-9]\d*)$/.test(length) ? Number(length) : Number.NaN
  const exact = constraints.sizeBytes === undefined ? undefined : 'sizeBytes'
  if (!(size >= range.min))
    throw broken(exact ?? 'minSizeBytes', `Content-Length must be at least ${range.min}`)
  if (size > range.max) throw broken(exact ?? 'maxSizeBytes', `Content-Length must be at most ${range.max}`)
}
