import { type Credential, createCredential } from 'cos-presign'
import { StsError } from '../errors.ts'
import type { IncomingAnswer } from './exchange.ts'
import { toStsError } from './refusal.ts'

/** The version of the API (documentation 1312/48195). */
export const API_VERSION = '2018-08-13'

/** A temporary key, as it was issued. Prints redacted, since the credential in it does. */
export interface TemporaryKey {
  /** For `CosClient` and the functions below it; with `securityToken` and `expiresAt`. */
  readonly credential: Credential
  /** Unix seconds, by the service's clock: what a client with a wrong clock may start its signatures from. */
  readonly startsAt: number
  /** Unix seconds. */
  readonly expiresAt: number
  /** What to tell the vendor's support. */
  readonly requestId: string
}

/** An API call with its parameters as the service names them. */
export interface StsCall {
  readonly action: string
  readonly params: Readonly<Record<string, string | number>>
  readonly durationSeconds: number
}

/**
 * Reads an answer.
 *
 * @throws {StsError} The refusal in it, or `ERR_STS_ANSWER_INVALID`: this is no answer of STS.
 */
export function readAnswer({ action, durationSeconds }: StsCall, answer: IncomingAnswer): TemporaryKey {
  const response = responseOf(action, answer)
  const { Credentials, ExpiredTime, RequestId } = response
  if (!isRecord(Credentials) || typeof ExpiredTime !== 'number') throw invalid(answer, 'it holds no key')
  const { TmpSecretId, TmpSecretKey, Token } = Credentials
  try {
    const credential = createCredential({
      secretId: TmpSecretId as string,
      secretKey: TmpSecretKey as string,
      securityToken: Token as string,
      expiresAt: ExpiredTime,
    })
    if (credential.securityToken === undefined) throw new TypeError('"Token" is missing')
    return {
      credential,
      startsAt: ExpiredTime - durationSeconds,
      expiresAt: ExpiredTime,
      requestId: String(RequestId ?? ''),
    }
  } catch (error) {
    throw invalid(answer, (error as Error).message)
  }
}

/** The object in an answer, if it is not a refusal. */
function responseOf(action: string, answer: IncomingAnswer): Record<string, unknown> {
  const { status } = answer
  const response = parseResponse(answer.text)
  const facts = { ...(status === 200 ? {} : { statusCode: status }), ...retryAfterOf(answer) }
  if (isRecord(response?.Error)) {
    throw toStsError({
      action,
      upstreamCode: String(response.Error.Code),
      message: String(response.Error.Message),
      requestId: String(response.RequestId ?? ''),
      ...facts,
    })
  }
  if (status === 429)
    throw new StsError('ERR_STS_THROTTLED', 'STS answers with HTTP status 429: too many requests', facts)
  if (status >= 500)
    throw new StsError('ERR_STS_UNAVAILABLE', `STS answers with HTTP status ${status}`, facts)
  if (status !== 200 || !response) throw invalid(answer, 'it is no JSON of the kind')
  return response
}

function parseResponse(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return isRecord(parsed) && isRecord(parsed.Response) ? parsed.Response : undefined
  } catch {
    return undefined
  }
}

function retryAfterOf(answer: IncomingAnswer): { retryAfterMs?: number } {
  const seconds = /^\d{1,6}$/.exec(answer.header('retry-after') ?? '')?.[0]
  return seconds === undefined ? {} : { retryAfterMs: Number(seconds) * 1000 }
}

function invalid({ status }: IncomingAnswer, why: string): StsError {
  return new StsError(
    'ERR_STS_ANSWER_INVALID',
    `The answer (HTTP status ${status}) is none of STS: ${why}; is the endpoint right?`,
    {
      ...(status === 200 ? {} : { statusCode: status }),
    },
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
