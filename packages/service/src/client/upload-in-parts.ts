import type {
  CompletionAnswer,
  MultipartAnswer,
  PartAnswer,
  PartsAnswer,
  UploadedPart,
  UploadedPartsAnswer,
} from '../wire.ts'
import { call, callOnce, type ServiceConnection } from './call.ts'
import type { BegunUpload, ResumeEntry } from './resume-store.ts'
import { withRetries } from './retry.ts'
import { send } from './send.ts'
import { ServiceClientError } from './service-client-error.ts'

/** A file to be uploaded in parts. */
export interface PartsJob {
  readonly connection: ServiceConnection
  readonly file: Blob
  /** The body of `POST /v1/multipart`. */
  readonly request: object
  readonly resume: ResumeEntry
  readonly parallelParts: number
  readonly signal: AbortSignal | undefined
  readonly onProgress: (sentBytes: number) => void
  readonly fetch: typeof globalThis.fetch
}

/** Signed at a time: a few, so that the last ones do not expire before it is their turn. */
const SIGNED_AT_ONCE = 16

/** Uploads a file in parts, or those that an earlier attempt left out. */
export async function uploadInParts(job: PartsJob): Promise<BegunUpload> {
  const { connection, resume } = job
  const found = await findBegun(job)
  const upload = found?.upload ?? (await begin(job))
  const parts = new Map((found?.parts ?? []).map((part) => [part.partNumber, part.etag]))
  try {
    await sendMissing(job, upload, parts)
    await complete(job, upload, parts)
    resume.remove()
    return upload
  } catch (error) {
    // Without a memory of it nobody would go on with it.
    if (resume.read() === undefined) await giveUp(connection, upload)
    throw error
  }
}

/** COS completes an upload once. Asked again after an answer that was lost it knows none: then what there is has to be confirmed. */
async function complete(
  { connection, signal }: PartsJob,
  upload: BegunUpload,
  etags: ReadonlyMap<number, string>,
): Promise<void> {
  const { key, grant } = upload
  const parts = Array.from(etags, ([partNumber, etag]) => ({ partNumber, etag }))
  parts.sort((a, b) => a.partNumber - b.partNumber)
  const request = {
    method: 'POST',
    path: `${pathOf(upload)}/complete`,
    body: { grant, key, parts },
    signal,
  } as const
  let attempts = 0
  const attempt = (): Promise<CompletionAnswer> => {
    attempts++
    return callOnce<CompletionAnswer>(connection, request)
  }
  try {
    await withRetries(attempt, connection, signal)
  } catch (error) {
    const isGone = error instanceof ServiceClientError && error.code === 'ERR_SERVICE_OBJECT_MISSING'
    if (!isGone || attempts === 1) throw error
  }
}

/** Gives an upload up. Who cannot is not told: what led here is the error that matters. */
export async function giveUp(connection: ServiceConnection, upload: BegunUpload): Promise<void> {
  const path = `${pathOf(upload)}?${queryOf(upload)}`
  await call(connection, { method: 'DELETE', path }).catch(() => undefined)
}

function pathOf({ uploadId }: BegunUpload): string {
  return `/v1/multipart/${encodeURIComponent(uploadId)}`
}

function queryOf({ key, grant }: BegunUpload): string {
  return `key=${encodeURIComponent(key)}&grant=${encodeURIComponent(grant)}`
}

async function begin({ connection, request, resume, signal }: PartsJob): Promise<BegunUpload> {
  const { uploadId, key, grant, partSizeBytes } = await call<MultipartAnswer>(connection, {
    method: 'POST',
    path: '/v1/multipart',
    body: request,
    signal,
  })
  const upload = { uploadId, key, grant, partSizeBytes }
  resume.write(upload)
  return upload
}

/** What an earlier attempt began, with the parts of it that have arrived whole. */
async function findBegun({
  connection,
  file,
  resume,
  signal,
}: PartsJob): Promise<{ upload: BegunUpload; parts: readonly UploadedPart[] } | undefined> {
  const upload = resume.read()
  if (upload === undefined) return undefined
  try {
    const path = `${pathOf(upload)}/parts?${queryOf(upload)}`
    const { parts } = await call<UploadedPartsAnswer>(connection, { method: 'GET', path, signal })
    const isWhole = (part: UploadedPart): boolean =>
      part.sizeBytes === sliceOf(file, upload, part.partNumber).size
    return { upload, parts: parts.filter(isWhole) }
  } catch (error) {
    // It was completed or given up, or is not this caller's: begin anew. Who has to log in again goes on afterwards.
    if (!(error instanceof ServiceClientError) || error.retryable || error.status === 401) throw error
    resume.remove()
    return undefined
  }
}

