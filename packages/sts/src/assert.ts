/** What kind of thing a value is, for an error message: never the value itself, which may be a secret. */
function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value
}

/** The error for a value of the wrong type. */
function wrongType(name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`"${name}" must be ${expected}; got ${kindOf(value)}`)
}

/** The error for a value that cannot be used. */
function wrongValue(name: string, fault: string): RangeError {
  return new RangeError(`"${name}" ${fault}`)
}

/** Throws a TypeError unless the value is of the type. */
export function assertType(value: unknown, name: string, type: 'string'): asserts value is string
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
