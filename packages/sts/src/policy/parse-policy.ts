import { StsError } from '../errors.ts'
import { compileActions } from './action.ts'
import { type CompiledCondition, compileCondition, parseOperator } from './condition.ts'
import { OPERATORS } from './operators.ts'
import { CompiledPolicy, type CompiledStatement, type Effect, type Policy } from './policy.ts'
import { compilePrincipals } from './principal.ts'
import { compileResource, type ResourceMatcher } from './resource.ts'

/** What a policy is for, which decides what it may say. */
export type PolicyKind = 'session' | 'bucket'

/** How a policy is read. */
export interface ParsePolicyOptions {
  /**
   * `session`: the policy of a temporary key, which must not name a principal and is written in lower case. `bucket`: a bucket's,
   * whose statements must name one. Without it both pass.
   */
  readonly kind?: PolicyKind | undefined
}

/**
 * Reads a policy of version 2.0 and checks all of it.
 *
 * Nothing is left for later: a policy that was read answers every request without an error. Spelling of element names with an
 * initial capital (`Statement`), which bucket policies may have, is understood.
 *
 * @param document - JSON text, or what such a text holds.
 * @throws {StsError} `ERR_POLICY_INVALID`: it is no policy; `path` and message name the place.
 * @see https://cloud.tencent.com/document/product/598/10603
 */
export function parsePolicy(document: unknown, options: ParsePolicyOptions = {}): Policy {
  return compile(typeof document === 'string' ? parseJson(document) : document, options)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new StsError('ERR_POLICY_INVALID', `The policy is not JSON: ${(error as Error).message}`, {
      cause: error,
      path: '',
    })
  }
}

const IN_DOCUMENT = ['version', 'statement', 'id', 'principal']
const IN_STATEMENT = ['sid', 'effect', 'principal', 'action', 'resource', 'condition']

function compile(document: unknown, { kind }: ParsePolicyOptions): Policy {
  const elements = elementsOf(document, '', IN_DOCUMENT, kind)
  const { version, statement } = elements
  if (version !== '2.0') throw fault('version', 'must be "2.0"', version)
  if (!Array.isArray(statement) || statement.length === 0) {
    throw fault('statement', 'must be a list of one or more statements', statement)
  }
  // An old form says once for all statements whom the policy is for.
  const everywhere = elements.principal
  if (everywhere !== undefined && kind === 'session') throw principalInSession('principal')
  return new CompiledPolicy(
    statement.map((one, index) =>
      compileStatement(one, index, kind, parsePrincipal(everywhere, 'principal')),
    ),
  )
}

function compileStatement(
  value: unknown,
  index: number,
  kind: PolicyKind | undefined,
  inherited: readonly string[] | undefined,
): CompiledStatement {
  const at = `statement[${index}]`
  const { sid, effect, principal, action, resource, condition } = elementsOf(value, at, IN_STATEMENT, kind)
  if (sid !== undefined && typeof sid !== 'string') throw fault(`${at}.sid`, 'must be a text', sid)
  if (principal !== undefined && kind === 'session') throw principalInSession(`${at}.principal`)
  const principals = parsePrincipal(principal, `${at}.principal`) ?? inherited
  if (principals === undefined && kind === 'bucket') {
    throw fault(`${at}.principal`, 'must say whom the statement is for', principal)
  }
  const actions = textsOf(action, `${at}.action`)
  const resources = textsOf(resource, `${at}.resource`)
  return {
    index,
    sid,
    effect: parseEffect(effect, `${at}.effect`),
    principals,
    actions,
    resources,
    conditions: condition === undefined ? [] : parseConditions(condition, `${at}.condition`),
    isFor: compilePrincipals(principals),
    hasAction: compileActions(actions),
    covers: compileResources(resources, resource, `${at}.resource`),
  }
}

function parseEffect(value: unknown, path: string): Effect {
  const effect = typeof value === 'string' ? value.toLowerCase() : value
  if (effect !== 'allow' && effect !== 'deny') throw fault(path, 'must be "allow" or "deny"', value)
  return effect
}

/** `*`, a text, a list, or `{ "qcs": … }` with one of these. */
function parsePrincipal(value: unknown, path: string): string[] | undefined {
  if (value === undefined) return undefined
  if (!isRecord(value)) return textsOf(value, path)
  for (const name of Object.keys(value)) {
    if (name !== 'qcs')
      throw fault(join(path, name), 'is not known; a principal is { "qcs": […] }', value[name])
  }
  return textsOf(value.qcs, `${path}.qcs`)
}