function sliceOf(file: Blob, { partSizeBytes }: BegunUpload, partNumber: number): Blob {
  return file.slice((partNumber - 1) * partSizeBytes, partNumber * partSizeBytes)
}

/** Sends the parts that have not arrived, some at a time, and adds their ETags. */
async function sendMissing(job: PartsJob, upload: BegunUpload, etags: Map<number, string>): Promise<void> {
  const { file, parallelParts, onProgress } = job
  const count = Math.max(1, Math.ceil(file.size / upload.partSizeBytes))
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter((number) => !etags.has(number))
  const signer = createPartSigner(job, upload, [...missing])
  const sentBytes = new Map<number, number>()
  for (const number of etags.keys()) sentBytes.set(number, sliceOf(file, upload, number).size)
  const tell = (): void => onProgress(Array.from(sentBytes.values()).reduce((sum, bytes) => sum + bytes, 0))
  const stop = new AbortController()
  const { signal } = stop
  const onAbort = (): void => stop.abort(job.signal?.reason)
  job.signal?.addEventListener('abort', onAbort, { once: true })
  tell()

  async function sendNext(): Promise<void> {
    for (let number = missing.shift(); number !== undefined; number = missing.shift()) {
      const partNumber = number
      const body = sliceOf(file, upload, partNumber)
      const { etag } = await withRetries(
        async () => {
          const { method, url, headers } = await signer.sign(partNumber)
          const progress = (bytes: number): void => {
            sentBytes.set(partNumber, Math.min(bytes, body.size))
            tell()
          }
          return await send({
            method,
            url,
            headers,
            body,
            signal,
            onProgress: progress,
            fetch: job.fetch,
          }).catch(signer.forgetExpired(partNumber))
        },
        job.connection,
        signal,
      )
      if (etag === '') throw new ServiceClientError('ERR_CLIENT_COS_REFUSED', NO_ETAG)
      etags.set(partNumber, etag)
    }
  }

  try {
    await Promise.all(Array.from({ length: Math.max(1, parallelParts) }, sendNext))
  } catch (error) {
    // The other parts need not go on.
    stop.abort(error)
    throw error
  } finally {
    job.signal?.removeEventListener('abort', onAbort)
  }
}

const NO_ETAG =
  'COS answered without an ETag that this page may read: the bucket’s CORS rules must expose ETag'

interface PartSigner {
  sign(partNumber: number): Promise<PartAnswer>
  /** For a refusal of COS: forgets a signature that has expired, and lets it be tried again with another. */
  forgetExpired(partNumber: number): (error: unknown) => never
}

/** Signs parts a few at a time, in their order. */
function createPartSigner(
  { connection, signal }: PartsJob,
  upload: BegunUpload,
  waiting: number[],
): PartSigner {
  const signed = new Map<number, Promise<PartAnswer>>()
  const again = new Set<number>()

  function signSome(numbers: readonly number[]): void {
    const body = { key: upload.key, grant: upload.grant, partNumbers: numbers }
    const path = `${pathOf(upload)}/parts`
    const answer = callOnce<PartsAnswer>(connection, { method: 'POST', path, body, signal })
    for (const number of numbers) {
      const part = answer.then(
        ({ parts }) => parts.find(({ partNumber }) => partNumber === number) as PartAnswer,
      )
      part.catch(() => signed.delete(number))
      signed.set(number, part)
    }
  }

  return {
    async sign(partNumber) {
      const found = await signed.get(partNumber)
      // A margin for the bytes on their way.
      if (found !== undefined && found.effectiveExpiresAt > Date.now() / 1000 + 30) return found
      const others = found === undefined ? waiting.filter((number) => number > partNumber) : []
      const numbers = [partNumber, ...others.filter((number) => !signed.has(number))].slice(0, SIGNED_AT_ONCE)
      signSome(numbers)
      return (await signed.get(partNumber)) as PartAnswer
    },
    forgetExpired: (partNumber) => (error) => {
      signed.delete(partNumber)
      if (!(error instanceof ServiceClientError) || error.status !== 403 || again.has(partNumber)) throw error
      again.add(partNumber)
      const { message, status, requestId } = error
      throw new ServiceClientError(error.code, message, {
        status,
        requestId,
        retryable: true,
        retryAfterMs: 0,
      })
    },
  }
}
