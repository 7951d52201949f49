import type { CredentialProvider } from 'cos-presign'
import { assertPattern, assertWhole } from '../assert.ts'
import { exchange, type IncomingAnswer } from '../client/exchange.ts'
import { StsError } from '../errors.ts'
import { empty, toProvided, unusable } from './provided-key.ts'

/** How the metadata service of a machine in the cloud is asked. */
export interface InstanceRoleOptions {
  /**
   * The role's name.
   * @default the first one that the service lists
   */
  readonly role?: string | undefined
  /** @default 'http://metadata.tencentyun.com' */
  readonly baseUrl?: string | undefined
  /**
   * For each of its two requests. A machine elsewhere finds out in this time that there is no such service.
   * @default 1000
   */
  readonly timeoutMs?: number | undefined
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch | undefined
}

const PATH = '/latest/meta-data/cam/security-credentials/'
const MAX_ANSWER_BYTES = 64 * 1024

/**
 * Gives the temporary key of the role that a CVM instance (or a container with a role) has. It asks at each call: put it behind
 * `createCachedProvider`.
 *
 * @returns A provider that rejects with `ERR_PROVIDER_EMPTY` (no such service, no role), `ERR_PROVIDER_INVALID` or `ERR_STS_UNAVAILABLE`.
 * @throws {TypeError|RangeError} An option is not as it must be.
 * @see https://cloud.tencent.com/document/product/213/47668
 */
export function createInstanceRoleProvider(options: InstanceRoleOptions = {}): CredentialProvider {
  const {
    role,
    baseUrl = 'http://metadata.tencentyun.com',
    timeoutMs = 1000,
    fetch = (input, init) => globalThis.fetch(input, init),
  } = options
  assertPattern(baseUrl, 'baseUrl', /^https?:\/\/[^/?#]+$/, 'like http://metadata.tencentyun.com')
  assertWhole(timeoutMs, 'timeoutMs', 1, 60_000)
  if (role !== undefined) assertPattern(role, 'role', /^[\w+=,.@-]+$/, 'the name of a role')

  async function get(path: string): Promise<IncomingAnswer> {
    return await exchange(
      fetch,
      { url: `${baseUrl}${path}` },
      { timeoutMs, maxAnswerBytes: MAX_ANSWER_BYTES },
    )
  }

  return async function instanceRoleProvider() {
    const name = role ?? (await findRole(get))
    const answer = await get(`${PATH}${encodeURIComponent(name)}`).catch(nowhere)
    if (answer.status === 404) throw empty(`This machine has no role "${name}"`)
    if (answer.status >= 500) {
      throw new StsError(
        'ERR_STS_UNAVAILABLE',
        `The metadata service answers with HTTP status ${answer.status}`,
      )
    }
    const { Code, TmpSecretId, TmpSecretKey, Token, ExpiredTime } = parse(answer.text)
    if (answer.status !== 200 || Code !== 'Success') {
      throw unusable(
        `The metadata service gives no key for the role "${name}" (${String(Code ?? answer.status)})`,
      )
    }
    return toProvided('the metadata service', {
      secretId: TmpSecretId as string,
      secretKey: TmpSecretKey as string,
      securityToken: Token as string,
      expiresAt: ExpiredTime as number,
    })
  }
}

async function findRole(get: (path: string) => Promise<IncomingAnswer>): Promise<string> {
  const { status, text } = await get(PATH).catch(nowhere)
  const [name] = text.split('\n').map((line) => line.trim())
  if (status !== 200 || !name) throw empty('This machine has no role')
  return name
}

/** Elsewhere there is no such host, or nobody answers. */
function nowhere(error: unknown): never {
  throw error instanceof StsError && error.retryable
    ? empty('This machine has no metadata service', error)
    : error
}

function parse(text: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(text) }
  } catch {
    return {}
  }
}
