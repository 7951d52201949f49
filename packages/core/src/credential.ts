import { assertOptions, assertSeconds, assertText, wrongValue } from './assert.ts'
import { printAs, redactId } from './print.ts'

/** The key a request is signed with: permanent, or temporary with a token and an end. */
export interface Credential {
  /** Names the key; travels with each signature. */
  readonly secretId: string
  /** Never travels. */
  readonly secretKey: string
  /** The token of a temporary key; the request must carry it. */
  readonly securityToken?: string | undefined
  /** When a temporary key dies, in Unix seconds. */
  readonly expiresAt?: number | undefined
}

const KNOWN = ['secretId', 'secretKey', 'securityToken', 'expiresAt']

const held = new WeakMap<object, Credential>()

/**
 * A credential that may be logged: however it is printed, converted or serialised, it shows its id as `AKI***xyz` and no
 * secret. Its properties read as usual.
 *
 * @throws {TypeError} A member is missing or of the wrong type, or unknown.
 * @throws {RangeError} An id, key or token is empty or has white space around it; an id holds something else than visible ASCII, or `&`;
 * `expiresAt` is no time in Unix seconds.
 */
export function createCredential(credential: Credential): Credential {
  assertCredential(credential)
  return new RedactedCredential(credential)
}

/** Checks a credential; messages say what is wrong with which member and never hold a value. */
export function assertCredential(credential: unknown): asserts credential is Credential {
  if (credential instanceof RedactedCredential) return
  assertOptions(credential, 'credential', KNOWN)
  const { secretId, secretKey, securityToken, expiresAt } = credential as Record<string, unknown>
  assertSecret(secretId, 'secretId', NOT_IN_ID)
  assertSecret(secretKey, 'secretKey')
  if (securityToken !== undefined) assertSecret(securityToken, 'securityToken')
  if (expiresAt !== undefined) assertSeconds(expiresAt, 'expiresAt')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const NOT_IN_SECRET = /^\s|\s$|[\0-\x1f\x7f]/

/** What a SecretId cannot hold: it is sent as it is, between `&`. */
export const NOT_IN_ID: RegExp = /[^!-%'-~]/

/** Checks an id, key or token; the message never holds it. */
export function assertSecret(
  value: unknown,
  name: string,
  wrong: RegExp = NOT_IN_SECRET,
): asserts value is string {
  assertText(value, name)
  if (wrong.test(value)) throw wrongValue(name, 'has white space around it, or a character it cannot hold')
}

// The members live in a WeakMap and not in fields, private or not: a browser's console shows fields of both kinds.
class RedactedCredential implements Credential {
  constructor({ secretId, secretKey, securityToken, expiresAt }: Credential) {
    held.set(this, { secretId, secretKey, securityToken, expiresAt })
    printAs(this, () => this.toJSON())
    Object.freeze(this)
  }
  get secretId(): string {
    return (held.get(this) as Credential).secretId
  }
  get secretKey(): string {
    return (held.get(this) as Credential).secretKey
  }
  get securityToken(): string | undefined {
    return (held.get(this) as Credential).securityToken
  }
  get expiresAt(): number | undefined {
    return (held.get(this) as Credential).expiresAt
  }
  toJSON(): { secretId: string } {
    return { secretId: redactId(this.secretId) }
  }
  toString(): string {
    return `Credential(${redactId(this.secretId)})`
  }
}
