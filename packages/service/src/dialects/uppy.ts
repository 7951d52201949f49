import { z } from 'zod'
import type { Caller } from '../caller.ts'
import { ServiceError } from '../errors.ts'
import { decide, decideAndUse, type Permission } from '../grants/decide.ts'
import {
  abortUpload,
  assertMayComplete,
  completeUpload,
  createUpload,
  headersOfUpload,
  listParts,
  signParts,
} from '../issue/multipart.ts'
import { issuePostForm, issuePut } from '../issue/upload.ts'
import { noteIssued } from '../observe/issued.ts'
import type { Problem } from '../problem.ts'
import { defineRoute, type Refusal, type Route } from '../route.ts'
import type { Services } from '../services.ts'
import { mediaType, wellFormed } from '../texts.ts'

/*
 * Uppy's aws-s3 plugin, 5.1 with `endpoint` and 6.3 with `companionEndpoint` or `signRequest`: the paths and JSON of Companion, and `POST /s3/presign`.
 * Uppy signs nothing for COS itself, so `getCredentials` has no route.
 */

function refuse({ status, detail, requestId, code }: Problem): Refusal {
  return { status, body: { error: detail, message: detail, requestId, code } }
}

const text = z.string().max(1024)
/** Browsers leave it empty when they know none. */
const type = z.union([mediaType, z.literal('')])
const file = z.looseObject({ filename: z.string().min(1).max(1024), type: type.optional() })
const paramsQuery = z.looseObject({
  filename: text.optional(),
  type: type.optional(),
  method: z.enum(['PUT', 'POST', 'put', 'post']).optional(),
  grant: text.optional(),
})
const anything = z.unknown()

function typeOf(given: string | undefined): string | undefined {
  return given === undefined || given === '' ? undefined : given
}

/** `GET /s3/params`: one upload, by a form unless a PUT is asked for. */
const paramsRoute: Route = defineRoute({
  method: 'GET',
  path: '/s3/params',
  summary: 'One upload of Uppy',
  body: paramsQuery,
  answer: anything,
  refuse,
  async run({ body, caller }, services) {
    const { filename, type, method, grant } = body
    const wish = { operation: 'upload', isNew: true, grant, filename } as const
    const announced = { contentType: typeOf(type) }
    return await decideAndUse<object>(wish, caller, services.grants, services, async (permission) => {
      const expires = permission.lifetimeSeconds
      if (method?.toUpperCase() === 'PUT')
        return { ...(await issuePut(permission, announced, services)), method: 'PUT', expires }
      const form = await issuePostForm(permission, announced, services, { success_action_status: '201' })
      const { url, fields, effectiveExpiresAt } = form
      return { method: 'POST', url, fields, expires, effectiveExpiresAt }
    })
  },
})

const createRoute: Route = defineRoute({
  method: 'POST',
  path: '/s3/multipart',
  summary: 'Begins an upload in parts of Uppy',
  body: file,
  answer: anything,
  refuse,
  async run({ body, query, caller }, services) {
    const { filename, type } = body
    const wish = { operation: 'multipart', isNew: true, grant: query.grant, filename } as const
    return await decideAndUse(wish, caller, services.grants, services, async (permission) => {
      const { uploadId } = await createUpload(permission, { contentType: typeOf(type) }, services)
      return { key: permission.key, uploadId, bucket: permission.bucket }
    })
  },
})

/** The permission for a step of an upload that has begun. */
function decideStep(query: Readonly<Record<string, string>>, caller: Caller, services: Services): Permission {
  const { key, grant } = query
  return decide({ operation: 'multipart', key, grant }, caller, services.grants, services)
}

/** One route for a part and for `batch`, some parts at once: a router of patterns cannot tell the two apart. */
const partRoute: Route = defineRoute({
  method: 'GET',
  path: '/s3/multipart/:uploadId/:partNumber',
  summary: 'Presigned URLs for one part of Uppy, or for some',
  answer: anything,
  refuse,
  async run({ query, params, caller }, services) {
    const { uploadId = '', partNumber = '' } = params
    const permission = decideStep(query, caller, services)
    if (partNumber === 'batch') return await signBatch(permission, uploadId, query.partNumbers, services)
    const [part] = await signParts(permission, uploadId, [toPartNumber(partNumber)], services)
    const { url, headers, effectiveExpiresAt } = part ?? {}
    return { url, headers, expires: permission.lifetimeSeconds, effectiveExpiresAt }
  },
})

