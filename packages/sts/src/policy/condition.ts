import { type ConditionKey, toConditionKey } from './condition-key.ts'
import type { Matcher } from './glob.ts'
import { OPERATORS, type Operator } from './operators.ts'
import type { PolicyRequest } from './policy-request.ts'

/** One condition of a statement: `operator: { key: values }`. */
export interface PolicyCondition {
  /** As in the document, such as `string_like_if_exist`. */
  readonly operator: string
  /** Such as `cos:content-type`. */
  readonly key: string
  /** The values of the document as texts: one of them must match, of a negated operator none. */
  readonly values: readonly string[]
}

/** A condition that can be asked. */
export interface CompiledCondition extends PolicyCondition {
  /** The value in a request, percent-encoded if it is a parameter. */
  read(request: PolicyRequest): readonly string[] | undefined
  holds(request: PolicyRequest): boolean
}

/** An operator taken apart: `for_any_value:string_equal_if_exist`. */
export interface ConditionOperator {
  readonly name: string
  readonly base: Operator
  /** Whether a request without the key passes. */
  readonly isOptional: boolean
  /** Of several values in the request, whether each must match. */
  readonly isForAll: boolean
}

/** Reads the name of an operator; `undefined` when there is no such. */
export function parseOperator(name: string): ConditionOperator | undefined {
  const [, set, baseName = '', suffix] = /^(for_(?:any|all)_value:)?(.*?)(_if_exist)?$/s.exec(name) ?? []
  const base = OPERATORS.get(baseName)
  if (!base || (baseName === 'null_equal' && (set ?? suffix) !== undefined)) return undefined
  return { name, base, isOptional: suffix !== undefined, isForAll: set === 'for_all_value:' }
}

/**
 * Makes a condition that can be asked.
 *
 * @returns The index of the first value that the operator cannot compare, if there is one.
 */
export function compileCondition(
  operator: ConditionOperator,
  keyName: string,
  values: readonly string[],
): CompiledCondition | number {
  const key = toConditionKey(keyName)
  const matchers: Matcher[] = []
  for (const [index, value] of values.entries()) {
    const matcher = operator.base.compile(key.isParam ? toEncodedForm(value) : value)
    if (!matcher) return index
    matchers.push(matcher)
  }
  const read = key.isParam ? encodedReader(key) : key.read
  const condition = { operator: operator.name, key: keyName, values, read }
  if (operator.name === 'null_equal') {
    const wanted = values.includes('true')
    return { ...condition, holds: (request) => (read(request) === undefined) === wanted }
  }
  return { ...condition, holds: (request) => compare(operator, matchers, read(request)) }
}

/** Whether the values of a request pass. An absent key passes an `_if_exist` operator and no other, negated or not. */
function compare(
  { base, isOptional, isForAll }: ConditionOperator,
  matchers: readonly Matcher[],
  actual: readonly string[] | undefined,
): boolean {
  if (actual === undefined) return isOptional
  const matchesOne = (value: string): boolean => matchers.some((matches) => matches(value))
  if (base.isNegated) return !actual.some(matchesOne)
  return isForAll ? actual.every(matchesOne) : actual.some(matchesOne)
}

function encodedReader({ read }: ConditionKey): ConditionKey['read'] {
  return (request) => read(request)?.map(encode)
}

/** A parameter's value as a policy writes it (documentation 436/71306): `doc%2F` for `doc/`. */
export function encode(text: string): string {
  return encodeReserved(encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))).replaceAll('*', '%2A')
}

/** A value of the policy as {@link encode} would have written it; its star is a wildcard and stays. */
function toEncodedForm(value: string): string {
  return encodeReserved(value.replace(/%[\da-f]{2}/gi, (hex) => hex.toUpperCase()))
}

/** Encodes what COS encodes and encodeURIComponent does not. */
function encodeReserved(text: string): string {
  return text.replace(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
