import type { HeaderMap } from './message.ts'
import type { ObjectRecord } from './store.ts'

/**
 * Evaluates the conditions of a GET or HEAD in the order of RFC 9110, section 13.2.2.
 *
 * @returns The status to answer with instead of the object, or `undefined` to go on.
 */
export function checkPreconditions(headers: HeaderMap, record: ObjectRecord): 304 | 412 | undefined {
  const ifMatch = headers.get('if-match')
  const ifUnmodifiedSince = toSeconds(headers.get('if-unmodified-since'))
  const ifNoneMatch = headers.get('if-none-match')
  const ifModifiedSince = toSeconds(headers.get('if-modified-since'))
  const modifiedAt = Math.floor(record.modifiedAt / 1000)

  if (ifMatch !== undefined) {
    if (!matchesEtag(ifMatch, record.etag)) return 412
  } else if (ifUnmodifiedSince !== undefined && modifiedAt > ifUnmodifiedSince) return 412

  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, record.etag) ? 304 : undefined
  return ifModifiedSince !== undefined && modifiedAt <= ifModifiedSince ? 304 : undefined
}

/** Whether a `Range` still means the object it was made for (`If-Range`, an entity tag or a date). */
export function isRangeCurrent(headers: HeaderMap, record: ObjectRecord): boolean {
  const ifRange = headers.get('if-range')
  if (ifRange === undefined) return true
  const seconds = toSeconds(ifRange)
  return seconds === undefined
    ? matchesEtag(ifRange, record.etag)
    : seconds === Math.floor(record.modifiedAt / 1000)
}

/** A list of entity tags against one: with and without quotes, weak ones like strong ones. */
function matchesEtag(list: string, etag: string): boolean {
  return list.split(',').some((item) => {
    const tag = item.trim().replace(/^W\//, '')
    return tag === '*' || tag === etag || tag === `"${etag}"`
  })
}

function toSeconds(date: string | undefined): number | undefined {
  // Date.parse reads "1" and hex digests as dates too; an HTTP date begins with the day of the week.
  if (date === undefined || !/^\s*[A-Za-z]{3,9},? /.test(date)) return undefined
  const milliseconds = Date.parse(date)
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000)
}