async function signBatch(
  permission: Permission,
  uploadId: string,
  partNumbers = '',
  services: Services,
): Promise<object> {
  const digits = partNumbers.split(',', 1001)
  if (digits.length > 1000)
    throw new ServiceError('ERR_SERVICE_REQUEST_INVALID', 'No more than 1000 parts at once')
  const parts = await signParts(permission, uploadId, digits.map(toPartNumber), services)
  return { presignedUrls: Object.fromEntries(parts.map(({ partNumber, url }) => [partNumber, url])) }
}

function toPartNumber(digits: string): number {
  const number = /^\d{1,5}$/.test(digits) ? Number(digits) : 0
  if (number >= 1 && number <= 10_000) return number
  throw new ServiceError('ERR_SERVICE_REQUEST_INVALID', 'A part number must be from 1 to 10000')
}

const listRoute: Route = defineRoute({
  method: 'GET',
  path: '/s3/multipart/:uploadId',
  summary: 'The parts of Uppy that have arrived',
  answer: anything,
  refuse,
  async run({ query, params, caller }, services) {
    const parts = await listParts(decideStep(query, caller, services), params.uploadId ?? '', services)
    return parts.map(({ partNumber, etag, sizeBytes }) => ({
      PartNumber: partNumber,
      ETag: etag,
      Size: sizeBytes,
    }))
  },
})

const completion = z.looseObject({
  parts: z.array(z.looseObject({ PartNumber: z.int().min(1).max(10_000), ETag: z.string().max(100) })).min(1),
})

const completeRoute: Route = defineRoute({
  method: 'POST',
  path: '/s3/multipart/:uploadId/complete',
  summary: 'Makes the object of the parts of Uppy',
  body: completion,
  answer: anything,
  refuse,
  async run({ body, query, params, caller }, services) {
    const permission = decideStep(query, caller, services)
    const parts = body.parts.map(({ PartNumber, ETag }) => ({ partNumber: PartNumber, etag: ETag }))
    const { location } = await completeUpload(permission, params.uploadId ?? '', parts, services)
    return { location: toUrl(location), key: permission.key, bucket: permission.bucket }
  },
})

/** COS answers with host and path alone. */
function toUrl(location: string): string {
  return /^https?:\/\//.test(location) ? location : `https://${location}`
}

const abortRoute: Route = defineRoute({
  method: 'DELETE',
  path: '/s3/multipart/:uploadId',
  summary: 'Gives an upload of Uppy up',
  answer: anything,
  refuse,
  async run({ query, params, caller }, services) {
    await abortUpload(decideStep(query, caller, services), params.uploadId ?? '', services)
    return {}
  },
})

const requestToSign = z.looseObject({
  method: z.enum(['PUT', 'POST', 'GET', 'DELETE']),
  key: z.string().min(1).max(1024),
  contentType: type.optional(),
  uploadId: wellFormed(200).min(1).optional(),
  partNumber: z.int().min(1).max(10_000).optional(),
})

/** `POST /s3/presign`: any request that `signRequest` of Uppy 6 asks for. */
const presignRoute: Route = defineRoute({
  method: 'POST',
  path: '/s3/presign',
  summary: 'A presigned request of Uppy 6',
  body: requestToSign,
  answer: anything,
  refuse,
  async run({ body, query, caller }, services) {
    const { method, key, uploadId, partNumber } = body
    if (uploadId !== undefined) {
      const permission = decideStep({ ...query, key }, caller, services)
      if (method === 'POST') assertMayComplete(permission)
      if (method === 'PUT' && partNumber === undefined)
        throw new ServiceError('ERR_SERVICE_REQUEST_INVALID', 'The number of the part is missing')
      const params = partNumber === undefined ? { uploadId } : { partNumber: String(partNumber), uploadId }
      return await presign(permission, { method, params, headers: [] }, services)
    }
    const { contentType } = body
    if (method === 'PUT')
      return await useNew({ operation: 'upload', key, grant: query.grant }, caller, services, (permission) =>
        presignObject(permission, contentType, services),
      )
    if (method === 'POST')
      return await useNew(
        { operation: 'multipart', key, grant: query.grant },
        caller,
        services,
        (permission) => presignCreation(permission, contentType, services),
      )
    throw new ServiceError('ERR_SERVICE_NOT_GRANTED', `No grant can allow ${method} of an object to Uppy`)
  },
})

