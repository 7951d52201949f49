import type { ScanStart } from '../list-page.ts'
import { compareKeys } from '../store-key.ts'

/** Whether an object (without an id) or a multipart upload comes before the place where a scan begins. */
export function isBeforeStart(
  { key, uploadId = '' }: { readonly key: string; readonly uploadId?: string },
  start: ScanStart,
): boolean {
  if ('at' in start) return compareKeys(key, start.at) < 0
  if ('behind' in start) return compareKeys(key, start.behind) < 0 || key.startsWith(start.behind)
  const { after } = start
  const order = compareKeys(key, after.key)
  return (
    order < 0 || (order === 0 && (after.uploadId === undefined || compareKeys(uploadId, after.uploadId) <= 0))
  )
}
