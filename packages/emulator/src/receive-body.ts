import { createDigests, type ReceivedDigests, readExpectedDigests } from './digests.ts'
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
  const digests = createDigests(readExpectedDigests(request.headers))
  const length = readContentLength(request)
  const target = await open()
  try {
    let size = 0
    for await (const chunk of request.openBody()) {
      size += chunk.length
      if (size > MAX_BODY_BYTES) throw new Refusal('EntityTooLarge')
      const written = target.write(chunk)
      digests.update(chunk)
      await written
    }
    if (length !== undefined && size !== length) throw new Refusal('IncompleteBody')
    return await commit(target, { size, ...digests.finish() })
  } catch (error) {
    await target.abort()
    throw error
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
