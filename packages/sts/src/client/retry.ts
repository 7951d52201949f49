import { StsError } from '../errors.ts'

/** Waits; rejects with the signal's reason when that is aborted. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>

/** How often and how patiently something is tried. */
export interface RetryOptions {
  readonly maxAttempts: number
  /** For all attempts and the waits between them. */
  readonly timeoutMs: number
  readonly sleep: Sleep
  /** From 0 to 1. */
  readonly random: () => number
  readonly signal?: AbortSignal | undefined
}

const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 5000

/**
 * Tries until it succeeds, fails for good, or no time is left. Waits double, and each is a random part of its length ("full
 * jitter"), so that many clients that failed together do not come back together.
 *
 * @param attempt - Gets the time that is left, in milliseconds.
 */
export async function retry<T>(attempt: (leftMs: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { maxAttempts, timeoutMs, sleep, random, signal } = options
  const startedAt = performance.now()
  const leftMs = (): number => timeoutMs - (performance.now() - startedAt)
  for (let count = 1; ; count++) {
    try {
      return await attempt(leftMs())
    } catch (error) {
      if (!(error instanceof StsError) || !error.retryable || count >= maxAttempts) throw error
      const backoff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (count - 1))
      const wait = Math.max(error.retryAfterMs ?? 0, backoff * random())
      if (wait >= leftMs()) throw error
      await sleep(wait, signal)
    }
  }
}

/** The usual {@link Sleep}. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}
