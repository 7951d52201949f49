import { ServiceClientError } from './service-client-error.ts'

/** Decides on failed attempts to send with one signature after another. */
export interface SignatureWatch {
  /**
   * Whether the attempt failed by its signature, so that another may help. What COS refuses (403) twice in a row is refused for another
   * reason than that a signature has expired.
   */
  isSpent(error: unknown): boolean
}

export function createSignatureWatch(): SignatureWatch {
  let wasRefused = false
  return {
    isSpent(error) {
      const isRefused = error instanceof ServiceClientError && error.status === 403
      const isSpent = isRefused && !wasRefused
      wasRefused = isRefused
      return isSpent
    },
  }
}

/** The same refusal, as one after which it is worth to try again. */
export function toRetryable({
  code,
  message,
  status,
  cosCode,
  requestId,
}: ServiceClientError): ServiceClientError {
  return new ServiceClientError(code, message, { status, cosCode, requestId, retryable: true })
}
