import { Refusal } from './refusal.ts'

type Params = ReadonlyMap<string, string>

/** The most entries that one page has, and as many as it has unless asked otherwise. */
const MAX_ENTRIES = 1000

/**
 * How many entries a page may have: `max-keys` and its like. More than 1,000 are 1,000.
 *
 * @throws {Refusal} `InvalidArgument`
 */
export function readLimit(params: Params, name: string): number {
  const text = params.get(name) ?? ''
  if (text === '') return MAX_ENTRIES
  if (!/^\d{1,10}$/.test(text)) {
    throw new Refusal('InvalidArgument', { message: `${name} must be a number from 0 to ${MAX_ENTRIES}.` })
  }
  return Math.min(Number(text), MAX_ENTRIES)
}

/** How keys are written into a listing. */
export interface ListingEncoding {
  /** What the client asked for; absent: as they are. */
  readonly type?: 'url'
  encode(text: string): string
}

/**
 * `encoding-type=url` is for keys that XML cannot hold.
 *
 * @throws {Refusal} `InvalidArgument` for another type.
 */
export function readEncoding(params: Params): ListingEncoding {
  const type = params.get('encoding-type') ?? ''
  if (type === '') return { encode: (text) => text }
  if (type !== 'url') throw new Refusal('InvalidArgument', { message: 'encoding-type can only be url.' })
  return { type, encode: encodeKey }
}

/** Percent-encodes all but unreserved characters and the slash. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
}
