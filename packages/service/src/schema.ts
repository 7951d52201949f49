import { z } from 'zod'
import { ServiceError, type ServiceErrorCode } from './errors.ts'

/**
 * Reads unknown input by a schema.
 *
 * @param what - What it is called in the message.
 * @throws {ServiceError} With the code; the message names each place, what is expected there and the kind of what came, and no value.
 */
export function readBySchema<T>(
  schema: z.ZodType<T>,
  input: unknown,
  code: ServiceErrorCode,
  what: string,
): T {
  const { success, data, error } = schema.safeParse(input)
  if (success) return data
  const faults = error.issues.slice(0, MAX_FAULTS).map((issue) => faultOf(issue, input))
  throw new ServiceError(code, `${what} is invalid: ${faults.join('; ')}`)
}

type Issue = z.core.$ZodIssue

const MAX_FAULTS = 5

function faultOf(issue: Issue, input: unknown): string {
  const inner = issue.code === 'invalid_union' ? innerOf(issue) : undefined
  if (inner !== undefined) return faultOf(inner, input)
  const place = z.core.toDotPath(issue.path.map((name) => (typeof name === 'string' ? shorten(name) : name)))
  const came = kindOf(issue.path.reduce<unknown>((value, name) => memberOf(value, name), input))
  const sentence = `${sentenceOf(issue)}${came === 'missing' || wantsKind(issue, came) ? `, but is ${came}` : ''}`
  return place === '' ? sentence : `${place}: ${sentence}`
}

/** What is wrong inside the one alternative that was meant, if one was: no other gets as far as to look inside. */
function innerOf({ errors, path }: z.core.$ZodIssueInvalidUnion): Issue | undefined {
  const inner = errors.flat().find((issue) => issue.path.length > 0)
  return inner && { ...inner, path: [...path, ...inner.path] }
}

/** Zod's own messages are for developers; those of the schemas begin with "must". */
function sentenceOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${WORDS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`
    case 'invalid_union':
      return alternativesOf(issue)
    case 'unrecognized_keys':
      return `unknown: ${issue.keys.slice(0, MAX_FAULTS).map(quote).join(', ')}`
    case 'invalid_key':
      return `its name is not one: ${issue.issues.map(sentenceOf).join(', ')}`
    case 'too_small':
      return issue.minimum === 1 && issue.origin in COUNTED
        ? 'must not be empty'
        : `must ${amountOf(issue.origin, issue.minimum)} or more`
    case 'too_big':
      return `must ${amountOf(issue.origin, issue.maximum)} or ${issue.origin in COUNTED ? 'fewer' : 'less'}`
    default:
      return issue.message
  }
}

/** Types as Zod names them. */
const WORDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const COUNTED: Readonly<Record<string, string>> = { string: 'characters', array: 'items' }

function amountOf(origin: string, amount: number | bigint): string {
  return origin in COUNTED ? `have ${amount} ${COUNTED[origin]}` : `be ${amount}`
}

function alternativesOf({ errors }: z.core.$ZodIssueInvalidUnion): string {
  const sentences = errors.flatMap(([first]) => (first === undefined ? [] : [sentenceOf(first)]))
  return `must be ${sentences.map((sentence) => sentence.replace(/^must be /, '')).join(', or ')}`
}

/** Whether the kind of what came says what is wrong. */
function wantsKind(issue: Issue, came: string): boolean {
  if (issue.code === 'invalid_union') return true
  return issue.code === 'invalid_type' && !(issue.expected === 'int' && came === 'a number')
}

/** What kind of thing a value is: never the value itself, which may be a secret. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null || Number.isNaN(value)) return String(value)
  if (typeof value === 'boolean') return 'a boolean'
  return Array.isArray(value) ? 'a list' : (WORDS[typeof value] ?? `a ${typeof value}`)
}

function memberOf(value: unknown, name: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<PropertyKey, unknown>>)[name]
    : undefined
}

function quote(name: string): string {
  return JSON.stringify(shorten(name))
}

const MAX_NAME = 80

/** Names are of the client's choice, and may be as long as its body. */
function shorten(name: string): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name
}
