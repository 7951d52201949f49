import type { ConfirmAnswer, UploadAnswer } from '../wire.ts'
import { call, callOnce, type ServiceConnection } from './call.ts'
import { type ResumeStorage, resumeEntryOf } from './resume-store.ts'
import { withRetries } from './retry.ts'
import { send } from './send.ts'
import { ServiceClientError } from './service-client-error.ts'
import { giveUp, uploadInParts } from './upload-in-parts.ts'

/** A file of a form, or any other bytes. */
export type UploadableFile = Blob & { readonly name?: string; readonly lastModified?: number }

/** How a file is uploaded. */
export interface UploadOptions {
  /** The grant to use; the first that allows it when absent. */
  readonly grant?: string | undefined
  /** The key, where the grant lets the client choose it. */
  readonly key?: string | undefined
  /** @default the file's name */
  readonly filename?: string | undefined
  /** @default the file's type, or `application/octet-stream` */
  readonly contentType?: string | undefined
  /** Called as bytes are sent; in browsers many times. */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined
  /** Ends the upload. One in parts can be resumed if there is a `storage`, and is given up otherwise. */
  readonly signal?: AbortSignal | undefined
}

/** How far an upload is. */
export interface UploadProgress {
  readonly sentBytes: number
  readonly totalBytes: number
}

/** How files are uploaded. */
export interface UploadSettings {
  /** From this size on a file is uploaded in parts, if the grants allow it. @default 33554432 */
  readonly partsFromBytes?: number | undefined
  /** How many parts are sent at a time. @default 4 */
  readonly parallelParts?: number | undefined
  /** Where uploads in parts are remembered, so that the same file goes on after a reload; `localStorage` in a page. */
  readonly storage?: ResumeStorage | undefined
}

/**
 * Uploads a file, in one request or in parts, and asks the service to confirm what arrived.
 *
 * @throws {ServiceClientError} What the service or COS refused, after as many attempts as make sense.
 * @throws The reason of `signal`, when it is aborted.
 */
export async function upload(
  connection: ServiceConnection & UploadSettings,
  file: UploadableFile,
  options: UploadOptions,
): Promise<ConfirmAnswer> {
  const { partsFromBytes = 32 * 1024 ** 2 } = connection
  const ways = file.size < partsFromBytes ? [uploadWhole, uploadParts] : [uploadParts, uploadWhole]
  const { key, grant } = await firstGranted(ways.map((way) => () => way(connection, file, options)))
  const body = { key, grant, sizeBytes: file.size }
  return await call(connection, { method: 'POST', path: '/v1/confirm', body, signal: options.signal })
}

interface Place {
  readonly key: string
  readonly grant: string
}

/** A grant may allow one of the ways alone. If it allows none, the refusal of the first is the one to tell. */
async function firstGranted(ways: readonly (() => Promise<Place>)[]): Promise<Place> {
  let refusal: unknown
  for (const way of ways) {
    try {
      return await way()
    } catch (error) {
      if (!(error instanceof ServiceClientError) || error.code !== 'ERR_SERVICE_NOT_GRANTED') throw error
      refusal ??= error
    }
  }
  throw refusal
}

function requestFor(file: UploadableFile, { grant, key, filename, contentType }: UploadIdentity): object {
  return {
    grant,
    key,
    filename: filename ?? file.name,
    contentType: contentType ?? (file.type || 'application/octet-stream'),
    sizeBytes: file.size,
  }
}

async function uploadWhole(
  connection: ServiceConnection,
  file: UploadableFile,
  options: UploadOptions,
): Promise<Place> {
  const { signal, onProgress } = options
  const body = requestFor(file, options)
  const { fetch = globalThis.fetch } = connection
  let signed: UploadAnswer | undefined
  return await withRetries(
    async () => {
      signed ??= await callOnce<UploadAnswer>(connection, {
        method: 'POST',
        path: '/v1/uploads',
        body,
        signal,
      })
      const { method, url, headers, key, grant, effectiveExpiresAt } = signed
      const progress = (sentBytes: number): void =>
        onProgress?.({ sentBytes: Math.min(sentBytes, file.size), totalBytes: file.size })
      // Signed anew if it ends before the next attempt.
      if (effectiveExpiresAt <= Date.now() / 1000 + 30) signed = undefined
      await send({ method, url, headers, body: file, signal, onProgress: progress, fetch })
      return { key, grant }
    },
    connection,
    signal,
  )
}

async function uploadParts(
  connection: ServiceConnection & UploadSettings,
  file: UploadableFile,
  options: UploadOptions,
): Promise<Place> {
  const { storage, parallelParts = 4, fetch = globalThis.fetch } = connection
  const { signal, onProgress } = options
  return await uploadInParts({
    connection,
    file,
    request: requestFor(file, options),
    resume: resumeEntryOf(storage, scopeOf(connection, file, options), file),
    parallelParts,
    signal,
    onProgress: (sentBytes) => onProgress?.({ sentBytes, totalBytes: file.size }),
    fetch,
  })
}

/** What decides the object, with the file: the same of another key is another upload. */
export type UploadIdentity = Pick<UploadOptions, 'grant' | 'key' | 'filename' | 'contentType'>

/** Which uploads are the same: a ticket is another each time. */
function scopeOf({ baseUrl }: ServiceConnection, file: UploadableFile, identity: UploadIdentity): string {
  return `${baseUrl.replace(/\/t\/.*/, '')} ${JSON.stringify(requestFor(file, identity))}`
}

/** Gives up what an earlier, unfinished upload of the file left behind. */
export async function discard(
  connection: ServiceConnection & UploadSettings,
  file: UploadableFile,
  identity: UploadIdentity,
): Promise<void> {
  const resume = resumeEntryOf(connection.storage, scopeOf(connection, file, identity), file)
  const begun = resume.read()
  if (begun === undefined) return
  resume.remove()
  await giveUp(connection, begun)
}
