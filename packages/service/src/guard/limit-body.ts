import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { ServiceError } from '../errors.ts'
import { brokenOff } from './read-text.ts'

/** Refuses bodies of more bytes, whether they announce their length or not. */
export function limitBody(maxBodyBytes: number): MiddlewareHandler {
  const count = bodyLimit({ maxSize: maxBodyBytes, onError: refuse })
  return function limitedBody(context, next) {
    const announced = context.req.header('content-length')
    // Whoever speaks HTTP to us (Node, a proxy, an edge) holds a body to its announced length. To count the bytes of every body is slow.
    if (announced === undefined || context.req.header('transfer-encoding') !== undefined)
      return count(context, next).catch(refuseBroken)
    if (!/^\d+$/.test(announced)) {
      // Node refuses it before; of other hosts nobody knows.
      throw new ServiceError(
        'ERR_SERVICE_REQUEST_INVALID',
        'The header Content-Length must be a whole number of bytes',
      )
    }
    if (Number(announced) > maxBodyBytes) refuse()
    return next()
  }

  /** Reads bodies itself; what goes wrong after it does not come back here. */
  function refuseBroken(error: unknown): never {
    throw error instanceof ServiceError ? error : brokenOff(error)
  }

  function refuse(): never {
    throw new ServiceError('ERR_SERVICE_BODY_TOO_LARGE', `The body has more than ${maxBodyBytes} bytes`)
  }
}
