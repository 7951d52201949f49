import { redact, SignatureError } from 'cos-presign'
import { withoutKey } from './cos/guard-provider.ts'
import { ServiceError } from './errors.ts'

/** The body of a refusal (RFC 9457), as `application/problem+json`. */
export interface Problem {
  /** The code as a URI; `docs/errors.md` has a row for it. */
  readonly type: string
  readonly title: string
  readonly status: number
  /** Stable; branch on it. */
  readonly code: string
  /** A sentence for people. */
  readonly detail: string
  readonly requestId: string
  /** The grant that was missing or did not allow it. */
  readonly grant?: string
}

/**
 * What is told of an error. Of one that is not known nothing but the request id: its message was not written for strangers.
 */
export function toProblem(error: unknown, requestId: string): Problem {
  if (!(error instanceof ServiceError)) {
    return {
      type: 'about:blank',
      title: 'Internal error',
      status: 500,
      code: 'ERR_SERVICE_INTERNAL',
      detail: 'Something went wrong in the service; its log has more under this request id',
      requestId,
    }
  }
  const { code, status, message, grant } = error
  return {
    type: `urn:cos-presign:${code}`,
    title: TITLES[status] ?? 'Refused',
    status,
    code,
    detail: redact(message),
    requestId,
    ...(grant === undefined ? {} : { grant }),
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Invalid request',
  401: 'No valid credentials',
  403: 'Not granted',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Not what was granted',
  410: 'No longer available',
  413: 'Too large',
  429: 'Too many requests',
  502: 'COS refused the request',
  503: 'Temporarily unavailable',
  504: 'No answer in time',
}

/** Arguments of the signer that are the client's words. It names them first, so that its own mistakes and those of an operator read otherwise. */
const WORDS_OF_CLIENT = /^"(?:Key|Headers|Params|Fields|Filename|UploadId|PartNumber|Parts)\b/

/** The error itself, or what a known error of the signer means here; `undefined` for any other. */
export function toServiceError(error: unknown): ServiceError | undefined {
  if (error instanceof ServiceError) return error
  if ((error instanceof TypeError || error instanceof RangeError) && WORDS_OF_CLIENT.test(error.message)) {
    return new ServiceError('ERR_SERVICE_REQUEST_INVALID', `The request cannot be signed: ${error.message}`, {
      cause: error,
    })
  }
  if (error instanceof SignatureError && error.code.startsWith('ERR_CREDENTIAL_')) {
    return withoutKey('The key that the service signs with has ended', error)
  }
  if (error instanceof SignatureError && error.code === 'ERR_CONSTRAINT_BROKEN') {
    return new ServiceError('ERR_SERVICE_NOT_GRANTED', error.message, { cause: error })
  }
  return undefined
}
