import type { TextPairs } from './pairs.ts'
import { encode, encodeName } from './percent-encoding.ts'

/** Pairs as the signature sees them. */
export interface CanonicalPairs {
  /** HttpParameters or HttpHeaders: `name=value` joined by `&`. */
  readonly text: string
  /** UrlParamList or HeaderList: the names joined by `;`. */
  readonly list: string
}

/**
 * Builds HttpParameters and UrlParamList, or HttpHeaders and HeaderList (documentation 436/7778, steps 3 and 4): names
 * encoded and lower-cased, values encoded, sorted by encoded name, repeated names by value.
 */
export function canonicalize(pairs: TextPairs): CanonicalPairs {
  const encoded = pairs.map(([name, value]): [string, string] => [encodeName(name), encode(value)])
  encoded.sort(byNameThenValue)
  return { text: joinPairs(encoded), list: encoded.map(([name]) => name).join(';') }
}

/** `name=value` joined by `&`. */
export function joinPairs(encoded: TextPairs): string {
  return encoded.map(([name, value]) => `${name}=${value}`).join('&')
}

function byNameThenValue(a: readonly [string, string], b: readonly [string, string]): number {
  return compareText(a[0], b[0]) || compareText(a[1], b[1])
}

/** Byte order, for texts in ASCII. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
