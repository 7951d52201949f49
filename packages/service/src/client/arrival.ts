import type { ConfirmAnswer } from '../wire.ts'
import { callOnce, type ServiceConnection } from './call.ts'
import { crc64Of } from './crc64.ts'
import { ServiceClientError } from './service-client-error.ts'

/** Where an object is. */
export interface Place {
  readonly key: string
  readonly grant: string
}

/** An object that COS has, or should have. */
export interface Arrival extends Place {
  /** What COS answered; empty where the page may not read it. */
  readonly etag: string
  /** Whether an answer was lost, so that only the object itself can tell whose bytes it has. */
  readonly isUnsure?: boolean
}

/** Asks the service whether an object is what was sent. */
export type Confirm = (arrival: Arrival) => Promise<ConfirmAnswer>

/** What is left of an upload that is granted and has begun. */
export type Rest = (confirm: Confirm) => Promise<ConfirmAnswer>

/**
 * Whether an object is there already, with these very bytes: after an answer that was lost.
 *
 * @throws {ServiceClientError} What may succeed later.
 */
export async function hasArrived(
  connection: ServiceConnection,
  file: Blob,
  { key, grant }: Place,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const body = { key, grant, sizeBytes: file.size }
  try {
    const request = { method: 'POST', path: '/v1/confirm', body, signal } as const
    const { crc64 } = await callOnce<ConfirmAnswer>(connection, request)
    return crc64 === (await crc64Of(file, signal))
  } catch (error) {
    if (error instanceof ServiceClientError && !error.retryable) return false
    throw error
  }
}
