import type {
  CompletionAnswer,
  ConfirmAnswer,
  MultipartAnswer,
  UploadedPart,
  UploadedPartsAnswer,
} from '../wire.ts'
import { type Arrival, type Confirm, hasArrived, type Rest } from './arrival.ts'
import { type Call, call, callOnce, type ServiceConnection } from './call.ts'
import { type ClaimedEntry, claimEntry } from './claim-entry.ts'
import { fingerprintOf } from './fingerprint.ts'
import { abortCall, completeCall, createCall, listPartsCall } from './multipart-calls.ts'
import { createPartSigner } from './part-signer.ts'
import type { BegunUpload } from './resume-store.ts'
import { withRetries } from './retry.ts'
import { send } from './send.ts'
import { isGone, ServiceClientError } from './service-client-error.ts'
import type { UploadJob } from './upload-job.ts'

interface PartsJob extends UploadJob {
  /** This upload's alone. */
  readonly entry: ClaimedEntry | undefined
  readonly fingerprint: string
}

/** An upload and the ETags of its parts that have arrived. */
interface Begun {
  readonly upload: BegunUpload
  readonly etags: Map<number, string>
  /** Whether an earlier attempt began it. */
  readonly isFound: boolean
}

/** Begins to upload a file in parts, or finds what an earlier attempt began, and gives what does the rest. */
export async function beginParts(job: UploadJob): Promise<Rest> {
  const entry = job.resume && (await claimEntry(job.resume, job.signal))
  const release = (): void => entry?.release()
  try {
    const fingerprint = entry === undefined ? '' : await fingerprintOf(job.file, job.signal)
    const own = { ...job, entry, fingerprint }
    const begun = (await findBegun(own)) ?? (await begin(own))
    return (confirm) => ('etags' in begun ? finish(own, begun, confirm) : confirm(begun)).finally(release)
  } catch (error) {
    release()
    throw error
  }
}

async function finish(job: PartsJob, begun: Begun, confirm: Confirm): Promise<ConfirmAnswer> {
  const { entry } = job
  const { upload, etags, isFound } = begun
  try {
    await sendMissing(job, upload, etags)
    const confirmed = await confirm(await complete(job, begun))
    // Not before: who has lost the network in between finds the object, and sends nothing again.
    entry?.remove(upload)
    return confirmed
  } catch (error) {
    // Somebody else has completed it or given it up meanwhile.
    if (isFound && isGone(error)) {
      const arrival = await arrivalOf(job, upload)
      return arrival ? await confirm(arrival) : await finish(job, await begin(job), confirm)
    }
    if (isFinal(error)) entry?.remove(upload)
    // Without a memory of it nobody would go on with it. Nobody waits for that, and what led here is the error that matters.
    if (entry?.read()?.uploadId !== upload.uploadId) giveUpBehind(job.connection, upload)
    throw error
  }
}

/** Whether it would be the same another time. Who has to log in again, has no network or has stopped it goes on afterwards. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof ServiceClientError)) return false
  return !error.retryable && error.status !== 401 && error.code !== 'ERR_CLIENT_HEADERS'
}

/** The object of an upload that is gone, if it is there: an earlier attempt, or another tab, has completed it. */
async function arrivalOf(job: PartsJob, upload: BegunUpload): Promise<Arrival | undefined> {
  const { connection, file, entry, signal } = job
  const { key, grant } = upload
  const isThere = await withRetries(() => hasArrived(connection, file, upload, signal), connection, signal)
  entry?.remove(upload)
  return isThere ? { key, grant, etag: '' } : undefined
}

/** COS completes an upload once. Asked again after an answer that was lost it knows none: then what there is has to be confirmed. */
async function complete({ connection, signal }: PartsJob, { upload, etags }: Begun): Promise<Arrival> {
  const { uploadId, key, grant } = upload
  const parts = Array.from(etags, ([partNumber, etag]) => ({ partNumber, etag }))
  parts.sort((a, b) => a.partNumber - b.partNumber)
  const question = { ...completeCall(uploadId, { key, grant, parts }), signal }
  let attempts = 0
  const attempt = (): Promise<CompletionAnswer> => {
    attempts++
    return callOnce<CompletionAnswer>(connection, question)
  }
  try {
    const { etag } = await withRetries(attempt, connection, signal)
    return { key, grant, etag }
  } catch (error) {
    if (!isGone(error) || attempts === 1) throw error
    return { key, grant, etag: '', isUnsure: true }
  }
}

