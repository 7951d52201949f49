import { assertAllowedKey, assertAllowedSize, assertAllowedType, broken } from './allowed-upload.ts'
import { assertOptions } from './assert.ts'
import {
  type CosClient,
  type PresignedRequest,
  presignCall,
  REQUEST,
  type RequestParams,
  readCall,
  settingsOf,
} from './client.ts'
import {
  assertConstraints,
  type ConstraintName,
  type Enforcement,
  enforcementOf,
  familyPrefixOf,
  type UploadConstraints,
} from './constraints.ts'
import { findPair, type TextPairs, toHeaders } from './pairs.ts'

/** A presigned PUT, and which constraints COS will enforce on it. Prints redacted; `url` and JSON are complete, for sending. */
export interface PresignedUpload extends PresignedRequest, Enforcement {}

/**
 * Makes a presigned PUT that uploads one object and nothing but what the constraints allow, as far as a PUT can say it: each
 * constraint becomes a header that is signed, so the sender must send exactly that (`headers` holds them).
 *
 * A PUT has one type and one size. Where a constraint allows several (`image/*`, `maxSizeBytes`), say in `Headers` what the sender
 * announced: it is checked against the constraint and signed, and so enforced. Otherwise the constraint is in `notEnforced`.
 *
 * @param params - As for `client.presign`, without the method.
 * @returns The request as `client.presign` gives it, with `enforced` and `notEnforced`.
 * @throws {SignatureError} `ERR_CONSTRAINT_BROKEN`: the key, or a header, is none that the constraints allow;
 * `ERR_CREDENTIAL_EXPIRED`: the temporary key is dead.
 * @throws {TypeError|RangeError} A parameter or a constraint is not as it must be.
 * @see https://cloud.tencent.com/document/product/436/7749
 * @example
 * const announced = { 'Content-Type': 'image/png', 'Content-Length': 48_213 }
 * presignUpload(client, { Bucket, Key: 'users/42/a.png', Headers: announced }, {
 *   keyPrefix: 'users/42/',
 *   contentType: 'image/*',
 *   maxSizeBytes: 5_000_000,
 * })
 */
export function presignUpload(
  client: CosClient,
  params: RequestParams,
  constraints: UploadConstraints,
): PresignedUpload {
  assertOptions(params, 'params', REQUEST)
  assertConstraints(constraints)
  assertAllowedKey(params.Key, constraints)
  const headers = toSignedHeaders(toHeaders(params.Headers, 'Headers'), constraints)
  const settings = settingsOf(client)
  const presigned = presignCall(settings, readCall(settings, params, REQUEST, 'PUT', headers))
  const { enforced, notEnforced } = enforcementOf(constraints, openIn(headers))
  // Made just now, and prints redacted already.
  return Object.assign(presigned, { enforced, notEnforced })
}

/** The headers to sign: the announced ones, checked, and those that the constraints ask for. */
function toSignedHeaders(announced: TextPairs, constraints: UploadConstraints): TextPairs {
  const headers = [...announced]
  for (const { constraint, header, lowerHeader, valueIn } of EXACT) {
    const value = valueIn(constraints)
    if (value === undefined) continue
    const given = findPair(announced, lowerHeader)
    if (given === undefined) headers.push([header, value])
    else if (given !== value) throw broken(constraint, `${header} must be ${value}`)
  }
  const type = findPair(headers, 'content-type')
  const length = findPair(headers, 'content-length')
  if (type !== undefined) assertAllowedType(type, constraints)
  if (length !== undefined) assertAllowedSize(length, constraints)
  return headers
}

/** The constraints that are one value of one header. */
const EXACT = [
  exact('contentType', 'Content-Type', ({ contentType }) =>
    contentType === undefined || familyPrefixOf(contentType) !== undefined ? undefined : contentType,
  ),
  exact('sizeBytes', 'Content-Length', ({ sizeBytes }) => sizeBytes?.toString()),
  exact('contentMd5', 'Content-MD5', ({ contentMd5 }) => contentMd5),
  exact('forbidOverwrite', 'x-cos-forbid-overwrite', ({ forbidOverwrite }) =>
    forbidOverwrite === true ? 'true' : undefined,
  ),
  exact('storageClass', 'x-cos-storage-class', ({ storageClass }) => storageClass),
  exact('acl', 'x-cos-acl', ({ acl }) => acl),
  exact('speedLimitBitsPerSecond', 'x-cos-traffic-limit', ({ speedLimitBitsPerSecond }) =>
    speedLimitBitsPerSecond?.toString(),
  ),
]

function exact(
  constraint: ConstraintName,
  header: string,
  valueIn: (constraints: UploadConstraints) => string | undefined,
) {
  return { constraint, header, lowerHeader: header.toLowerCase(), valueIn }
}

/** Which constraints a PUT with these signed headers cannot enforce. */
function openIn(headers: TextPairs): Partial<Record<ConstraintName, string | undefined>> {
  const type = findPair(headers, 'content-type') === undefined ? ONE_TYPE : undefined
  const size = findPair(headers, 'content-length') === undefined ? ONE_SIZE : undefined
  return { contentType: type, minSizeBytes: size, maxSizeBytes: size, clientIps: NO_ADDRESS }
}

const ONE_TYPE =
  'A PUT is signed for one content type, not for a family: announce it in Headers, or use a POST form or a temporary key'
const ONE_SIZE =
  'A PUT is signed for one size, not for a range: announce Content-Length in Headers, or use a POST form or a temporary key'
const NO_ADDRESS = 'A signature does not know who sends it: use a temporary key'
