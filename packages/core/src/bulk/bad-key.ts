import { SignatureError } from '../errors.ts'

/** What can be wrong with a key. The numbers are those of assembly/records.ts. */
const FAULTS = {
  2: ['empty', 'the key is empty'],
  3: ['not-utf8', 'the key is not UTF-8'],
  4: ['too-long', 'the key has over 850 bytes'],
  5: ['ends-in-dots', 'the key ends in "." or "..", which clients drop'],
  6: ['no-such-column', 'the row has too few columns'],
  7: ['bad-escape', 'the key is not percent-encoded'],
} as const

/** Number of a fault. */
export type Fault = keyof typeof FAULTS

/** Why a key cannot be signed. */
export type BadKeyReason = (typeof FAULTS)[Fault][0]

/** A key that cannot be signed. */
export interface BadKey {
  /** The number of its line or record, from 1. */
  readonly line: number
  readonly reason: BadKeyReason
  /** The same for people: a clause, such as `the key is empty`. */
  readonly message: string
  /** The key, or the row that has none, as it came: its first thousand bytes. */
  readonly bytes: Uint8Array
}

const MOST_BYTES = 1000

/** Describes a bad key. */
export function toBadKey(line: number, fault: Fault, bytes: Uint8Array): BadKey {
  const [reason, message] = FAULTS[fault]
  return { line, reason, message, bytes: new Uint8Array(bytes.subarray(0, MOST_BYTES)) }
}

/** The error for a bad key that nobody wants to leave out. */
export function badKeyError({ line, message }: BadKey): SignatureError {
  return new SignatureError('ERR_KEY_REFUSED', `Line ${line}: ${message}`)
}
