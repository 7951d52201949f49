import type { MiddlewareHandler } from 'hono'
import { ServiceError } from '../errors.ts'

/** Answers in time, whatever a slow client, COS or a key server do. */
export function limitTime(timeoutMs: number): MiddlewareHandler {
  return function limitedTime(_context, next) {
    return new Promise<void>((resolve, reject) => {
      // What refuses at once leaves no timer.
      const answered = next()
      const timer = setTimeout(() => {
        reject(new ServiceError('ERR_SERVICE_TIMEOUT', `There was no answer within ${timeoutMs / 1000} s`))
      }, timeoutMs)
      void answered.then(resolve, reject).then(() => clearTimeout(timer))
    })
  }
}
