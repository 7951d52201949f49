import type { ConfirmAnswer, MultipartRequest } from '../wire.ts'
import type { Confirm, Rest } from './arrival.ts'
import { call, type ServiceConnection } from './call.ts'
import { crc64Of } from './crc64.ts'
import { type ResumeStorage, resumeEntryOf } from './resume-store.ts'
import { ServiceClientError } from './service-client-error.ts'
import { beginParts, giveUp } from './upload-in-parts.ts'
import type { UploadJob } from './upload-job.ts'
import { beginWhole } from './upload-whole.ts'

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
  /** Called as bytes are sent; in browsers many times. What it throws ends the upload. */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined
  /** Ends the upload at once. One in parts can be resumed if there is a `storage`, and is given up otherwise. */
  readonly signal?: AbortSignal | undefined
}

/** How far an upload is. */
export interface UploadProgress {
  /** Less than before, when bytes were sent in vain and are sent again. */
  readonly sentBytes: number
  readonly totalBytes: number
  /** From 0 to 1, also of an empty file. */
  readonly fraction: number
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
 * @throws The reason of `signal`, when it is aborted; what `onProgress` throws; and what reading the file fails with.
 */
export async function upload(
  connection: ServiceConnection & UploadSettings,
  file: UploadableFile,
  options: UploadOptions,
): Promise<ConfirmAnswer> {
  const { signal } = options
  signal?.throwIfAborted()
  return await orAborted(uploadAndConfirm(connection, file, options), signal)
}

/** Whatever a request or a function of the page takes: who has stopped it waits for nothing. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work
  return await new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

async function uploadAndConfirm(
  connection: ServiceConnection & UploadSettings,
  file: UploadableFile,
  options: UploadOptions,
): Promise<ConfirmAnswer> {
  const { partsFromBytes = 32 * 1024 ** 2 } = connection
  const { signal } = options
  const job = toJob(connection, file, options)
  const whole = (): Promise<Rest> => beginWhole(job, 'put')
  const parts = (): Promise<Rest> => beginParts(job)
  const form = (): Promise<Rest> => beginWhole(job, 'post')
  const confirm: Confirm = async ({ key, grant, etag, isUnsure }) => {
    const seen = isUnsure ? { crc64: await crc64Of(file, signal) } : { etag: etag === '' ? undefined : etag }
    const body = { key, grant, sizeBytes: file.size, ...seen }
    return await call(connection, { method: 'POST', path: '/v1/confirm', body, signal })
  }
  const rest = await firstGranted(file.size < partsFromBytes ? [whole, form, parts] : [parts, whole, form])
  return await rest(confirm)
}

/**
 * Begins the first way that is granted: a grant may allow one alone. If it allows none, the refusal of the first is the one to tell. What is
 * refused later on is refused: the bytes are not sent a second time.
 */
async function firstGranted<T>(ways: readonly (() => Promise<T>)[]): Promise<T> {
  let refusal: unknown
  for (const begin of ways) {
    try {
      return await begin()
    } catch (error) {
      if (!(error instanceof ServiceClientError) || error.code !== 'ERR_SERVICE_NOT_GRANTED') throw error
      refusal ??= error
    }
  }
  throw refusal
}

function toJob(
  connection: ServiceConnection & UploadSettings,
  file: UploadableFile,
  options: UploadOptions,
): UploadJob {
  const { storage, parallelParts = 4, fetch = globalThis.fetch } = connection
  const { signal, onProgress } = options
  const totalBytes = file.size
  return {
    connection,
    file,
    request: requestFor(file, options),
    resume: resumeEntryOf(storage, scopeOf(connection, file, options), file),
    parallelParts,
    signal,
    onProgress(sentBytes) {
      // An upload that was stopped tells no more.
      if (signal?.aborted) return
      onProgress?.({ sentBytes, totalBytes, fraction: totalBytes === 0 ? 1 : sentBytes / totalBytes })
    },
    fetch,
  }
}

function requestFor(
  file: UploadableFile,
  { grant, key, filename, contentType }: UploadIdentity,
): MultipartRequest {
  return {
    grant,
    key,
    filename: filename ?? file.name,
    contentType: contentType ?? (file.type || 'application/octet-stream'),
    sizeBytes: file.size,
  }
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
  const begun = resume?.read()
  if (begun === undefined) return
  resume?.remove(begun)
  await giveUp(connection, begun)
}
