import type { PostFormAnswer, UploadAnswer } from '../wire.ts'
import { type Arrival, hasArrived, type Rest } from './arrival.ts'
import { call, callOnce } from './call.ts'
import { withRetries } from './retry.ts'
import { type Sending, send } from './send.ts'
import { ServiceClientError } from './service-client-error.ts'
import { createSignatureWatch, toRetryable } from './sign-anew.ts'
import type { UploadJob } from './upload-job.ts'

type Signed = UploadAnswer | PostFormAnswer

/** Signed anew when less is left of a signature, in seconds: the bytes need time. */
const MARGIN_SECONDS = 30

/** Asks for the signature of an upload in one request, and gives what sends it. */
export async function beginWhole(job: UploadJob, form: 'put' | 'post'): Promise<Rest> {
  const { connection, request, signal } = job
  const question = { method: 'POST', path: '/v1/uploads', body: { ...request, form }, signal } as const
  const first = await call<Signed>(connection, question)
  return async (confirm) =>
    await confirm(await sendWhole(job, first, () => callOnce<Signed>(connection, question)))
}

async function sendWhole(job: UploadJob, first: Signed, sign: () => Promise<Signed>): Promise<Arrival> {
  const { connection, file, signal, onProgress, fetch } = job
  const watch = createSignatureWatch()
  let signed = first
  let isSpent = false
  // An answer was lost, or said that something went wrong: the object may be there nevertheless.
  let mayHaveArrived = false

  async function attempt(): Promise<Arrival> {
    if (isSpent) {
      // Another signature is for another key, unless the client chose it: the object would be there twice.
      if (mayHaveArrived && (await hasArrived(connection, file, signed, signal))) return arrived()
      const { key } = signed
      signed = await sign()
      mayHaveArrived &&= key === signed.key
      isSpent = false
    }
    const { etag } = await send({
      ...toSending(signed, file),
      sizeBytes: file.size,
      signal,
      onProgress,
      fetch,
    })
    return arrived(etag)
  }

  function arrived(etag = '', isUnsure = false): Arrival {
    return { key: signed.key, grant: signed.grant, etag, isUnsure }
  }

  return await withRetries(
    () =>
      attempt().catch((error: unknown) => {
        if (!(error instanceof ServiceClientError)) throw error
        // It was this client that wrote it, or confirming will tell.
        if (mayHaveArrived && error.cosCode === 'FileAlreadyExists') return arrived('', true)
        mayHaveArrived ||= error.retryable
        const isRefused = watch.isSpent(error)
        isSpent ||= isRefused || signed.effectiveExpiresAt <= Date.now() / 1000 + MARGIN_SECONDS
        throw isRefused ? toRetryable(error) : error
      }),
    connection,
    signal,
  )
}

function toSending(signed: Signed, file: Blob): Pick<Sending, 'method' | 'url' | 'headers' | 'body'> {
  const { method, url } = signed
  if ('headers' in signed) return { method, url, headers: signed.headers, body: file }
  const body = new FormData()
  for (const [name, value] of Object.entries(signed.fields)) body.append(name, value)
  body.append('file', file)
  return { method, url, headers: {}, body }
}
