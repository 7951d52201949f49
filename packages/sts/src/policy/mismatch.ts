import type { AskedRequest } from './asked-request.ts'
import { type CompiledCondition, encode } from './condition.ts'
import { isReadable, suggestKey, toConditionKey } from './condition-key.ts'
import type { CompiledStatement } from './policy.ts'
import { formatResource } from './resource.ts'

/** One part of a statement that a request does not meet. */
export interface Mismatch {
  readonly part: 'principal' | 'action' | 'resource' | 'condition'
  /** For a condition: its operator, such as `numeric_less_than_equal`. */
  readonly operator?: string | undefined
  /** For a condition: its key, such as `cos:content-length`. */
  readonly key?: string | undefined
  /** What the statement has. */
  readonly expected: readonly string[]
  /** What the request has, as the policy would have to say it; absent when it has nothing of the kind. */
  readonly actual?: string | undefined
  /** One sentence without its full stop. */
  readonly message: string
}

/** What keeps a statement from matching a request. */
export function mismatchesOf(statement: CompiledStatement, asked: AskedRequest): Mismatch[] {
  return [
    ...principalMismatch(statement, asked),
    ...actionMismatch(statement, asked),
    ...resourceMismatch(statement, asked),
    ...statement.conditions
      .filter(({ holds }) => !holds(asked.request))
      .map((one) => conditionMismatch(one, asked)),
  ]
}

/**
 * How far a statement is from matching: first by what does not match (an action or resource weighs more than conditions, which were
 * meant for requests like this one), then by how little of the resource does.
 */
export function distanceOf(statement: CompiledStatement, asked: AskedRequest): number {
  const action = asked.actions.some(statement.hasAction) ? 0 : 4
  const resource = asked.resources.some(statement.covers) ? 0 : 4
  const principal = statement.isFor(asked.principal) ? 0 : 8
  const failing = statement.conditions.filter(({ holds }) => !holds(asked.request)).length
  const conditions = Math.min(failing, 3)
  return (
    action +
    resource +
    principal +
    conditions +
    (resource === 0 ? 0 : 1 / (1 + commonLength(statement, asked)))
  )
}

/** The longest start that the resource has in common with a pattern of the statement. */
function commonLength({ resources }: CompiledStatement, asked: AskedRequest): number {
  const [own] = asked.resources
  const text = own === undefined ? '' : own.resource
  let longest = 0
  for (const pattern of resources) {
    const start = pattern.slice(pattern.lastIndexOf(':') + 1)
    let length = 0
    while (length < text.length && text[length] === start[length]) length++
    longest = Math.max(longest, length)
  }
  return longest
}

function principalMismatch(
  { isFor, principals = [] }: CompiledStatement,
  { principal }: AskedRequest,
): Mismatch[] {
  if (isFor(principal)) return []
  const who = principal === '' ? 'whoever asks is not named' : `${principal} asks`
  return [
    {
      part: 'principal',
      expected: principals,
      ...(principal === '' ? {} : { actual: principal }),
      message: `its principal is ${listed(principals)}, and ${who}`,
    },
  ]
}

function actionMismatch({ hasAction, actions }: CompiledStatement, asked: AskedRequest): Mismatch[] {
  if (asked.actions.some(hasAction)) return []
  const actual = `name/${asked.actions[0]}`
  return [
    { part: 'action', expected: actions, actual, message: `its action is ${listed(actions)}, not ${actual}` },
  ]
}

function resourceMismatch({ covers, resources }: CompiledStatement, asked: AskedRequest): Mismatch[] {
  if (asked.resources.some(covers)) return []
  const [own] = asked.resources
  const mismatch = { part: 'resource', expected: resources } as const
  if (own === undefined) {
    return [
      {
        ...mismatch,
        message: `its resource is ${listed(resources)}, and this operation is only covered by "*"`,
      },
    ]
  }
  const actual = formatResource(own)
  return [{ ...mismatch, actual, message: `its resource is ${listed(resources)}, not ${actual}` }]
}

function conditionMismatch(
  { operator, key, values, read }: CompiledCondition,
  { request }: AskedRequest,
): Mismatch {
  const found = read(request)
  const actual = found && (isSecret(key) ? '***' : shorten(found.join(', ')))
  const has = actual === undefined ? 'the request has no such value' : `the request has ${actual}`
  return {
    part: 'condition',
    operator,
    key,
    expected: values,
    ...(actual === undefined ? {} : { actual }),
    message: `its condition ${operator} of ${key} is ${listed(values)}, and ${has}${adviceOn(key, values)}`,
  }
}

/** What usually is behind a condition that never holds. */
function adviceOn(key: string, values: readonly string[]): string {
  const meant = suggestKey(key)
  if (meant !== undefined) return ` (there is no key ${key}; ${meant} was meant)`
  if (!isReadable(key)) return ` (${key} is nothing that a request to COS has)`
  const plain = toConditionKey(key).isParam ? values.find((value) => /[^\w.~%*-]/.test(value)) : undefined
  // The star stays: in a pattern it is a wildcard.
  return plain === undefined
    ? ''
    : ` (values of ${key} are written percent-encoded: ${encode(plain).replaceAll('%2A', '*')})`
}

function isSecret(key: string): boolean {
  return /token|signature|authorization|customer-key/i.test(key)
}

function listed(texts: readonly string[]): string {
  const [first = 'nothing', ...more] = texts
  return more.length === 0 ? shorten(first) : `one of ${shorten(texts.join(', '))}`
}

function shorten(text: string): string {
  return text.length > 300 ? `${text.slice(0, 299)}…` : text
}
