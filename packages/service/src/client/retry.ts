import { ServiceClientError } from './service-client-error.ts'

/** How often, and for how long, something is tried. */
export interface RetryOptions {
  /** @default 5 */
  readonly maxAttempts?: number | undefined
  /** The longest wait before a second attempt, in milliseconds; it doubles each time, up to 30 seconds. @default 500 */
  readonly retryDelayMs?: number | undefined
}

const MAX_DELAY_MS = 30_000
/** Nobody waits longer with a page open: a quota that is full until tomorrow is told at once. */
const MAX_RETRY_AFTER_MS = 120_000

/** Tries until it succeeds, fails for good, was tried often enough, would have to wait for minutes, or is aborted. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { maxAttempts = 5, retryDelayMs = 500 }: RetryOptions,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      signal?.throwIfAborted()
      return await attempt()
    } catch (error) {
      signal?.throwIfAborted()
      if (number >= maxAttempts || !(error instanceof ServiceClientError && error.retryable)) throw error
      const { retryAfterMs = 0 } = error
      if (retryAfterMs > MAX_RETRY_AFTER_MS) throw error
      // Full jitter: many clients that failed together do not come back together.
      const wait = Math.random() * Math.min(MAX_DELAY_MS, retryDelayMs * 2 ** (number - 1))
      await sleep(retryAfterMs + wait, signal)
    }
  }
}

/** @throws The reason of `signal`, when it is aborted. */
export async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