type RequestToSign = z.infer<typeof requestToSign>

/** One object. Only a form can hold a range of sizes, so where the grant has one it is a form. */
async function presignObject(
  permission: Permission,
  contentType: string | undefined,
  services: Services,
): Promise<object> {
  const { constraints, grant } = permission
  const { sizeBytes, minSizeBytes, maxSizeBytes } = constraints
  const announced = { contentType: typeOf(contentType) }
  const isOpen = [sizeBytes, minSizeBytes, maxSizeBytes].every((limit) => limit === undefined)
  if (isOpen && grant.forms.includes('put')) {
    const { url, headers, effectiveExpiresAt } = await issuePut(permission, announced, services)
    return { url, key: permission.key, headers: withoutHost(headers), effectiveExpiresAt }
  }
  const { url, fields, effectiveExpiresAt } = await issuePostForm(permission, announced, services)
  return { url, key: permission.key, fields, effectiveExpiresAt }
}

async function presignCreation(
  permission: Permission,
  contentType: string | undefined,
  services: Services,
): Promise<object> {
  assertMayComplete(permission)
  const headers = await headersOfUpload(permission, { contentType: typeOf(contentType) }, services)
  return await presign(permission, { method: 'POST', params: { uploads: '' }, headers }, services)
}

/** The key that Uppy made, where the grant lets the client choose it; else one of the service's, with Uppy's as the file's name. */
async function useNew(
  wish: {
    readonly operation: 'upload' | 'multipart'
    readonly key: string
    readonly grant: string | undefined
  },
  caller: Caller,
  services: Services,
  use: (permission: Permission) => Promise<object>,
): Promise<object> {
  const { operation, key, grant } = wish
  const { grants } = services
  try {
    return await decideAndUse({ operation, isNew: true, grant, key }, caller, grants, services, use)
  } catch (refusal) {
    const filename = key.slice(key.lastIndexOf('/') + 1)
    const named = { operation, isNew: true, grant, filename }
    try {
      return await decideAndUse(named, caller, grants, services, use)
    } catch (error) {
      // A key outside of what the client may choose is told of, and not that it should choose one.
      throw asksForKey(error) ? refusal : error
    }
  }
}

function asksForKey(error: unknown): boolean {
  return (
    error instanceof ServiceError && error.code === 'ERR_SERVICE_REQUEST_INVALID' && error.grant === undefined
  )
}

interface Presignable {
  readonly method: RequestToSign['method']
  readonly params: Readonly<Record<string, string>>
  readonly headers: readonly (readonly [string, string])[]
}

async function presign(
  permission: Permission,
  { method, params, headers }: Presignable,
  services: Services,
): Promise<object> {
  const { bucket, key, lifetimeSeconds } = permission
  const client = await services.writerFor(lifetimeSeconds, bucket)
  const presigned = client.presign({
    Method: method,
    Bucket: bucket,
    Key: key,
    Params: params,
    Headers: headers,
    Expired: lifetimeSeconds,
  })
  const { url, effectiveExpiresAt } = presigned
  const { partNumber } = params
  noteIssued(
    services,
    permission,
    effectiveExpiresAt,
    partNumber === undefined ? undefined : [Number(partNumber)],
  )
  return { url, key, headers: withoutHost(presigned.headers), effectiveExpiresAt }
}

/** Browsers send it themselves and refuse to have it set. */
function withoutHost(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'host'))
}

export const UPPY_ROUTES: readonly Route[] = [
  paramsRoute,
  createRoute,
  partRoute,
  listRoute,
  completeRoute,
  abortRoute,
  presignRoute,
]
