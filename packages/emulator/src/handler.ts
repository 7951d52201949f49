import { performance } from 'node:perf_hooks'
import { parseRequestTarget, type RequestTarget } from 'cos-presign'
import {
  type AccessLogDraft,
  type AccessLogEntry,
  createAccessLogDraft,
  writeAccessLog,
} from './access-log.ts'
import { type Address, type AddressBook, readHost, resolveAddress } from './address.ts'
import { authorise, type CredentialLookup, identify } from './authorise.ts'
import { findRoute, type Level, type Route } from './dispatch.ts'
import { type Handler, type HeaderMap, type Reply, toHeaderMap, type WireRequest } from './message.ts'
import type { OperationServices } from './operation.ts'
import { Refusal } from './refusal.ts'
import { createRequestIds } from './request-id.ts'
import { completeReply, toErrorReply } from './respond.ts'
import { toRefusal } from './to-refusal.ts'
import { assertSupported, notImplemented } from './unsupported.ts'

/** 436/13324, in bytes of UTF-8. */
const MAX_KEY_BYTES = 850

/** What the handler works with. */
export interface HandlerServices extends OperationServices {
  readonly addressBook: AddressBook
  readonly lookup: CredentialLookup
  readonly onRequest?: ((entry: AccessLogEntry) => void) | undefined
}

/** How far the reading of a request came: for its error document and its log entry. */
interface Progress {
  readonly entry: AccessLogDraft
  /** Host and decoded path. */
  resource: string
}

/** The whole emulator as a function of a request, wherever that came from. */
export function createHandler(services: HandlerServices): Handler {
  return async function handle(request) {
    const startedAt = performance.now()
    const ids = createRequestIds(services.now())
    const entry = createAccessLogDraft(request, ids.requestId)
    const reply = await answerOrRefuse()
    entry.status = reply.status
    return {
      reply: completeReply(reply, request.method, ids, services.now()),
      finish() {
        entry.durationMs = performance.now() - startedAt
        writeAccessLog(services.onRequest, entry)
      },
    }

    async function answerOrRefuse(): Promise<Reply> {
      const progress: Progress = { entry, resource: '/' }
      try {
        return await answer(request, services, progress)
      } catch (error) {
        const refusal = toRefusal(error)
        entry.code = refusal.code
        entry.message = refusal.message
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

  const address = resolveAddress(host, services.addressBook)
  // One slash belongs to the path, the rest is the key, whatever it looks like: `//` is the object `/`.
  const key = target.path.slice(1)
  if (address.bucket !== undefined) entry.bucket = address.bucket
  if (key !== '') entry.key = key

  // A preflight is never signed. No CORS configuration is kept yet, so none allows it.
  if (request.method === 'OPTIONS') throw new Refusal('AccessForbidden')
  const principal = identify(request, services.lookup, services.now)

  const headers = toHeaderMap(request.headers)
  const params = toParamMap(target)
  const route = chooseRoute(request.method, levelOf(address, key), params, headers)
  entry.operation = route.name

  const { bucket = '' } = address
  const record = await services.store.getBucket(bucket)
  if (record === undefined && address.level === 'bucket' && !route.createsBucket)
    throw new Refusal('NoSuchBucket')
  authorise(principal, { operation: route.name, bucketAcl: record?.settings?.acl })

  if (route.run === undefined) throw notImplemented(route.name)
  assertSupported(params, headers)
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new Refusal('KeyTooLong')
  const { method } = request
  return await route.run(
    { method, bucket, key, params, headers, openBody: () => request.openBody(), authorise: allow },
    services,
  )
}

/** Whoever may sign may do everything: no policy is evaluated yet. */
function allow(): Promise<void> {
  return Promise.resolve()
}

function readTarget(target: string): RequestTarget {
  try {
    return parseRequestTarget(target)
  } catch (error) {
    const reason = error instanceof Error ? `: ${error.message}.` : '.'
    throw new Refusal('InvalidURI', { message: `Couldn't parse the specified URI${reason}` })
  }
}

function levelOf({ level }: Address, key: string): Level {
  if (level === 'unknown') {
    throw new Refusal('InvalidBucketName', {
      message:
        'The address names no bucket: use a host <BucketName-APPID>.<anything>, or configure a domain or a default bucket.',
    })
  }
  if (level === 'service') return 'service'
  return key === '' ? 'bucket' : 'object'
}

function chooseRoute(
  method: string,
  level: Level,
  params: ReadonlyMap<string, string>,
  headers: HeaderMap,
): Route {
  const route = findRoute(method, level, params, headers)
  if (route === undefined) throw new Refusal('MethodNotAllowed')
  return route
}

function toParamMap({ params }: RequestTarget): Map<string, string> {
  const map = new Map<string, string>()
  for (const { name, value } of params) {
    const lower = name.toLowerCase()
    if (!map.has(lower)) map.set(lower, value)
  }
  return map
}
