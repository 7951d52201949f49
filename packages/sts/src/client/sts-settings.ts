import { type Credential, type CredentialProvider, createCredential, type Scheme } from 'cos-presign'
import { assertOneOf, assertPattern, assertText, assertType, assertWhole } from '../assert.ts'
import type { Tc1Method } from '../signature/sign-tc1.ts'
import { type Sleep, sleep as sleepFor } from './retry.ts'

/** How STS is reached, and on whose behalf. */
export interface StsClientOptions {
  /** The key that asks, or a provider of it. Only `assumeRoleWithWebIdentity` needs none. */
  readonly credential?: Credential | CredentialProvider | undefined
  /** @default 'ap-guangzhou' */
  readonly region?: string | undefined
  /**
   * Host of the service, with its port if it is not the scheme's. `sts.internal.tencentcloudapi.com` from within the cloud,
   * `sts.intl.tencentcloudapi.com` for international accounts.
   * @default 'sts.tencentcloudapi.com'
   */
  readonly endpoint?: string | undefined
  /** @default 'https' */
  readonly scheme?: Scheme | undefined
  /**
   * How requests are signed. The old two are for endpoints that know no other.
   * @default 'TC3-HMAC-SHA256'
   */
  readonly signatureMethod?: 'TC3-HMAC-SHA256' | Tc1Method | undefined
  /**
   * For a whole call, with its repetitions.
   * @default 15000
   */
  readonly timeoutMs?: number | undefined
  /**
   * For one attempt.
   * @default 5000
   */
  readonly attemptTimeoutMs?: number | undefined
  /**
   * How often a call that failed for a moment is tried.
   * @default 3
   */
  readonly maxAttempts?: number | undefined
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch | undefined
  /**
   * The clock: milliseconds since the epoch.
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
  /**
   * A number from 0 to 1, for the waits between attempts.
   * @default Math.random
   */
  readonly random?: (() => number) | undefined
  /** How to wait between attempts. */
  readonly sleep?: Sleep | undefined
}

/** The options that have a value in any case. */
type Filled = {
  readonly [Name in
    | 'region'
    | 'signatureMethod'
    | 'timeoutMs'
    | 'attemptTimeoutMs'
    | 'maxAttempts'
    | 'fetch'
    | 'now'
    | 'random'
    | 'sleep']: NonNullable<StsClientOptions[Name]>
}

/** The options of a client, checked. */
export interface StsSettings extends Filled {
  readonly credential: () => Promise<Credential>
  /** Where calls are sent. */
  readonly url: string
  /** As it is sent, which is what is signed. */
  readonly host: string
  readonly maxAnswerBytes: number
}

// No answer of STS is a tenth of this: a token has at most 4096 bytes.
const MAX_ANSWER_BYTES = 64 * 1024

const LONGEST_MS = 600_000

/** Checks the options of a client. */
export function toStsSettings(options: StsClientOptions): StsSettings {
  const {
    region = 'ap-guangzhou',
    endpoint = 'sts.tencentcloudapi.com',
    scheme = 'https',
    signatureMethod = 'TC3-HMAC-SHA256',
    timeoutMs = 15_000,
    attemptTimeoutMs = 5000,
    maxAttempts = 3,
    // Called as a function of the global object: browsers refuse it as a method of anything else.
    fetch = (input, init) => globalThis.fetch(input, init),
    now = Date.now,
    random = Math.random,
    sleep = sleepFor,
  } = options
  assertText(region, 'region')
  assertOneOf(scheme, 'scheme', ['https', 'http'])
  assertOneOf(signatureMethod, 'signatureMethod', ['TC3-HMAC-SHA256', 'HmacSHA1', 'HmacSHA256'])
  assertWhole(timeoutMs, 'timeoutMs', 1, LONGEST_MS)
  assertWhole(attemptTimeoutMs, 'attemptTimeoutMs', 1, LONGEST_MS)
  assertWhole(maxAttempts, 'maxAttempts', 1, 20)
  assertPattern(
    endpoint,
    'endpoint',
    /^(?:\w[\w.-]*|\[[\da-f:.]+\])(?::\d+)?$/i,
    'a host like sts.tencentcloudapi.com; say the scheme in "scheme"',
  )
  for (const [name, value] of Object.entries({ fetch, now, random, sleep }))
    assertType(value, name, 'function')
  const { href, host } = new URL(`${scheme}://${endpoint}/`)
  return {
    region,
    signatureMethod,
    timeoutMs,
    attemptTimeoutMs,
    maxAttempts,
    fetch,
    now,
    random,
    sleep,
    credential: toSupply(options.credential),
    url: href,
    host,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  }
}

function toSupply(credential: StsClientOptions['credential']): () => Promise<Credential> {
  if (typeof credential === 'function') return async () => createCredential(await credential())
  const known = credential === undefined ? undefined : createCredential(credential)
  return () => {
    if (known) return Promise.resolve(known)
    throw new TypeError(
      '"credential" must be given to createStsClient for this call, which is signed with it',
    )
  }
}
