import { assertWellFormed, kindOf } from './assert.ts'
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

/** Reads pairs given by a caller. `name` is what the caller called them. */
export function toTextPairs(pairs: Pairs | undefined, name: string): TextPairs {
  if (pairs === undefined) return NONE
  if (typeof pairs !== 'object' || pairs === null) {
    throw new TypeError(`"${name}" must be a record or a list of name-value pairs; got ${kindOf(pairs)}`)
  }
  const entries = Symbol.iterator in pairs ? pairs : Object.entries(pairs)
  const result: [string, string][] = []
  for (const entry of entries) {
    if (!Array.isArray(entry) || entry.length !== 2) {
      throw new TypeError(`"${name}" must be a list of name-value pairs; an entry is ${kindOf(entry)}`)
    }
    result.push(toTextPair(entry[0], entry[1], name))
  }
  return result
}

function toTextPair(key: unknown, value: unknown, name: string): [string, string] {
  if (typeof key !== 'string') throw new TypeError(`A name in "${name}" must be a string; got ${kindOf(key)}`)
  if (key === '') throw new TypeError(`A name in "${name}" is empty`)
  assertWellFormed(key, name)
  if (typeof value === 'string') {
    assertWellFormed(value, `${name}.${key}`)
    return [key, value]
  }
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return [key, String(value)]
  throw new TypeError(`"${name}.${key}" must be a string, a finite number or a boolean; got ${kindOf(value)}`)
}

// RFC 9110, section 5.6.2.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Checks what no HTTP message can hold: names that are no token; CR, LF or NUL in a value. */
export function assertHeaderSyntax(headers: TextPairs, name: string): void {
  for (const [key, value] of headers) {
    if (!TOKEN.test(key)) throw new TypeError(`A name in "${name}" is not a header name (RFC 9110 token)`)
    if (/[\r\n\0]/.test(value)) throw new RangeError(`"${name}.${key}" holds CR, LF or NUL`)
  }
}

/** Checks headers that will be signed, beyond their syntax. */
export function assertSignableHeaders(headers: TextPairs, name: string): void {
  assertHeaderSyntax(headers, name)
  assertDistinct(headers, name)
  for (const [key, value] of headers) {
    if (/^authorization$/i.test(key)) {
      throw new TypeError(
        `"${name}" must not hold "${key}": it carries the signature and cannot be part of it`,
      )
    }
    if (/^[ \t]|[ \t]$/.test(value)) {
      throw new TypeError(
        `"${name}.${key}" has white space at its edge; HTTP drops it and the signature would not match`,
      )
    }
  }
}

/** Checks parameters that will be signed: none may be one of the signature's own. */
export function assertSignableParams(params: TextPairs, name: string): void {
  assertDistinct(params, name)
  for (const [key] of params) {
    if (/^(?:q-|sign$)/i.test(key)) {
      throw new TypeError(
        `"${name}" must not hold "${key}": the names q-* and sign belong to the signature itself`,
      )
    }
  }
}

function assertDistinct(pairs: TextPairs, name: string): void {
  if (pairs.length < 2) return
  const spelled = new Map<string, string>()
  for (const [key] of pairs) {
    const lower = encodeName(key)
    const other = spelled.get(lower) ?? key
    if (other !== key) {
      throw new TypeError(
        `"${name}" holds both "${other}" and "${key}", which are one name in a signature; keep one`,
      )
    }
    spelled.set(lower, key)
  }
}

/** The value of a header or parameter by its name in any letter case. */
export function findPair(pairs: TextPairs, lowerName: string): string | undefined {
  for (const [name, value] of pairs) {
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) return value
  }
  return undefined
}

/** Repeated headers made one, values joined by `, `: what HTTP makes of them on the way (RFC 9110, section 5.3). */
export function combineRepeated(headers: TextPairs): TextPairs {
  if (headers.length < 2) return headers
  const combined = new Map<string, string>()
  for (const [name, value] of headers) {
    const before = combined.get(name)
    combined.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return [...combined]
}
