import { isWellFormed } from './utf8.ts'

/** One condition of a POST policy: a field's value, what a field begins with, or the size of the file in bytes, inclusive. */
export type PostCondition =
  | Readonly<Record<string, string>>
  | readonly [match: 'eq' | 'starts-with', field: `$${string}`, value: string]
  | readonly ['content-length-range', min: number, max: number]

/** A condition on a form's field, read. */
export interface FieldCondition {
  readonly match: 'eq' | 'starts-with'
  /** As written, without the `$`. */
  readonly field: string
  readonly value: string
}

/** A policy, read. */
export interface ReadPolicy {
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number
  readonly fields: readonly FieldCondition[]
  /** The size of the file in bytes, inclusive: what all ranges allow. */
  readonly minSizeBytes: number
  readonly maxSizeBytes: number
}

/**
 * Reads the text of a policy (documentation 436/14690): an object with `expiration` and `conditions`.
 *
 * @returns The policy, or a sentence that says what is wrong with it. Never throws.
 */
export function readPostPolicy(text: string): ReadPolicy | string {
  const policy = parseJson(text)
  if (!isRecord(policy)) return 'The policy is no JSON object'
  const { expiration, conditions } = policy
  const expiresAtMs =
    typeof expiration === 'string' && ISO_8601.test(expiration) ? Date.parse(expiration) : Number.NaN
  if (Number.isNaN(expiresAtMs)) return 'The policy has no "expiration" like 2030-01-31T12:00:00.000Z'
  if (!Array.isArray(conditions) || conditions.length === 0) return 'The policy has no "conditions"'
  const read = conditions.map(readCondition)
  const wrong = read.find((condition) => typeof condition === 'string')
  if (wrong !== undefined) return wrong
  const ranges = read.filter(isRange)
  return {
    expiresAtMs,
    fields: read.filter(isField),
    minSizeBytes: Math.max(0, ...ranges.map(([min]) => min)),
    maxSizeBytes: Math.min(Number.POSITIVE_INFINITY, ...ranges.map(([, max]) => max)),
  }
}

type Range = readonly [min: number, max: number]

/** Reads one condition, or says what is wrong with it. */
export function readCondition(condition: unknown): FieldCondition | Range | string {
  if (Array.isArray(condition)) return readList(condition)
  const [entry, ...more] = isRecord(condition) ? Object.entries(condition) : []
  if (entry === undefined || more.length > 0 || !isText(entry[1])) return MALFORMED
  return { match: 'eq', field: entry[0], value: entry[1] }
}

const MALFORMED =
  'A condition must be {"field": "value"}, ["eq" or "starts-with", "$field", "value"] or ["content-length-range", min, max]'

const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

function readList([match, first, second, ...more]: readonly unknown[]): FieldCondition | Range | string {
  if (more.length > 0) return MALFORMED
  if (match === 'content-length-range') {
    return isSize(first) && isSize(second) && first <= second ? [first, second] : MALFORMED
  }
  if ((match !== 'eq' && match !== 'starts-with') || !isText(first) || !isText(second)) return MALFORMED
  return /^\$./s.test(first) ? { match, field: first.slice(1), value: second } : MALFORMED
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && isWellFormed(value)
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isRange(condition: FieldCondition | Range | string): condition is Range {
  return Array.isArray(condition)
}

function isField(condition: FieldCondition | Range | string): condition is FieldCondition {
  return typeof condition === 'object' && !Array.isArray(condition)
}
