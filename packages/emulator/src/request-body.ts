import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'
import { type PaceLimits, watchPace } from './watch-pace.ts'

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
export function createRequestBody(message: IncomingMessage, limits: PaceLimits): RequestBody {
  let iterator: AsyncIterator<Uint8Array> | undefined
  const next = () => {
    iterator ??= message[Symbol.asyncIterator]()
    return iterator.next()
  }
  return {
    async *read() {
      let movedBytes = 0
      let abandon: ((refusal: Refusal) => void) | undefined
      const endWatch = watchPace(limits, {
        movedBytes: () => movedBytes,
        isClientsTurn: () => abandon !== undefined,
        giveUp: (reason) =>
          abandon?.(new Refusal(reason === 'silent' ? 'RequestTimeout' : 'UserNetworkTooSlow')),
      })
      try {
        for (;;) {
          const { done, value } = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
            abandon = reject
            next().then(resolve, () => reject(new Refusal('IncompleteBody')))
          })
          abandon = undefined
          if (done) break
          movedBytes += value.length
          yield value
        }
      } finally {
        endWatch()
      }
      if (!message.complete) throw new Refusal('IncompleteBody')
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
