import { assertType } from './assert.ts'
import { SignatureError } from './errors.ts'
import { readClock } from './time-window.ts'

/**
 * How far a server's clock is ahead of this one, learned from the `Date` of an answer that has just come: what `CosClient` takes as
 * `SystemClockOffset`. A date has whole seconds and the answer took its time, so it is exact to a second or two.
 *
 * @param date - The value of the header, such as `Thu, 16 May 2019 06:45:51 GMT`. A page reads it only if the bucket's CORS rule
 * exposes it.
 * @param now - The clock: milliseconds since the epoch.
 * @returns Milliseconds; negative when the server is behind.
 * @throws {SignatureError} `ERR_DATE_MALFORMED`: the text is no HTTP date.
 * @example
 * const client = new CosClient({ …, SystemClockOffset: clockOffsetOf(response.headers.get('date')) })
 */
export function clockOffsetOf(date: string, now: () => number = Date.now): number {
  assertType(now, 'now', 'function')
  const server = HTTP_DATE.test(date) ? Date.parse(date) : Number.NaN
  if (Number.isNaN(server))
    throw new SignatureError(
      'ERR_DATE_MALFORMED',
      'The Date of an answer is like Thu, 16 May 2019 06:45:51 GMT',
    )
  // A date that was cut off to whole seconds is half a second old on average.
  return server + 500 - readClock(now, 'now') * 1000
}

// RFC 9110, section 5.6.7; the obsolete forms are no longer sent.
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/
