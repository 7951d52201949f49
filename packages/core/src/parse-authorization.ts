import { SignatureError } from './errors.ts'
import { readFields, type SignatureFields, splitAuthorization } from './signature-fields.ts'

/** The fields of an `Authorization` value. */
export interface ParsedAuthorization extends SignatureFields {}

/**
 * Takes the value of an `Authorization` header apart. Fields may come in any order; unknown ones are ignored.
 *
 * @throws {SignatureError} `ERR_AUTHORIZATION_MALFORMED`; the message says which field is missing or wrong and holds no value.
 * @see https://cloud.tencent.com/document/product/436/7778
 * @example
 * parseAuthorization(value).signTime.expiresAt // Unix seconds
 */
export function parseAuthorization(value: string): ParsedAuthorization {
  const raw = typeof value === 'string' ? splitAuthorization(value) : 'An Authorization value is a string'
  const fields = typeof raw === 'string' ? raw : readFields(raw)
  if (typeof fields === 'string') throw new SignatureError('ERR_AUTHORIZATION_MALFORMED', fields)
  return fields
}
