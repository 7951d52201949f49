import { assertObject, assertText, assertWellFormed, wrongType, wrongValue } from './assert.ts'
import { encodeName } from './percent-encoding.ts'

/** A value of a header or parameter; a number or boolean is sent as its text. */
export type PairValue = string | number | boolean

/**
 * Headers or parameters: a record, or a list of name-value pairs where order or repetition matters.
 *
 * The same name may be repeated. Two names that differ only in letter case are a TypeError: in a signature they are one.
 */
export type Pairs = Readonly<Record<string, PairValue>> | Iterable<readonly [name: string, value: PairValue]>

/** Headers or parameters after checking: text pairs in the caller's order. */
export type TextPairs = readonly (readonly [name: string, value: string])[]

const NONE: TextPairs = []

function toTextPairs(pairs: Pairs | undefined, name: string): TextPairs {
  if (pairs === undefined) return NONE
  assertObject(pairs, name, PAIRS)
  const entries: Iterable<unknown> = Symbol.iterator in pairs ? pairs : Object.entries(pairs)
  // Faster than Array.from with a function.
  return [...entries].map((entry) => toTextPair(entry, name))
}

/** The same pairs, which may be read more than once. */
export function toRepeatable(pairs: Pairs | undefined): Pairs | undefined {
  const isIterable = typeof pairs === 'object' && pairs !== null && Symbol.iterator in pairs
  return isIterable ? [...(pairs as Iterable<readonly [string, PairValue]>)] : pairs
}

const PAIRS = 'a record or a list of name-value pairs'

function toTextPair(entry: unknown, name: string): [string, string] {
  if (!Array.isArray(entry) || entry.length !== 2) throw wrongType(name, PAIRS, entry)
  const [key, value] = entry
  assertText(key, name)
  const text = typeof value === 'boolean' || Number.isFinite(value) ? `${value}` : value
  if (typeof text !== 'string') throw wrongType(`${name}.${key}`, 'a string, number or boolean', text)
  assertWellFormed(text, `${name}.${key}`)
  return [key, text]
}

// RFC 9110, section 5.6.2.
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/

/**
 * Reads and checks headers to be signed. Repeated ones become one, values joined by `, `: what HTTP makes of them on the way
 * (RFC 9110, section 5.3).
 *
 * @param name - What the caller called them.
 * @param asPython - Check no more than that HTTP can carry them.
 */
export function toHeaders(pairs: Pairs | undefined, name: string, asPython = false): TextPairs {
  const headers = toTextPairs(pairs, name)
  for (const [key, value] of headers) {
    if (!TOKEN.test(key)) throw new TypeError(`"${name}" holds a name that is no header name`)
    if (/[\r\n\0]/.test(value)) throw wrongValue(`${name}.${key}`, 'holds CR, LF or NUL')
    if (asPython) continue
    if (key.toLowerCase() === 'authorization') throw isAdded(key, name)
    if (/^[ \t]|[ \t]$/.test(value)) {
      throw new TypeError(`"${name}.${key}" has white space around it, which HTTP drops`)
    }
  }
  return asPython ? headers : combineRepeated(headers, name)
}

/** Reads and checks parameters to be signed: none may be one of the signature's own. */
export function toParams(pairs: Pairs | undefined, name: string, asPython = false): TextPairs {
  const params = toTextPairs(pairs, name)
  if (!asPython) {
    for (const [key] of params) if (/^(?:q-|sign$)/i.test(key)) throw isAdded(key, name)
    combineRepeated(params, name)
  }
  return params
}

/** The error for a name that a signer gives itself. */
export function isAdded(key: string, name: string): TypeError {
  return new TypeError(`"${name}" must not hold "${key}", which is added`)
}

/** Joins the values of repeated names; throws a TypeError if a name is spelled in two ways. */
function combineRepeated(pairs: TextPairs, name: string): TextPairs {
  if (pairs.length < 2) return pairs
  const combined = new Map<string, readonly [string, string]>()
  for (const pair of pairs) {
    const [key, value] = pair
    const lower = encodeName(key)
    const [other, before] = combined.get(lower) ?? [key]
    if (other !== key) {
      throw new TypeError(`"${name}" spells one name "${other}" and "${key}"`)
    }
    combined.set(lower, before === undefined ? pair : [key, `${before}, ${value}`])
  }
  return [...combined.values()]
}

/** The value of a header or parameter by its name in any letter case. */
export function findPair(pairs: TextPairs, lowerName: string): string | undefined {
  return pairs.find(([name]) => name.length === lowerName.length && name.toLowerCase() === lowerName)?.[1]
}

/** Whether two lists hold the same pairs in the same order. */
export function isSamePairs(a: TextPairs, b: TextPairs): boolean {
  return (
    a === b ||
    (a.length === b.length && a.every(([name, value], at) => name === b[at]?.[0] && value === b[at]?.[1]))
  )
}
