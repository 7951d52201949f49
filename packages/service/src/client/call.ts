import { type RetryOptions, withRetries } from './retry.ts'
import { isRetryable, ServiceClientError, toRetryAfterMs } from './service-client-error.ts'

/** How the service is reached. */
export interface ServiceConnection extends RetryOptions {
  /** Such as `https://uploads.example.com`; with a ticket its path belongs to it: `https://uploads.example.com/t/…`. */
  readonly baseUrl: string
  /** Headers that say who asks, such as `Authorization`; a function is asked anew for each request. */
  readonly headers?:
    | Readonly<Record<string, string>>
    | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>)
    | undefined
  /** For cookies. @default 'same-origin' */
  readonly credentials?: RequestCredentials | undefined
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** One request to the service. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: object | undefined
  readonly signal?: AbortSignal | undefined
  /** Whether it is sent even if the page is left. */
  readonly keepalive?: boolean | undefined
}

/** Longer than a service takes, by default, before it says that it had no answer in time. */
const TIMEOUT_MS = 60_000

/**
 * Asks the service, again where that may help. A request without an answer for a minute is one that failed: a connection may hang without a
 * word, as those of phones do that change their network.
 *
 * @throws {ServiceClientError} With the code of the service's problem; or `ERR_CLIENT_NETWORK`, `ERR_CLIENT_HEADERS`.
 */
export async function call<Answer>(connection: ServiceConnection, request: Call): Promise<Answer> {
  return await withRetries(() => callOnce<Answer>(connection, request), connection, request.signal)
}

/** As {@link call}, for who tries again by itself. */
export async function callOnce<Answer>(
  { baseUrl, headers, credentials = 'same-origin', fetch = globalThis.fetch }: ServiceConnection,
  { method, path, body, signal, keepalive = false }: Call,
): Promise<Answer> {
  const own = await headersOf(headers)
  const limited = limitTime(signal)
  let response: Response
  let text: string
  try {
    response = await fetch(`${baseUrl.replace(/\/$/, '')}${path}`, {
      method,
      credentials,
      headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }), ...own },
      body: body ? JSON.stringify(body) : null,
      signal: limited.signal,
      keepalive,
    })
    text = await response.text()
  } catch (cause) {
    signal?.throwIfAborted()
    throw new ServiceClientError('ERR_CLIENT_NETWORK', 'No answer from the service', {
      retryable: true,
      cause,
    })
  } finally {
    limited.end()
  }
  const answer = toRecord(text)
  if (response.ok && answer !== undefined) return answer as Answer
  throw new ServiceClientError(
    textOf(answer?.code) ?? 'ERR_CLIENT_NETWORK',
    textOf(answer?.detail) ?? `The service answered ${response.status}${answer ? '' : ' without JSON'}`,
    {
      status: response.status,
      grant: textOf(answer?.grant),
      requestId: textOf(answer?.requestId),
      retryable: isRetryable(response.status),
      retryAfterMs: toRetryAfterMs(response.headers.get('retry-after'), Date.now()),
    },
  )
}

/** A signal that is aborted with another, and in time. `AbortSignal.any` is not in the browsers of older phones. */
function limitTime(signal: AbortSignal | undefined): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  const timer = setTimeout(abort, TIMEOUT_MS)
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    },
  }
}

async function headersOf(headers: ServiceConnection['headers']): Promise<Readonly<Record<string, string>>> {
  if (typeof headers !== 'function') return headers ?? {}
  try {
    return await headers()
  } catch (cause) {
    throw new ServiceClientError(
      'ERR_CLIENT_HEADERS',
      'The function "headers" failed; its error is the cause',
      {
        cause,
      },
    )
  }
}

/** Of a proxy's page, or of a page that asks to log in, there is none. */
function toRecord(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
