import type { MultipartPlace, MultipartRecord } from './store.ts'
import { compareKeys } from './store-key.ts'

/** Where a scan begins: at the first key that is not before a text, strictly after a place, or behind all that begin so. */
export type ScanStart =
  | { readonly at: string }
  | { readonly after: MultipartPlace }
  | { readonly behind: string }

/** What a listing of objects or of multipart uploads asks for. */
export interface PageQuery {
  readonly prefix?: string
  readonly delimiter?: string
  readonly after?: MultipartPlace | undefined
  readonly limit: number
}

/** A page, and its last entry when there are more behind it: an item, or what was rolled up. */
export interface CollectedPage<Item> {
  readonly items: Item[]
  readonly commonPrefixes: string[]
  readonly last?: Item | { readonly key: string } | undefined
}

/**
 * Collects one page of what has a key. Keys that are rolled up are not walked through: the scan begins anew behind them.
 *
 * @param scan - Items in order, from there to the end of the bucket.
 */
export function collectPage<Item extends { readonly key: string }>(
  { prefix = '', delimiter = '', after, limit }: PageQuery,
  scan: (start: ScanStart) => Iterable<Item>,
): CollectedPage<Item> {
  const items: Item[] = []
  const commonPrefixes: string[] = []
  let last: Item | { readonly key: string } | undefined
  let start = limit > 0 ? toStart(prefix, delimiter, after) : undefined
  while (start !== undefined) {
    const from: ScanStart = start
    start = undefined
    for (const item of scan(from)) {
      if (!item.key.startsWith(prefix)) break
      if (items.length + commonPrefixes.length === limit) return { items, commonPrefixes, last }
      const commonPrefix = toCommonPrefix(item.key, prefix, delimiter)
      if (commonPrefix !== undefined) {
        commonPrefixes.push(commonPrefix)
        last = { key: commonPrefix }
        start = { behind: commonPrefix }
        break
      }
      items.push(item)
      last = item
    }
  }
  return { items, commonPrefixes }
}

/** Where a page of multipart uploads ended: at an upload, or at what was rolled up. */
export function toMultipartPlace(
  last: MultipartRecord | { readonly key: string } | undefined,
): MultipartPlace | undefined {
  if (last === undefined || !('uploadId' in last)) return last
  return { key: last.key, uploadId: last.uploadId }
}

function toStart(prefix: string, delimiter: string, after: MultipartPlace | undefined): ScanStart {
  if (after === undefined || compareKeys(after.key, prefix) < 0) return { at: prefix }
  // What was rolled up, or a key in it: all of it has been listed.
  const commonPrefix = after.key.startsWith(prefix) ? toCommonPrefix(after.key, prefix, delimiter) : undefined
  return commonPrefix === undefined ? { after } : { behind: commonPrefix }
}

function toCommonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}
