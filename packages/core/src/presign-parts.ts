import { assertOptions, assertText, wrongType, wrongValue } from './assert.ts'
import type { CosClient, Method, ObjectParams, PresignedRequest } from './client.ts'
import { withFixedClock } from './fixed-clock.ts'

/** The parts of a multipart upload to presign. */
export interface PartsParams extends ObjectParams {
  /** What `POST ?uploads` answered. */
  readonly UploadId: string
  /** How many parts, from number 1; or their numbers, each from 1 to 10000. */
  readonly Parts: number | readonly number[]
  /**
   * Seconds from now.
   * @default 300
   */
  readonly Expired?: number | undefined
}

/** One part to upload. */
export interface PresignedPart extends PresignedRequest {
  readonly partNumber: number
}

/** All requests of a multipart upload that has been initiated, with one window. */
export interface PresignedParts {
  /** `PUT` of each part; the answer's `ETag` is needed for `complete`. */
  readonly parts: readonly PresignedPart[]
  /** `POST` with the list of parts as XML. */
  readonly complete: PresignedRequest
  /** `DELETE`: gives up, and frees what was uploaded. */
  readonly abort: PresignedRequest
  /** `GET`: the parts that have arrived, to resume. */
  readonly list: PresignedRequest
}

const PARAMS = ['Bucket', 'Key', 'UploadId', 'Parts', 'Expired']

// Documentation 436/7750.
const MAX_PARTS = 10_000

/**
 * Presigns the requests of a multipart upload. A URL is for one request, so each part has its own; where an upload takes long, sign
 * a few at a time, as they are needed. What the object becomes (type, class, ACL) is said when the upload is initiated:
 * `client.presign({ Method: 'POST', Bucket, Key, Params: { uploads: '' }, Headers })`.
 *
 * @throws {TypeError|RangeError|SignatureError} As `client.presign`; a part number is none.
 * @see https://cloud.tencent.com/document/product/436/14112
 */
export function presignParts(client: CosClient, params: PartsParams): PresignedParts {
  assertOptions(params, 'params', PARAMS)
  const { Bucket, Key, UploadId, Parts, Expired } = params
  assertText(UploadId, 'UploadId')
  const fixed = withFixedClock(client)
  const presign = (Method: Method, Params = {}): PresignedRequest =>
    fixed.presign({ Bucket, Key, Method, Expired, Params: { ...Params, uploadId: UploadId } })
  return {
    parts: numbersOf(Parts).map((partNumber) => {
      const request = presign('PUT', { partNumber })
      return Object.defineProperties(
        { partNumber, ...request },
        Object.getOwnPropertyDescriptors(request),
      ) as PresignedPart
    }),
    complete: presign('POST'),
    abort: presign('DELETE'),
    list: presign('GET'),
  }
}

function numbersOf(parts: unknown): readonly number[] {
  if (typeof parts === 'number') {
    assertPartNumber(parts)
    return Array.from({ length: parts }, (_, at) => at + 1)
  }
  if (!Array.isArray(parts)) throw wrongType('Parts', 'a number of parts, or a list of part numbers', parts)
  for (const number of parts) assertPartNumber(number)
  return parts
}

function assertPartNumber(number: unknown): void {
  if (!Number.isInteger(number) || (number as number) < 1 || (number as number) > MAX_PARTS) {
    throw wrongValue('Parts', `must be a whole number from 1 to ${MAX_PARTS}, or a list of such`)
  }
}
