import { Refusal } from './refusal.ts'
import { StoreError } from './store-error.ts'

/** What COS would answer to whatever was thrown while a request was being answered. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof StoreError) return fromStore(error)
  return new Refusal('InternalError')
}

function fromStore(error: StoreError): Refusal {
  switch (error.code) {
    // The bucket was deleted while the request was under way.
    case 'ERR_STORE_NO_BUCKET':
      return new Refusal('NoSuchBucket')
    // The multipart upload was completed or aborted while a part of it was under way.
    case 'ERR_STORE_NO_UPLOAD':
      return new Refusal('NoSuchUpload')
    // Not a 5xx: the official clients would repeat the upload in vain.
    case 'ERR_STORE_FULL':
      return new Refusal('EntityTooLarge', { message: error.message })
    default:
      return new Refusal('InternalError')
  }
}
