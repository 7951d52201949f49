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
export function assertType(value: unknown, name: string, type: 'boolean'): asserts value is boolean
export function assertType(value: unknown, name: string, type: 'function'): asserts value is () => unknown
export function assertType(value: unknown, name: string, type: string): void {
  if (typeof value !== type) throw wrongType(name, `a ${type}`, value)
}

/** Throws a TypeError unless the value is a string, and a RangeError if it is empty. */
export function assertText(value: unknown, name: string): asserts value is string {
  assertType(value, name, 'string')
  if (value === '') throw wrongValue(name, 'must not be empty')
}

/** Throws a TypeError unless the value is an object of any kind. */
export function assertObject(value: unknown, name: string, expected: string): asserts value is object {
  if (typeof value !== 'object' || value === null) throw wrongType(name, expected, value)
}

/** Throws unless the value is a whole number within bounds, both allowed. */
export function assertWhole(
  value: unknown,
  name: string,
  least: number,
  most: number,
): asserts value is number {
  if (typeof value !== 'number') throw wrongType(name, 'a number', value)
  if (!Number.isInteger(value) || value < least || value > most) {
    throw wrongValue(name, `must be a whole number from ${least} to ${most}`)
  }
}

/** Throws unless the value is one of a few texts. */
export function assertOneOf<T extends string>(
  value: unknown,
  name: string,
  known: readonly T[],
): asserts value is T {
  assertText(value, name)
  if (!(known as readonly string[]).includes(value))
    throw wrongValue(name, `must be one of ${known.join(', ')}`)
}

/** Throws unless the value is a text of a form, which `form` says for people. */
export function assertPattern(
  value: unknown,
  name: string,
  pattern: RegExp,
  form: string,
): asserts value is string {
  assertText(value, name)
  if (!pattern.test(value)) throw wrongValue(name, `must be ${form}`)
}
