import { assertSeconds, assertType, wrongValue } from './assert.ts'
import { SignatureError } from './errors.ts'

/** When a signature starts and ends to be valid, both inclusive, in Unix seconds. */
export interface TimeWindow {
  /** The first second. */
  readonly startsAt: number
  /** The last second. */
  readonly expiresAt: number
}

/** How long a signature is valid. */
export interface WindowOptions {
  /**
   * Seconds from now.
   * @default 300
   */
  readonly expiresInSeconds?: number | undefined
  /**
   * When the signature becomes valid, in Unix seconds.
   * @default 60 seconds ago, which forgives a slow clock
   */
  readonly startsAt?: number | undefined
  /** When it ends, in Unix seconds; instead of `expiresInSeconds`. */
  readonly expiresAt?: number | undefined
  /**
   * The clock: milliseconds since the epoch.
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
}

/** When a permanent key dies. */
export const NEVER: number = Number.POSITIVE_INFINITY

// The vendor's Python SDK starts 60 s early; so do we.
const EARLY_SECONDS = 60

/** The clock's time in whole Unix seconds. */
export function readClock(now: () => number, name: string): number {
  const milliseconds: unknown = now()
  if (typeof milliseconds !== 'number' || !(milliseconds >= 0 && milliseconds < 1e14)) {
    throw wrongValue(name, 'must return milliseconds')
  }
  return Math.floor(milliseconds / 1000)
}

/**
 * The window of a signature made now, ended by the key's own death where that comes first.
 *
 * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the key is dead.
 */
export function windowOf(options: WindowOptions, keyExpiresAt: number | undefined): TimeWindow {
  const { expiresInSeconds = 300, now = Date.now } = options
  assertType(now, 'now', 'function')
  const seconds = readClock(now, 'now')
  if (options.expiresInSeconds !== undefined) assertSeconds(expiresInSeconds, 'expiresInSeconds', 1)
  const { startsAt = earlyStart(seconds), expiresAt = seconds + expiresInSeconds } = options
  assertSeconds(startsAt, 'startsAt')
  assertSeconds(expiresAt, 'expiresAt')
  if (options.expiresAt !== undefined && options.expiresInSeconds !== undefined) {
    throw new TypeError('"expiresAt" and "expiresInSeconds" both say when the signature ends; give one')
  }
  const end = endWithKey(expiresAt, seconds, keyExpiresAt)
  if (end < startsAt) {
    const name = options.startsAt === undefined ? 'expiresAt' : 'startsAt'
    throw wrongValue(name, 'makes a signature that ends before it begins')
  }
  return { startsAt, expiresAt: end }
}

/** The usual start of a signature made at `seconds`. */
export function earlyStart(seconds: number): number {
  return Math.max(0, seconds - EARLY_SECONDS)
}

/**
 * The end of a window that may not outlive the key.
 *
 * @param needed - For how many seconds from now the key must live; 1 when any end will do.
 * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the key is dead. `ERR_CREDENTIAL_EXPIRES_EARLY`: it dies before it may.
 */
export function endWithKey(
  expiresAt: number,
  seconds: number,
  keyExpiresAt: number = NEVER,
  needed = 1,
): number {
  if (keyExpiresAt < seconds + needed) {
    throw new SignatureError(
      keyExpiresAt <= seconds ? 'ERR_CREDENTIAL_EXPIRED' : 'ERR_CREDENTIAL_EXPIRES_EARLY',
      `The key ends at ${keyExpiresAt}; get another`,
    )
  }
  return Math.min(keyExpiresAt, expiresAt)
}

let lastStart = 0
let lastEnd = 0
let lastKeyTime = '0;0'

/** KeyTime (documentation 436/7778, step 1). The last text is kept: calls within one second share it. */
export function keyTimeOf({ startsAt, expiresAt }: TimeWindow): string {
  if (startsAt !== lastStart || expiresAt !== lastEnd) {
    lastStart = startsAt
    lastEnd = expiresAt
    lastKeyTime = `${startsAt};${expiresAt}`
  }
  return lastKeyTime
}
