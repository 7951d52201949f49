import { createDigests, type Digests, type ReceivedDigests, readExpectedDigests } from './digests.ts'
import type { OperationRequest } from './operation.ts'
import { Refusal } from './refusal.ts'
import type { Incoming } from './store.ts'

/** 5 GB, as COS has it for one PUT, one part, and all that is appended. */
export const MAX_BODY_BYTES: number = 5 * 1024 ** 3

/** What came. */
export interface ReceivedBody extends ReceivedDigests {
  readonly size: number
}

/**
 * Lets the body of a request flow into the store, and commits it when all of it is there and every check passes: its length,
 * `Content-MD5`, `x-cos-content-sha1`. Otherwise nothing is seen of it.
 *
 * @param open - Called when the headers are in order.
 * @throws {Refusal} `MissingContentLength`, `InvalidArgument`, `EntityTooLarge`, `IncompleteBody`, and those of digests.
 */
export async function receiveBody<Target extends Incoming, Result>(
  request: Pick<OperationRequest, 'headers' | 'openBody'>,
  open: () => Promise<Target>,
  commit: (target: Target, received: ReceivedBody) => Promise<Result>,
): Promise<Result> {
  const expected = readExpectedDigests(request.headers)
  const length = readContentLength(request)
  const target = await open()
  try {
    const digests = createDigests(expected, length)
    return await commit(target, await receiveBytes(request.openBody(), target, digests, length))
  } catch (error) {
    await target.abort()
    throw error
  }
}

/**
 * Lets bytes flow into the store, hashed while they are written.
 *
 * @param length - How many there must be; `undefined`: as many as come.
 * @throws {Refusal} `EntityTooLarge`, `IncompleteBody`, and those of digests.
 */
export async function receiveBytes(
  chunks: AsyncIterable<Uint8Array>,
  target: Incoming,
  digests: Digests,
  length?: number,
): Promise<ReceivedBody> {
  try {
    let size = 0
    for await (const chunk of chunks) {
      size += chunk.length
      if (size > MAX_BODY_BYTES) throw new Refusal('EntityTooLarge')
      await Promise.all([target.write(chunk), digests.update(chunk)])
    }
    if (length !== undefined && size !== length) throw new Refusal('IncompleteBody')
    return { size, ...(await digests.finish()) }
  } finally {
    digests.abandon()
  }
}

/** The announced length, or `undefined` for a chunked body. */
function readContentLength({ headers }: Pick<OperationRequest, 'headers'>): number | undefined {
  const text = headers.get('content-length')
  if (text === undefined) {
    if (!headers.has('transfer-encoding')) throw new Refusal('MissingContentLength')
    return undefined
  }
  if (!/^\d+$/.test(text))
    throw new Refusal('InvalidArgument', { message: 'Content-Length is not a number.' })
  if (Number(text) > MAX_BODY_BYTES) throw new Refusal('EntityTooLarge')
  return Number(text)
}
