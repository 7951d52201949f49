import type { Credential } from 'cos-presign'
import { assertObject, assertPattern, assertText, assertWhole, wrongValue } from '../assert.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import { exchange, type OutgoingRequest } from './exchange.ts'
import { retry } from './retry.ts'
import { signCall, unsignedCall } from './sign-call.ts'
import { type StsClientOptions, type StsSettings, toStsSettings } from './sts-settings.ts'
import { readAnswer, type StsCall, type TemporaryKey } from './wire.ts'

/** What is common to all calls. */
export interface StsCallOptions {
  /** Ends the call; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** What a key of one's own is to be good for. */
export interface FederationTokenParams extends StsCallOptions {
  /** A document (which is checked) or its JSON text (which is sent as it is). Least privilege: `createPolicy`. */
  readonly policy: object | string
  /**
   * Who will use it, for the audit log.
   * @default 'cos-presign'
   */
  readonly name?: string | undefined
  /**
   * Seconds until it dies: up to 7200 with the key of a root account, up to 129600 with that of a sub-account.
   * @default 1800
   */
  readonly durationSeconds?: number | undefined
}

/** Which role to take on. */
export interface AssumeRoleParams extends StsCallOptions {
  /** `qcs::cam::uin/<owner>:roleName/<name>` or `qcs::cam::uin/<owner>:role/<id>`. */
  readonly roleArn: string
  /**
   * Who takes it on, for the audit log: 2 to 128 letters, digits or `_+=,.@-`.
   * @default 'cos-presign'
   */
  readonly sessionName?: string | undefined
  /**
   * Seconds until the key dies, up to 43200.
   * @default 1800
   */
  readonly durationSeconds?: number | undefined
  /** Narrows the role's rights for this key; see {@link FederationTokenParams.policy}. */
  readonly policy?: object | string | undefined
  /** What the role's owner agreed on with its user. */
  readonly externalId?: string | undefined
}

/** Which role to take on, and the identity provider's word for who does. */
export interface WebIdentityParams extends Omit<AssumeRoleParams, 'policy' | 'externalId'> {
  /** Name of the identity provider in CAM. */
  readonly providerId: string
  /** The token that it issued. */
  readonly webIdentityToken: string
}

/** Asks STS for temporary keys. */
export interface StsClient {
  /**
   * GetFederationToken: a key with a part of the rights of the asking one, which must be permanent.
   *
   * @throws {StsError} Any `ERR_STS_*`, `ERR_POLICY_INVALID`.
   * @see https://cloud.tencent.com/document/product/1312/48195
   */
  getFederationToken(params: FederationTokenParams): Promise<TemporaryKey>
  /**
   * AssumeRole: a key with the rights of a role.
   *
   * @throws {StsError} Any `ERR_STS_*`, `ERR_POLICY_INVALID`.
   * @see https://cloud.tencent.com/document/product/1312/48197
   */
  assumeRole(params: AssumeRoleParams): Promise<TemporaryKey>
  /**
   * AssumeRoleWithWebIdentity: a key with the rights of a role, for the token of an identity provider. Not signed.
   *
   * @throws {StsError} Any `ERR_STS_*`.
   * @see https://cloud.tencent.com/document/product/1312/73070
   */
  assumeRoleWithWebIdentity(params: WebIdentityParams): Promise<TemporaryKey>
}

const MAX_FEDERATION_SECONDS = 129_600
const MAX_ROLE_SECONDS = 43_200

/**
 * Makes a client of the Security Token Service.
 *
 * Calls are repeated when that may help (no connection, a timeout, throttling, an error of the service's own), with growing random
 * waits, within `timeoutMs`. Everything else is an {@link StsError} at once, with the service's code and what to do.
 *
 * @throws {TypeError|RangeError} An option is not as it must be.
 * @example
 * const sts = createStsClient({ credential: { secretId, secretKey } })
 * const { credential, expiresAt } = await sts.getFederationToken({ policy, durationSeconds: 900 })
 */
export function createStsClient(options: StsClientOptions = {}): StsClient {
  const settings = toStsSettings(options)
  const { credential } = settings
  return {
    async getFederationToken(params) {
      const { policy, name = 'cos-presign', durationSeconds = 1800, signal } = toParams(params, 'policy')
      assertText(name, 'name')
      assertWhole(durationSeconds, 'durationSeconds', 1, MAX_FEDERATION_SECONDS)
      const call = {
        action: 'GetFederationToken',
        durationSeconds,
        params: { Name: name, Policy: toWirePolicy(policy), DurationSeconds: durationSeconds },
      }
      return await perform(call, settings, signal, async () =>
        signCall(call, settings, assertPermanent(await credential())),
      )
    },

    async assumeRole(params) {
      const { policy, externalId, signal } = toParams(params, 'roleArn')
      if (externalId !== undefined) {
        assertPattern(
          externalId,
          'externalId',
          /^[\w+=,.@:/-]{2,128}$/,
          '2 to 128 letters, digits or _+=,.@:/-',
        )
      }
      const role = toRoleParams(params)
      const call = {
        action: 'AssumeRole',
        durationSeconds: role.DurationSeconds,
        params: {
          ...role,
          ...(policy === undefined ? {} : { Policy: toWirePolicy(policy) }),
          ...(externalId === undefined ? {} : { ExternalId: externalId }),
        },
      }
      return await perform(call, settings, signal, async () => signCall(call, settings, await credential()))
    },

    async assumeRoleWithWebIdentity(params) {
      const { providerId, webIdentityToken, signal } = toParams(params, 'roleArn')
      assertText(providerId, 'providerId')
      assertText(webIdentityToken, 'webIdentityToken')
      const role = toRoleParams(params)
      const call = {
        action: 'AssumeRoleWithWebIdentity',
        durationSeconds: role.DurationSeconds,
        params: { ProviderId: providerId, WebIdentityToken: webIdentityToken, ...role },
      }
      return await perform(call, settings, signal, () => Promise.resolve(unsignedCall(call, settings)))
    },
  }
}

function toParams<T extends object>(params: T, needed: string): T {
  assertObject(params, 'params', `an object with "${needed}"`)
  return params
}

/** Performs a call; each attempt is signed anew, since a signature is good for minutes only. */
function perform(
  call: StsCall,
  settings: StsSettings,
  signal: AbortSignal | undefined,
  toRequest: () => Promise<OutgoingRequest>,
): Promise<TemporaryKey> {
  const { fetch, attemptTimeoutMs, maxAnswerBytes } = settings
  return retry(
    async (leftMs) => {
      const request = await toRequest()
      const timeoutMs = Math.min(attemptTimeoutMs, Math.ceil(leftMs))
      return readAnswer(call, await exchange(fetch, request, { timeoutMs, maxAnswerBytes, signal }))
    },
    { ...settings, signal },
  )
}

function toRoleParams(params: AssumeRoleParams | WebIdentityParams): {
  RoleArn: string
  RoleSessionName: string
  DurationSeconds: number
} {
  const { roleArn, sessionName = 'cos-presign', durationSeconds = 1800 } = params
  assertPattern(
    roleArn,
    'roleArn',
    /^qcs::cam::uin\/\d+:role(?:Name)?\/.+$/,
    'like qcs::cam::uin/100000000001:roleName/uploader',
  )
  assertPattern(sessionName, 'sessionName', /^[\w+=,.@-]{2,128}$/, '2 to 128 letters, digits or _+=,.@-')
  assertWhole(durationSeconds, 'durationSeconds', 1, MAX_ROLE_SECONDS)
  return { RoleArn: roleArn, RoleSessionName: sessionName, DurationSeconds: durationSeconds }
}

/** A policy as the service wants it: percent-encoded once more than the request's own encoding does (documentation 1312/48195). */
function toWirePolicy(policy: object | string): string {
  if (typeof policy === 'object') {
    parsePolicy(policy, { kind: 'session' })
    return encodeURIComponent(JSON.stringify(policy))
  }
  assertPattern(policy, 'policy', /^\P{Surrogate}*$/u, 'a document, or JSON text without lone surrogates')
  return encodeURIComponent(policy)
}

function assertPermanent(credential: Credential): Credential {
  if (credential.securityToken === undefined) return credential
  throw wrongValue(
    'credential',
    'must be a permanent key: GetFederationToken refuses temporary ones; use assumeRole',
  )
}
