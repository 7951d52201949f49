import type { MiddlewareHandler } from 'hono'
import { ServiceError } from '../errors.ts'
import { brokenOff } from './read-text.ts'

/** Refuses bodies of more bytes, whether they announce their length or not. */
export function limitBody(maxBodyBytes: number): MiddlewareHandler {
  return function limitedBody(context, next) {
    const announced = context.req.header('content-length')
    // Whoever speaks HTTP to us (Node, a proxy, an edge) holds a body to its announced length. To count the bytes of every body is slow.
    if (announced === undefined || context.req.header('transfer-encoding') !== undefined) {
      context.req.raw = withBodyOf(context.req.raw, maxBodyBytes)
      return next()
    }
    if (!/^\d+$/.test(announced)) {
      // Node refuses it before; of other hosts nobody knows.
      throw new ServiceError(
        'ERR_SERVICE_REQUEST_INVALID',
        'The header Content-Length must be a whole number of bytes',
      )
    }
    if (Number(announced) > maxBodyBytes) throw tooLarge(maxBodyBytes)
    return next()
  }
}

/** The same request, whose body is counted when it is read: of a stranger's nothing is. */
function withBodyOf(request: Request, maxBytes: number): Request {
  if (request.body === null) return request
  const init = { body: countedBody(request.body, maxBytes), duplex: 'half' }
  return new Request(request, init)
}

function countedBody(body: ReadableStream<Uint8Array>, maxBytes: number): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let bytes = 0
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw brokenOff(error)
    })
    if (done) return controller.close()
    bytes += value.length
    // What is left is not cancelled, for that would close the connection before the refusal is sent.
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    controller.enqueue(value)
  }
  return new ReadableStream({ pull }, { highWaterMark: 0 })
}

function tooLarge(maxBytes: number): ServiceError {
  return new ServiceError('ERR_SERVICE_BODY_TOO_LARGE', `The body has more than ${maxBytes} bytes`)
}
