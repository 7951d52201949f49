import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'

/** The body of a request from a socket. */
export interface RequestBody {
  /** The bytes. Leaving the loop early does not close the connection, so that it can still be answered. */
  read(): AsyncIterable<Uint8Array>
  /**
   * Reads on and forgets what comes, until the end, the loss of the connection, or a bound.
   *
   * @returns Whether the body came to its end.
   */
  drain(maxBytes: number, maxMs: number): Promise<boolean>
}

/**
 * Wraps an incoming message. Its own iterator is opened at most once and never closed, because closing it would destroy the
 * socket.
 */
export function createRequestBody(message: IncomingMessage): RequestBody {
  let iterator: AsyncIterator<Uint8Array> | undefined
  const next = () => {
    iterator ??= message[Symbol.asyncIterator]()
    return iterator.next()
  }
  return {
    async *read() {
      for (;;) {
        const { done, value } = await next().catch(refuseIncomplete)
        if (done) break
        yield value
      }
      if (!message.complete) refuseIncomplete()
    },
    async drain(maxBytes, maxMs) {
      let timer: NodeJS.Timeout | undefined
      const timeout = new Promise<'timeout'>((resolve) => {
        timer = setTimeout(resolve, maxMs, 'timeout')
      })
      try {
        for (let bytes = 0; bytes <= maxBytes; ) {
          const read = await Promise.race([next(), timeout])
          if (read === 'timeout') return false
          if (read.done) return message.complete
          bytes += read.value.length
        }
        return false
      } catch {
        return false
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

function refuseIncomplete(): never {
  throw new Refusal('IncompleteBody')
}
