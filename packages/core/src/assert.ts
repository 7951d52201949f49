import { isWellFormed } from './utf8.ts'

/** What kind of thing a value is, for an error message: never the value itself, which may be a secret. */
function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value
}

/** The error for a value of the wrong type. */
export function wrongType(name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`"${name}" must be ${expected}; got ${kindOf(value)}`)
}

/** The error for a value that cannot be used. */
export function wrongValue(name: string, fault: string): RangeError {
  return new RangeError(`"${name}" ${fault}`)
}

/** Throws a TypeError unless the value is of the type. */
export function assertType(value: unknown, name: string, type: 'string'): asserts value is string
export function assertType(value: unknown, name: string, type: 'number'): asserts value is number
export function assertType(value: unknown, name: string, type: 'boolean'): asserts value is boolean
export function assertType(value: unknown, name: string, type: 'function'): asserts value is () => unknown
export function assertType(value: unknown, name: string, type: string): void {
  if (typeof value !== type) throw wrongType(name, `a ${type}`, value)
}

/** Throws a TypeError unless the value is a string, and a RangeError if it is empty or has no UTF-8 form. */
export function assertText(value: unknown, name: string): asserts value is string {
  assertType(value, name, 'string')
  if (value === '') throw wrongValue(name, 'must not be empty')
  assertWellFormed(value, name)
}

/** Throws a RangeError if the text holds half of a surrogate pair: it has no UTF-8 form, so it cannot be signed. */
export function assertWellFormed(text: string, name: string): void {
  if (!isWellFormed(text)) throw wrongValue(name, 'holds a lone surrogate')
}

// Seconds since 1970 reach this value in the year 5138; milliseconds passed it in 1973.
const TOO_MANY_SECONDS = 100_000_000_000

/** Throws unless the value is a whole number of seconds, a duration from 1 or a Unix time from 0. */
export function assertSeconds(value: unknown, name: string, least = 0): asserts value is number {
  assertType(value, name, 'number')
  if (!Number.isInteger(value) || value < least || value >= TOO_MANY_SECONDS) {
    throw wrongValue(name, `must be a whole number of seconds, ${least} or more, not milliseconds`)
  }
}

/** Throws unless the value is one of a few texts. */
export function assertOneOf<T extends string>(
  value: unknown,
  name: string,
  known: readonly T[],
): asserts value is T {
  assertType(value, name, 'string')
  if (!known.includes(value as T)) throw wrongValue(name, `must be one of ${known.join(', ')}`)
}

/** Throws a TypeError unless the value is an object of any kind. */
export function assertObject(value: unknown, name: string, expected: string): asserts value is object {
  if (typeof value !== 'object' || value === null) throw wrongType(name, expected, value)
}

/** Throws a TypeError unless the value is an object whose names are all known. */
export function assertOptions(
  value: unknown,
  name: string,
  known: readonly string[],
): asserts value is object {
  assertObject(value, name, 'an object')
  for (const key in value) {
    if (!known.includes(key)) {
      throw new TypeError(`"${name}" has no parameter "${key}"; it knows ${known.join(', ')}`)
    }
  }
}