/** Gives an upload up. Who cannot is not told. */
export async function giveUp(
  connection: ServiceConnection,
  { uploadId, key, grant }: BegunUpload,
  terms: Pick<Call, 'signal' | 'keepalive'> = {},
): Promise<void> {
  await call(connection, { ...abortCall(uploadId, { key, grant }), ...terms }).catch(() => undefined)
}

const GIVE_UP_MS = 10_000

/** As {@link giveUp}, behind everything else: one attempt, not for long, and also when the page is left. */
function giveUpBehind(connection: ServiceConnection, upload: BegunUpload): void {
  const signal = AbortSignal.timeout(GIVE_UP_MS)
  void giveUp({ ...connection, maxAttempts: 1 }, upload, { signal, keepalive: true })
}

async function begin({ connection, request, entry, fingerprint, signal }: PartsJob): Promise<Begun> {
  const { uploadId, key, grant, partSizeBytes } = await call<MultipartAnswer>(connection, {
    ...createCall(request),
    signal,
  })
  const upload = { uploadId, key, grant, partSizeBytes, fingerprint }
  entry?.write(upload)
  return { upload, etags: new Map(), isFound: false }
}

/** What an earlier attempt began, with the parts of it that have arrived whole; or what has become of it. */
async function findBegun(job: PartsJob): Promise<Begun | Arrival | undefined> {
  const { connection, file, entry, fingerprint, signal } = job
  const upload = entry?.read()
  if (upload === undefined) return undefined
  const { uploadId, key, grant } = upload
  if (upload.fingerprint !== fingerprint) {
    // Another file, of the same name, size and time.
    entry?.remove(upload)
    giveUpBehind(connection, upload)
    return undefined
  }
  try {
    const question = { ...listPartsCall(uploadId, { key, grant }), signal }
    const { parts } = await call<UploadedPartsAnswer>(connection, question)
    const isWhole = (part: UploadedPart): boolean =>
      part.sizeBytes === sliceOf(file, upload, part.partNumber).size
    const etags = new Map(parts.filter(isWhole).map(({ partNumber, etag }) => [partNumber, etag]))
    return { upload, etags, isFound: true }
  } catch (error) {
    if (isGone(error)) return await arrivalOf(job, upload)
    if (!isFinal(error)) throw error
    // It is not this caller's: begin anew.
    entry?.remove(upload)
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
  const sentBytes = new Map<number, number>()
  for (const number of etags.keys()) sentBytes.set(number, sliceOf(file, upload, number).size)
  const tell = (): void => onProgress(Array.from(sentBytes.values()).reduce((sum, bytes) => sum + bytes, 0))
  const stop = new AbortController()
  const { signal } = stop
  const signer = createPartSigner({ connection: job.connection, signal }, upload, [...missing])
  const onAbort = (): void => stop.abort(job.signal?.reason)
  job.signal?.addEventListener('abort', onAbort, { once: true })

  async function sendPart(partNumber: number): Promise<void> {
    const body = sliceOf(file, upload, partNumber)
    const progress = (bytes: number): void => {
      sentBytes.set(partNumber, bytes)
      tell()
    }
    const rest = { body, sizeBytes: body.size, signal, onProgress: progress, fetch: job.fetch }
    const attempt = async (): Promise<string> => {
      const { method, url, headers } = await signer.sign(partNumber)
      const sending = send({ method, url, headers, ...rest })
      return (await sending.catch(signer.forgetExpired(partNumber))).etag
    }
    const etag = await withRetries(attempt, job.connection, signal)
    if (etag === '') throw new ServiceClientError('ERR_CLIENT_COS_REFUSED', NO_ETAG)
    etags.set(partNumber, etag)
  }

  async function sendNext(): Promise<void> {
    for (let number = missing.shift(); number !== undefined; number = missing.shift()) await sendPart(number)
  }

  try {
    tell()
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
