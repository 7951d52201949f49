import { randomUUID } from 'node:crypto'
import type { RequestTarget } from 'cos-presign'
import type { AccessLogDraft } from '../access-log.ts'
import type { ActiveFaultPlan } from '../faults/fault-plan.ts'
import { ConnectionCut, withFaults } from '../faults/with-faults.ts'
import type { FindKey } from '../known-key.ts'
import { type Reply, toHeaderMap, type WireRequest } from '../message.ts'
import { assumeRole, assumeRoleWithWebIdentity } from './assume-role.ts'
import { identifyCaller } from './caller.ts'
import { getFederationToken } from './get-federation-token.ts'
import { readTc3Call } from './read-tc3-call.ts'
import { readV1Call } from './read-v1-call.ts'
import type { Role } from './role.ts'
import type { SignedAction, UnsignedAction } from './sts-action.ts'
import type { StsCall, StsWire } from './sts-call.ts'
import { StsRefusal } from './sts-refusal.ts'
import type { Grant, TemporaryKeys } from './temporary-keys.ts'

/** What STS works with. */
export interface StsServices {
  readonly findKey: FindKey
  readonly temporaryKeys: TemporaryKeys
  /** By ARN. */
  readonly roles: ReadonlyMap<string, Role>
  readonly maxPolicyCharacters: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly faults: ActiveFaultPlan
}

const VERSION = '2018-08-13'
const MAX_BODY_BYTES = 1024 ** 2

const SIGNED: ReadonlyMap<string, SignedAction> = new Map([
  ['GetFederationToken', getFederationToken],
  ['AssumeRole', assumeRole],
])
const UNSIGNED: ReadonlyMap<string, UnsignedAction> = new Map([
  ['AssumeRoleWithWebIdentity', assumeRoleWithWebIdentity],
])
/** Actions of the real service that are not built. */
const KNOWN: ReadonlySet<string> = new Set([
  'AssumeRoleWithSAML',
  'GetCallerIdentity',
  'GetSessionToken',
  'QueryApiKey',
])

/** Answers a call of STS as STS does: with JSON and status 200, whatever comes of it. Rejects with `ConnectionCut` alone. */
export async function answerSts(
  request: WireRequest,
  target: RequestTarget,
  services: StsServices,
  entry: AccessLogDraft,
): Promise<Reply> {
  const requestId = randomUUID()
  entry.requestId = requestId
  try {
    const call = readCall(await readWire(request, target, entry.host))
    entry.operation = call.action
    const grant = run(call, services)
    const faulty = {
      target: { operation: call.action },
      slowDown: () => new StsRefusal('RequestLimitExceeded'),
      run: () => Promise.resolve(toReply({ ...issue(grant, services), RequestId: requestId })),
    }
    return await withFaults(services.faults, faulty, entry)
  } catch (error) {
    if (error instanceof ConnectionCut) throw error
    const refusal = error instanceof StsRefusal ? error : new StsRefusal('InternalError.SystemError')
    if (refusal !== error) entry.error = error
    const { code, message, reason } = refusal
    Object.assign(entry, { code, message, ...(reason === undefined ? {} : { reason }) })
    return toReply({ Error: { Code: code, Message: message }, RequestId: requestId })
  }
}

async function readWire(request: WireRequest, target: RequestTarget, host: string): Promise<StsWire> {
  const { method, target: raw } = request
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.openBody()) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new StsRefusal('RequestSizeLimitExceeded')
    chunks.push(chunk)
  }
  const question = raw.indexOf('?')
  return {
    method,
    host,
    path: target.path,
    rawQuery: question < 0 ? '' : raw.slice(question + 1),
    params: target.params,
    headers: toHeaderMap(request.headers),
    body: Buffer.concat(chunks),
  }
}

function readCall(wire: StsWire): StsCall {
  const { headers, method } = wire
  if (method !== 'GET' && method !== 'POST') {
    throw new StsRefusal('UnsupportedOperation', 'STS is called with GET or POST.')
  }
  return headers.has('x-tc-action') || headers.has('authorization') ? readTc3Call(wire) : readV1Call(wire)
}

function run(call: StsCall, { findKey, roles, maxPolicyCharacters, now }: StsServices): Grant {
  const services = { roles, maxPolicyCharacters, now: Math.floor(now() / 1000) }
  const { action, version, params } = call
  const unsigned = UNSIGNED.get(action)
  const caller = unsigned === undefined ? identifyCaller(call, findKey, now) : undefined
  if (version !== VERSION) throw new StsRefusal('NoSuchVersion', `The version of STS is ${VERSION}.`)
  if (unsigned !== undefined) return unsigned(params, services)
  const signed = SIGNED.get(action)
  if (signed !== undefined && caller !== undefined) return signed(params, caller, services)
  if (KNOWN.has(action)) {
    throw new StsRefusal('UnsupportedOperation', `Not implemented by this emulator: ${action}.`)
  }
  throw new StsRefusal('InvalidAction')
}

function issue(grant: Grant, { temporaryKeys }: StsServices): object {
  const key = temporaryKeys.issue(grant)
  if (key === undefined) {
    throw new StsRefusal(
      'InvalidParameter.PolicyTooLong',
      'The policies are too long: the token that holds them would be longer than 4096 bytes.',
    )
  }
  const { secretId, secretKey, securityToken } = key
  const { expiresAt } = grant
  return {
    Credentials: { Token: securityToken, TmpSecretId: secretId, TmpSecretKey: secretKey },
    ExpiredTime: expiresAt,
    Expiration: new Date(expiresAt * 1000).toISOString().replace('.000Z', 'Z'),
  }
}

function toReply(response: object): Reply {
  const body = Buffer.from(JSON.stringify({ Response: response }), 'utf8')
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json', 'Content-Length': String(body.length) },
    body,
  }
}
