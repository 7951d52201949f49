import { assertOptions } from './assert.ts'
import { type CosClient, DOWNLOAD, type DownloadUrlParams, type PresignedRequest } from './client.ts'
import { withFixedClock } from './fixed-clock.ts'

/** Presigned requests for the same object, with one window. */
export interface PresignedPair {
  readonly get: PresignedRequest
  readonly head: PresignedRequest
}

/**
 * Presigns GET and HEAD of one object: the method is part of a signature, so a player or a download manager that looks first needs a
 * URL for each.
 *
 * @throws {TypeError|RangeError|SignatureError} As `client.presign`.
 */
export function presignPair(client: CosClient, params: DownloadUrlParams): PresignedPair {
  assertOptions(params, 'params', DOWNLOAD)
  const fixed = withFixedClock(client)
  return {
    get: fixed.presign({ ...params, Method: 'GET' }),
    head: fixed.presign({ ...params, Method: 'HEAD' }),
  }
}
