import { type Method, type RequestParams, redact } from 'cos-presign'
import { ServiceError } from '../errors.ts'
import type { ClientFor } from './clients.ts'
import { readXml, type XmlNode } from './read-xml.ts'

/** A request of the service's own. */
export interface CosQuestion extends RequestParams {
  readonly method: Method
  readonly body?: string | undefined
}

/** What COS answered. */
export interface CosAnswer {
  readonly headers: Headers
  /** The outermost element of the document; empty where there is none. */
  readonly document: XmlNode
}

/** What the requests need. */
export interface CosConnection {
  readonly fetch: typeof globalThis.fetch
  readonly clientFor: ClientFor
}

/** How long a request of the service's own is valid. */
const LIFETIME_SECONDS = 60
const TIMEOUT_MS = 20_000
/** A list of 1,000 parts has a third of that. */
const MAX_DOCUMENT_BYTES = 1024 ** 2

/**
 * Sends a request to COS, signed with the service's key.
 *
 * @throws {ServiceError} `ERR_SERVICE_OBJECT_MISSING`: COS has no such object or upload. `ERR_SERVICE_COS_REFUSED`: it refused, and with
 * which code. `ERR_SERVICE_COS_UNREACHABLE`: it did not answer, or said to come back later.
 */
export async function askCos({ fetch, clientFor }: CosConnection, question: CosQuestion): Promise<CosAnswer> {
  const { method, body, ...params } = question
  const client = await clientFor(LIFETIME_SECONDS)
  const { url, headers } = client.presign({ ...params, Method: method, Expired: LIFETIME_SECONDS })
  const response = await send(fetch, url, { method, headers, body: body ?? null })
  const text = await readBounded(response)
  const document = readXml(text)
  // A completion may answer 200 and then say that it failed (documentation 436/7742).
  if (!response.ok || document.name === 'Error') throw refused(response.status, document)
  return { headers: response.headers, document }
}

async function send(fetch: CosConnection['fetch'], url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (error) {
    throw unreachable(`COS did not answer: ${redact((error as Error).message)}`, error)
  }
}

async function readBounded(response: Response): Promise<string> {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      if (bytes > MAX_DOCUMENT_BYTES) break
      text += decoder.decode(chunk, { stream: true })
    }
  } catch (error) {
    throw unreachable('The answer of COS broke off', error)
  }
  if (bytes > MAX_DOCUMENT_BYTES)
    throw new ServiceError('ERR_SERVICE_COS_REFUSED', 'The answer of COS is too long')
  return text + decoder.decode()
}

/** By the code of COS, what is not there and what to do. */
const MISSING: ReadonlyMap<string, string> = new Map([
  ['NoSuchKey', 'COS has no such object (NoSuchKey); upload it first, or check its key'],
  [
    'NoSuchUpload',
    'COS has no such upload in parts (NoSuchUpload): it was completed or aborted, or has another key; begin a new one',
  ],
  ['NoSuchBucket', "COS has no such bucket (NoSuchBucket); check the grant's bucket and the region"],
])
const LATER = new Set(['SlowDown', 'ServiceUnavailable', 'InternalError', 'RequestTimeout'])

function refused(status: number, document: XmlNode): ServiceError {
  const code = document.text('Code')
  // The answer to a HEAD has no document.
  const missing = MISSING.get(status === 404 && code === '' ? 'NoSuchKey' : code)
  if (missing !== undefined) return new ServiceError('ERR_SERVICE_OBJECT_MISSING', missing)
  if (LATER.has(code) || status >= 500) return unreachable(`COS says ${code || status}`)
  return new ServiceError('ERR_SERVICE_COS_REFUSED', `COS refused the service's request: ${code || status}`)
}

function unreachable(message: string, cause?: unknown): ServiceError {
  return new ServiceError('ERR_SERVICE_COS_UNREACHABLE', message, { cause })
}
