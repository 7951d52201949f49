import type { HeaderMap } from './message.ts'
import { Refusal } from './refusal.ts'
import type { ObjectRecord } from './store.ts'

/**
 * What `x-cos-forbid-overwrite: true` makes of an object that is there already [guess: the header is known from SDKs, not
 * documented]. To be asked before a body is read, and in the commit, where nothing comes between.
 *
 * @throws {Refusal} `InvalidArgument` for another value than `true` and `false`; `FileAlreadyExists` when asked.
 */
export function readForbidOverwrite(headers: HeaderMap): (current: ObjectRecord | undefined) => void {
  const value = (headers.get('x-cos-forbid-overwrite') || 'false').toLowerCase()
  if (value !== 'true' && value !== 'false')
    throw new Refusal('InvalidArgument', { message: 'x-cos-forbid-overwrite must be true or false.' })
  return (current) => {
    if (value === 'true' && current !== undefined) throw new Refusal('FileAlreadyExists')
  }
}
