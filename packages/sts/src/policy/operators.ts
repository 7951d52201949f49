import { type Matcher, toGlob } from './glob.ts'
import { toIpMatcher } from './ip-range.ts'

/** One family of conditions: how a value of the policy is compared with a value of the request. */
export interface Operator {
  /** Whether the condition holds when no value matches, instead of when one does. */
  readonly isNegated: boolean
  /** What a value of the policy must be, for an error. */
  readonly expects: string
  /** The comparison with one value of the policy; `undefined` when that is not what the operator compares. */
  readonly compile: (value: string) => Matcher | undefined
}

type Compile = Operator['compile']

const equal: Compile = (value) => (actual) => actual === value
const equalIgnoringCase: Compile = (value) => {
  const lower = value.toLowerCase()
  return (actual) => actual.toLowerCase() === lower
}

/** Compares what both texts stand for; a text of the request that stands for nothing never matches. */
function compareBy(parse: (text: string) => number | undefined) {
  return (holds: (actual: number, value: number) => boolean): Compile =>
    (text) => {
      const value = parse(text)
      if (value === undefined) return undefined
      return (actualText) => {
        const actual = parse(actualText)
        return actual !== undefined && holds(actual, value)
      }
    }
}

const numeric = compareBy((text) => (/^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined))
const date = compareBy(parseDate)

const DATE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/i

/** A moment in milliseconds: ISO 8601, in UTC where it says no zone, or Unix seconds. */
function parseDate(text: string): number | undefined {
  if (/^\d{1,11}$/.test(text)) return Number(text) * 1000
  const match = DATE.exec(text)
  if (!match) return undefined
  const [, day, time = '00:00', zone = 'Z'] = match
  const moment = Date.parse(`${day}T${time}${zone.toUpperCase()}`)
  return Number.isNaN(moment) ? undefined : moment
}

const bool: Compile = (value) => (/^(?:true|false)$/.test(value) ? (actual) => actual === value : undefined)

function operators(
  expects: string,
  table: Readonly<Record<string, Compile>>,
): (readonly [name: string, operator: Operator])[] {
  return Object.entries(table).map(([name, compile]) => [
    name,
    { expects, compile, isNegated: name.includes('_not_') },
  ])
}

/** The operators of conditions (documentation 436/46205 and 598/10608) without their `_if_exist`; `null_equal` asks for a key's absence. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ...operators('a text', {
    string_equal: equal,
    string_not_equal: equal,
    string_equal_ignore_case: equalIgnoringCase,
    string_not_equal_ignore_case: equalIgnoringCase,
    string_like: toGlob,
    // [guess]: not in the list, but every other operator has its opposite.
    string_not_like: toGlob,
    binary_equal: equal,
  }),
  ...operators('a number', {
    numeric_equal: numeric((actual, value) => actual === value),
    numeric_not_equal: numeric((actual, value) => actual === value),
    numeric_greater_than: numeric((actual, value) => actual > value),
    numeric_greater_than_equal: numeric((actual, value) => actual >= value),
    numeric_less_than: numeric((actual, value) => actual < value),
    numeric_less_than_equal: numeric((actual, value) => actual <= value),
  }),
  ...operators('a time like 2026-01-31T12:00:00Z', {
    date_equal: date((actual, value) => actual === value),
    date_not_equal: date((actual, value) => actual === value),
    date_greater_than: date((actual, value) => actual > value),
    date_greater_than_equal: date((actual, value) => actual >= value),
    date_less_than: date((actual, value) => actual < value),
    date_less_than_equal: date((actual, value) => actual <= value),
  }),
  ...operators('an address like 10.0.0.1 or a range like 10.0.0.0/24', {
    ip_equal: toIpMatcher,
    ip_not_equal: toIpMatcher,
  }),
  ...operators('true or false', { bool_equal: bool, null_equal: bool }),
])
