import { isRetryable, ServiceClientError, toRetryAfterMs } from './service-client-error.ts'

/** Bytes on their way to COS. */
export interface Sending {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Blob | FormData
  /** How many of the body's bytes are told of: of a form those of its file. */
  readonly sizeBytes: number
  readonly signal?: AbortSignal | undefined
  /** Called with the number of bytes that are sent so far; with 0 when they were sent in vain. */
  readonly onProgress?: ((sentBytes: number) => void) | undefined
  /** What sends where there is no XMLHttpRequest. */
  readonly fetch: typeof globalThis.fetch
}

/** What COS answered. */
export interface Sent {
  readonly etag: string
}

/** Browsers send them by themselves, and let nobody else. */
const OF_THE_BROWSER = new Set(['host', 'content-length'])

/** Without progress for so long the connection hangs, though nobody has said so. Longer than COS takes to answer. */
const STALL_MS = 60_000

/**
 * Sends bytes to COS: by XMLHttpRequest where there is one, since only it tells of progress, else by fetch. What makes no progress for a minute has
 * failed, where progress is told of: the connections of phones hang without a word.
 *
 * @throws {ServiceClientError} `ERR_CLIENT_NETWORK`: no answer; `ERR_CLIENT_COS_REFUSED`, with the status.
 */
export async function send(sending: Sending): Promise<Sent> {
  const { signal, onProgress, sizeBytes } = sending
  try {
    const sent = await sendOnce(sending)
    onProgress?.(sizeBytes)
    return sent
  } catch (error) {
    if (!signal?.aborted) onProgress?.(0)
    throw error
  }
}

async function sendOnce(sending: Sending): Promise<Sent> {
  const headers = Object.entries(sending.headers).filter(([name]) => !OF_THE_BROWSER.has(name.toLowerCase()))
  const answer =
    typeof XMLHttpRequest === 'undefined'
      ? await sendByFetch(sending, headers)
      : await sendByRequest(sending, headers)
  const { status, header, text } = answer
  if (status >= 200 && status < 300) return { etag: header('etag') ?? '' }
  const cosCode = /<Code>([\w.]{1,64})<\/Code>/.exec(text)?.[1]
  throw new ServiceClientError(
    'ERR_CLIENT_COS_REFUSED',
    `COS answered ${status} ${cosCode ?? ''}`.trimEnd(),
    {
      status,
      cosCode,
      retryable: isRetryable(status),
      retryAfterMs: toRetryAfterMs(header('retry-after'), Date.now()),
      requestId: header('x-cos-request-id') ?? undefined,
    },
  )
}

interface Answer {
  readonly status: number
  readonly text: string
  header(name: string): string | null
}

type Headers = readonly (readonly [name: string, value: string])[]

async function sendByFetch({ method, url, body, signal, fetch }: Sending, headers: Headers): Promise<Answer> {
  try {
    const init = { method, headers: headers.map(([name, value]): [string, string] => [name, value]), body }
    const response = await fetch(url, { ...init, signal: signal ?? null })
    const text = await response.text()
    return { status: response.status, text, header: (name) => response.headers.get(name) }
  } catch (cause) {
    signal?.throwIfAborted()
    throw networkError(cause)
  }
}

function sendByRequest(
  { method, url, body, sizeBytes, signal, onProgress }: Sending,
  headers: Headers,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const request = new XMLHttpRequest()
    const onAbort = (): void => request.abort()
    let stallTimer: ReturnType<typeof setTimeout> | undefined
    let isStalled = false
    const noteProgress = (): void => {
      clearTimeout(stallTimer)
      stallTimer = setTimeout(() => {
        isStalled = true
        request.abort()
      }, STALL_MS)
    }
    request.open(method, url)
    for (const [name, value] of headers) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded }) => {
      noteProgress()
      try {
        onProgress?.(Math.min(loaded, sizeBytes))
      } catch (error) {
        reject(error)
        request.abort()
      }
    }
    request.onload = () => {
      const header = (name: string): string | null => request.getResponseHeader(name)
      resolve({ status: request.status, text: request.responseText, header })
    }
    request.onerror = () => reject(networkError())
    request.ontimeout = request.onerror
    request.onabort = () => reject(isStalled ? networkError() : signal?.reason)
    request.onloadend = () => {
      clearTimeout(stallTimer)
      signal?.removeEventListener('abort', onAbort)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    noteProgress()
    request.send(body)
  })
}

function networkError(cause?: unknown): ServiceClientError {
  return new ServiceClientError(
    'ERR_CLIENT_NETWORK',
    'No answer from COS: the network failed, or the bucket’s CORS rules do not let this page in',
    { retryable: true, cause },
  )
}