function compileResources(resources: readonly string[], value: unknown, path: string): ResourceMatcher {
  const matchers = resources.map((resource, index) => {
    const matcher = compileResource(resource)
    if (matcher) return matcher
    throw fault(
      Array.isArray(value) ? `${path}[${index}]` : path,
      'must be "*" or have six segments, like qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-1250000000/folder/*',
      resource,
    )
  })
  return (asked) => matchers.some((covers) => covers(asked))
}

function parseConditions(value: unknown, path: string): CompiledCondition[] {
  const conditions: CompiledCondition[] = []
  for (const [name, keys] of entriesOf(
    value,
    path,
    'operators, like { "ip_equal": { "qcs:ip": "10.0.0.0/8" } }',
  )) {
    const operator = parseOperator(name)
    if (!operator) {
      const known = [...OPERATORS.keys()].join(', ')
      throw fault(join(path, name), `is no operator; known are ${known}, most with _if_exist`, keys)
    }
    for (const [key, given] of entriesOf(keys, join(path, name), 'condition keys with their values')) {
      const at = join(join(path, name), key)
      const values = (Array.isArray(given) ? given : [given]).map((one, index) =>
        textOf(one, Array.isArray(given) ? `${at}[${index}]` : at),
      )
      if (values.length === 0) throw fault(at, 'must have a value', given)
      const condition = compileCondition(operator, key, values)
      if (typeof condition === 'number') {
        throw fault(
          Array.isArray(given) ? `${at}[${condition}]` : at,
          `must be ${operator.base.expects}`,
          values[condition],
        )
      }
      conditions.push(condition)
    }
  }
  return conditions
}

// ---- the document's own grammar

/** The elements of an object under their lower-case names; an unknown one is a fault, a capital one in a session policy too. */
function elementsOf(
  value: unknown,
  path: string,
  known: readonly string[],
  kind: PolicyKind | undefined,
): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw fault(path, `must be an object with ${known.join(', ')}`, value)
  const elements: Record<string, unknown> = Object.create(null)
  for (const [name, element] of Object.entries(value)) {
    const lower = name.toLowerCase()
    if (!known.includes(lower))
      throw fault(join(path, name), `is not known here; known are ${known.join(', ')}`, element)
    // The documentation asks for lower case in all but bucket policies; that STS refuses the other is [guess].
    if (name !== lower && kind === 'session')
      throw fault(join(path, name), `must be written ${lower}`, element)
    if (lower in elements) throw fault(join(path, name), 'is there twice, in two spellings', element)
    elements[lower] = element
  }
  return elements
}

function textsOf(value: unknown, path: string): string[] {
  const list = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list) || list.length === 0) throw fault(path, 'must be a text or a list of texts', value)
  return list.map((text, index) => {
    if (typeof text === 'string' && text !== '') return text
    throw fault(Array.isArray(value) ? `${path}[${index}]` : path, 'must be a text that is not empty', text)
  })
}

/** A condition's value: JSON numbers and booleans stand for their texts. */
function textOf(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw fault(path, 'must be a text, a number, true or false, or a list of these', value)
}

function entriesOf(value: unknown, path: string, expected: string): [string, unknown][] {
  if (!isRecord(value)) throw fault(path, `must be an object of ${expected}`, value)
  return Object.entries(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function join(path: string, name: string): string {
  if (!/^[\w]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`
  return path === '' ? name : `${path}.${name}`
}

function principalInSession(path: string): StsError {
  return new StsError(
    'ERR_POLICY_INVALID',
    `"${path}" is not allowed in the policy of a temporary key, which is for its holder; leave it out`,
    { path },
  )
}

function fault(path: string, expected: string, value: unknown): StsError {
  const what = path === '' ? 'The policy' : `"${path}"`
  const got = value === undefined ? 'is missing' : `got ${describe(value)}`
  return new StsError(
    'ERR_POLICY_INVALID',
    `${what} ${expected}; ${path !== '' && value === undefined ? 'it ' : ''}${got}`,
    { path },
  )
}

/** A value as an error shows it: a policy holds no secrets, but may be long. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (value === null) return 'null'
  if (typeof value === 'object') return 'an object'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}
