import { isWellFormed } from './utf8.ts'

/** What kind of thing a value is, for an error message: never the value itself, which may be a secret. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (value === '') return 'an empty string'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** Throws a TypeError unless the value is a string, and a RangeError if it is empty or has no UTF-8 form. */
export function assertText(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw new TypeError(`"${name}" must be a string; got ${kindOf(value)}`)
  if (value === '') throw new RangeError(`"${name}" must not be empty`)
  assertWellFormed(value, name)
}

/** Throws a RangeError if the text holds half of a surrogate pair: it has no UTF-8 form, so it cannot be signed. */
export function assertWellFormed(text: string, name: string): void {
  if (!isWellFormed(text)) {
    throw new RangeError(`"${name}" holds a lone surrogate, which has no UTF-8 form; pass whole characters`)
  }
}

/** Throws unless the value is a whole number of seconds, 1 or more. */
export function assertSeconds(value: unknown, name: string): asserts value is number {
  assertNumber(value, name)
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`"${name}" must be a whole number of seconds, 1 or more`)
  }
}

// Seconds reach this value in the year 5138; milliseconds passed it in 1973.
const MAX_UNIX_SECONDS = 100_000_000_000

/** Throws unless the value is a time in Unix seconds. */
export function assertUnixSeconds(value: unknown, name: string): asserts value is number {
  assertNumber(value, name)
  if (!Number.isSafeInteger(value) || value < 0 || value >= MAX_UNIX_SECONDS) {
    throw new RangeError(`"${name}" must be a whole number of Unix seconds (seconds, not milliseconds)`)
  }
}

function assertNumber(value: unknown, name: string): asserts value is number {
  if (typeof value !== 'number') throw new TypeError(`"${name}" must be a number; got ${kindOf(value)}`)
}

/** Throws a TypeError unless the value is an object (and no array) whose names are all known. */
export function assertOptions(
  value: unknown,
  name: string,
  known: ReadonlySet<string>,
): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`"${name}" must be an object; got ${kindOf(value)}`)
  }
  for (const key in value) {
    if (!known.has(key))
      throw new TypeError(`"${name}" has no parameter "${key}"; it knows ${[...known].join(', ')}`)
  }
}
