import { performance } from 'node:perf_hooks'
import { parseRequestTarget, type RequestTarget } from 'cos-presign'
import {
  type AccessLogDraft,
  type AccessLogEntry,
  createAccessLogDraft,
  writeAccessLog,
} from './access-log.ts'
import { readHost, regionOf, resolveAddress } from './address.ts'
import { assertNoOverrides } from './anonymous-access.ts'
import { authorise, identify, type Principal } from './authorise.ts'
import type { CorsConfiguration } from './bucket-settings.ts'
import type { PolicyFacts } from './check-policies.ts'
import { answerPreflight, toCorsHeaders } from './cors.ts'
import { findRoute } from './dispatch.ts'
import type { ActiveFaultPlan } from './faults/fault-plan.ts'
import { bodyOf, ConnectionCut, withFaults } from './faults/with-faults.ts'
import { encodeKey } from './listing-params.ts'
import { type Handler, type Reply, toHeaderMap, type WireRequest } from './message.ts'
import type { OperationRequest, OperationServices } from './operation.ts'
import { Refusal } from './refusal.ts'
import { createRequestIds } from './request-id.ts'
import { completeReply, toErrorReply } from './respond.ts'
import { assertAllSigned } from './strict-signature.ts'
import { answerSts, type StsServices } from './sts/answer-sts.ts'
import { isStsRequest } from './sts/is-sts-request.ts'
import { toRefusal } from './to-refusal.ts'
import { withTrafficLimit } from './traffic-limit.ts'
import { assertSupported, notImplemented } from './unsupported.ts'

/** 436/13324, in bytes of UTF-8. */
const MAX_KEY_BYTES = 850

/** What the handler works with. */
export interface HandlerServices extends OperationServices {
  readonly sts: StsServices
  /** Hosts that name another region have no buckets [guess]; `undefined`: all regions are one. */
  readonly onlyRegion?: string | undefined
  /** For buckets that say nothing about it themselves. */
  readonly strictSignature: boolean
  readonly faults: ActiveFaultPlan
  readonly onRequest?: ((entry: AccessLogEntry) => void) | undefined
}

/** How far the reading of a request came: for its error document and its log entry. */
interface Progress {
  readonly entry: AccessLogDraft
  /** Host and decoded path. */
  resource: string
  /** Of the bucket, if it has one. */
  cors?: CorsConfiguration | undefined
}

/** The whole emulator as a function of a request, wherever that came from. */
export function createHandler(services: HandlerServices): Handler {
  return async function handle(request) {
    const startedAt = performance.now()
    const ids = createRequestIds(services.now())
    const entry = createAccessLogDraft(request, ids.requestId)
    const progress: Progress = { entry, resource: '/' }
    const reply = await answerOrRefuse()
    entry.status = reply?.status ?? 0
    return {
      reply:
        reply && completeReply(withCors(reply, request, progress.cors), request.method, ids, services.now()),
      finish() {
        entry.durationMs = performance.now() - startedAt
        writeAccessLog(services.onRequest, entry)
      },
    }

    async function answerOrRefuse(): Promise<Reply | undefined> {
      try {
        return await answer(request, services, progress)
      } catch (error) {
        if (error instanceof ConnectionCut) return undefined
        const refusal = toRefusal(error)
        entry.code = refusal.code
        entry.message = refusal.message
        if (refusal.reason !== undefined) entry.reason = refusal.reason
        if (refusal.code === 'InternalError') entry.error = error
        return toErrorReply(refusal, progress.resource, ids)
      }
    }
  }
}

