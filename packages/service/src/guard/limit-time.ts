import type { MiddlewareHandler } from 'hono'
import { ServiceError } from '../errors.ts'

/** Answers in time, whatever a slow client, COS or a key server do. */
export function limitTime(timeoutMs: number): MiddlewareHandler {
  return async function limitedTime(_context, next) {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_resolve, reject) => {
      const refuse = () =>
        reject(new ServiceError('ERR_SERVICE_TIMEOUT', `There was no answer within ${timeoutMs / 1000} s`))
      timer = setTimeout(refuse, timeoutMs)
    })
    try {
      await Promise.race([next(), late])
    } finally {
      clearTimeout(timer)
    }
  }
}
