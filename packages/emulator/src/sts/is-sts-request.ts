import type { RequestTarget } from 'cos-presign'
import { type AddressBook, isCosHost } from '../address.ts'
import type { WireRequest } from '../message.ts'

const STS_HOST = /^sts\./i
const PATHS: ReadonlySet<string> = new Set(['/', '/_sts'])

/**
 * Whether a request is for STS: by its host (`sts.…`), or, where the host names no bucket, by a path of `/` or `/_sts` and the form
 * of a call. No request to COS has that form, so no object is hidden, whatever its key and whatever the default bucket.
 *
 * @param host - As it came.
 */
export function isStsRequest(
  { method, headers }: WireRequest,
  { path, params }: RequestTarget,
  host: string,
  book: Pick<AddressBook, 'domains'>,
): boolean {
  if (isCosHost(host, book)) return false
  if (STS_HOST.test(host)) return true
  if (!PATHS.has(path)) return false
  const header = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1]
  if (header('x-tc-action') !== undefined) return true
  if (method === 'POST') {
    const isForm = /^application\/x-www-form-urlencoded\b/i.test(header('content-type') ?? '')
    // What COS knows POST for on a path is told by a parameter.
    return isForm && params.length === 0
  }
  const has = (name: string) => params.some((param) => param.name === name)
  return method === 'GET' && has('Action') && has('SecretId') && has('Signature')
}