async function answer(request: WireRequest, services: HandlerServices, progress: Progress): Promise<Reply> {
  const { entry } = progress
  const target = readTarget(request.target)
  const host = readHost(request.headers, target.authority, request.httpVersion)
  entry.host = host
  progress.resource = host + target.path

  if (isStsRequest(request, target, host, services.addressBook)) {
    return await answerSts(request, target, services.sts, entry)
  }

  const address = await resolveAddress(host, target.path, services.addressBook)
  const { bucket, key } = address.level === 'service' ? { bucket: '', key: '' } : address
  if (bucket !== '') entry.bucket = bucket
  if (key !== '') entry.key = key

  const { store } = services
  const isElsewhere =
    services.onlyRegion !== undefined && services.onlyRegion !== (regionOf(host) ?? services.onlyRegion)
  const record = isElsewhere ? undefined : await store.getBucket(bucket)
  progress.cors = record?.settings?.cors
  const headers = toHeaderMap(request.headers)
  if (request.method === 'OPTIONS') {
    // A preflight is never signed.
    entry.operation = 'OptionsObject'
    return answerPreflight(headers, progress.cors)
  }

  const params = toParamMap(target)
  const route = findRoute(request.method, address.level, params, headers)
  const principal: Principal = route?.isForm
    ? { kind: 'anonymous' }
    : identify(request, services.findKey, services.now)
  if (route === undefined) throw new Refusal('MethodNotAllowed')
  entry.operation = route.name
  if (record === undefined && address.level !== 'service' && (isElsewhere || !route.createsBucket))
    throw new Refusal('NoSuchBucket')
  const isStrict = record?.settings?.strictSignature ?? services.strictSignature
  if (isStrict && principal.kind === 'signer') assertAllSigned(headers, principal.signedHeaders)
  const facts = toPolicyFacts(request, { host, headers, params }, services)
  if (!route.isForm) await authorise(principal, { action: route.name, bucket, key }, { store, facts })
  if (principal.kind === 'anonymous') assertNoOverrides(params)

  if (route.run === undefined) throw notImplemented(route.name)
  assertSupported(params, headers)
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new Refusal('KeyTooLong')
  const operationRequest: OperationRequest = {
    method: request.method,
    target: request.target,
    bucket,
    key,
    url: `http://${host}${encodeKey(target.path)}`,
    params,
    headers,
    facts,
    openBody: () => request.openBody(),
    authorise: (action, otherBucket, otherKey) =>
      authorise(principal, { action, bucket: otherBucket, key: otherKey }, { store, facts }),
    nameKey(named) {
      entry.key = named
    },
  }
  const run = withTrafficLimit(route.run)
  return await withFaults(
    services.faults,
    {
      target: { operation: route.name, bucket, key },
      body: bodyOf(headers),
      slowDown: () => new Refusal('SlowDown'),
      run: (wrapBody) =>
        run({ ...operationRequest, openBody: () => wrapBody(operationRequest.openBody()) }, services),
    },
    entry,
  )
}

function toPolicyFacts(
  { client }: WireRequest,
  { host, headers, params }: Pick<PolicyFacts, 'headers' | 'params'> & { readonly host: string },
  { region, now }: HandlerServices,
): PolicyFacts {
  const time = Math.floor(now() / 1000)
  return { region: regionOf(host) ?? region, headers, params, client, time }
}

/** A page may read the answer, a refusal as well, when its origin may do what it did. */
function withCors(reply: Reply, request: WireRequest, cors: CorsConfiguration | undefined): Reply {
  if (cors === undefined || request.method === 'OPTIONS') return reply
  const origin = toHeaderMap(request.headers).get('origin')
  return { ...reply, headers: { ...reply.headers, ...toCorsHeaders(request.method, origin, cors) } }
}

function readTarget(target: string): RequestTarget {
  try {
    return parseRequestTarget(target)
  } catch (error) {
    const reason = error instanceof Error ? `: ${error.message}.` : '.'
    throw new Refusal('InvalidURI', { message: `Couldn't parse the specified URI${reason}` })
  }
}

function toParamMap({ params }: RequestTarget): Map<string, string> {
  const map = new Map<string, string>()
  for (const { name, value } of params) {
    const lower = name.toLowerCase()
    if (!map.has(lower)) map.set(lower, value)
  }
  return map
}
