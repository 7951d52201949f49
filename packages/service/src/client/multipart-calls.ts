import type { CompletionRequest, MultipartRequest, PartsRequest, UploadReference } from '../wire.ts'
import type { Call } from './call.ts'

/* The steps of an upload in parts, as requests to the service. */

export function createCall(body: MultipartRequest): Call {
  return { method: 'POST', path: '/v1/multipart', body }
}

export function signPartsCall(uploadId: string, body: PartsRequest): Call {
  return { method: 'POST', path: `${pathOf(uploadId)}/parts`, body }
}

export function listPartsCall(uploadId: string, reference: UploadReference): Call {
  return { method: 'GET', path: `${pathOf(uploadId)}/parts?${queryOf(reference)}` }
}

export function completeCall(uploadId: string, body: CompletionRequest): Call {
  return { method: 'POST', path: `${pathOf(uploadId)}/complete`, body }
}

export function abortCall(uploadId: string, reference: UploadReference): Call {
  return { method: 'DELETE', path: `${pathOf(uploadId)}?${queryOf(reference)}` }
}

function pathOf(uploadId: string): string {
  return `/v1/multipart/${encodeURIComponent(uploadId)}`
}

function queryOf({ key, grant }: UploadReference): string {
  return `key=${encodeURIComponent(key)}${grant === undefined ? '' : `&grant=${encodeURIComponent(grant)}`}`
}
