import { StsError } from '../errors.ts'

/** What is sent: a POST where there is a body, else a GET. */
export interface OutgoingRequest {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
}

/** How long it may take, and how much may come back. */
export interface ExchangeLimits {
  readonly timeoutMs: number
  readonly maxAnswerBytes: number
  readonly signal?: AbortSignal | undefined
}

/** An answer, whole. */
export interface IncomingAnswer {
  readonly status: number
  readonly text: string
  header(name: string): string | undefined
}

/**
 * Sends one request and reads its answer.
 *
 * @throws {StsError} `ERR_STS_TIMEOUT`, `ERR_STS_NETWORK`, `ERR_STS_ANSWER_INVALID` (too long).
 * @throws The reason of `signal`, when it is aborted.
 */
export async function exchange(
  fetch: typeof globalThis.fetch,
  request: OutgoingRequest,
  limits: ExchangeLimits,
): Promise<IncomingAnswer> {
  const { timeoutMs, signal } = limits
  const stop = new AbortController()
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true })
  })
  const onAbort = (): void => stop.abort(signal?.reason)
  const timer = setTimeout(() => stop.abort(timedOut(request.url, timeoutMs)), timeoutMs)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    signal?.throwIfAborted()
    // Whoever injects a `fetch` that knows no signal still gets an end.
    return await Promise.race([sendAndRead(fetch, request, limits, stop.signal), stopped])
  } catch (error) {
    if (stop.signal.aborted) throw stop.signal.reason
    if (signal?.aborted || error instanceof StsError) throw error
    throw new StsError(
      'ERR_STS_NETWORK',
      `No connection to ${request.url}, or it broke; is the address right?`,
      {
        cause: error,
      },
    )
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    // What has been read stays; what is still under way ends here.
    stop.abort()
    stopped.catch(() => undefined)
  }
}

async function sendAndRead(
  fetch: typeof globalThis.fetch,
  { url, headers, body }: OutgoingRequest,
  { maxAnswerBytes }: ExchangeLimits,
  signal: AbortSignal,
): Promise<IncomingAnswer> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    ...(headers === undefined ? {} : { headers: { ...headers } }),
    ...(body === undefined ? {} : { body }),
    // It would take the signature to another place.
    redirect: 'manual',
    signal,
  })
  return {
    status: response.status,
    text: await readText(response, maxAnswerBytes),
    header: (name) => response.headers.get(name) ?? undefined,
  }
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  // Some mobile runtimes have no streams.
  if (!response.body) return limited(await response.text(), maxBytes)
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let size = 0; ; ) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > maxBytes) throw tooLong(maxBytes)
    text += decoder.decode(value, { stream: true })
  }
}

function limited(text: string, maxBytes: number): string {
  if (text.length > maxBytes) throw tooLong(maxBytes)
  return text
}

function tooLong(maxBytes: number): StsError {
  return new StsError(
    'ERR_STS_ANSWER_INVALID',
    `The answer is longer than ${maxBytes} bytes: this is not STS`,
  )
}

function timedOut(url: string, timeoutMs: number): StsError {
  return new StsError('ERR_STS_TIMEOUT', `No answer from ${url} within ${timeoutMs} ms`)
}
