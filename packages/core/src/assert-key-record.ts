import { assertObject, assertSeconds, assertText } from './assert.ts'
import type { KeyRecord } from './verify-request.ts'

/**
 * Checks what a verifier's lookup returned. Without this a record that has no SecretKey, such as a promise, would open everything to
 * the SecretKey `undefined`.
 *
 * @throws {TypeError|RangeError} It is no key record; the message holds no value.
 */
export function assertKeyRecord(record: unknown): asserts record is KeyRecord {
  assertObject(record, 'lookup()', 'a key record')
  if ('then' in record) throw new TypeError('"lookup()" must not be a promise; await the key before')
  const { secretKey, securityToken, expiresAt } = record as Record<string, unknown>
  assertText(secretKey, 'lookup().secretKey')
  if (securityToken !== undefined) assertText(securityToken, 'lookup().securityToken')
  if (expiresAt !== undefined) assertSeconds(expiresAt, 'lookup().expiresAt')
}
