import { type AskedRequest, matches, toAskedRequest } from './asked-request.ts'
import { distanceOf, type Mismatch, mismatchesOf } from './mismatch.ts'
import { parsePolicy } from './parse-policy.ts'
import { CompiledPolicy, type CompiledStatement, type Effect, type Policy } from './policy.ts'
import type { PolicyRequest } from './policy-request.ts'

/** A statement, by its place. */
export interface StatementReference {
  /** The layer it belongs to, as `explainPolicies` was told; `policy` for a policy alone. */
  readonly layer: string
  /** Its policy's place in the layer, from 0. */
  readonly policy: number
  /** Its place in that policy, from 0. */
  readonly statement: number
  readonly sid?: string | undefined
  readonly effect: Effect
}

/** The request is allowed. */
export interface PolicyAllowance {
  readonly isAllowed: true
  /** The statements that allow it, one of each layer. */
  readonly statements: readonly StatementReference[]
  /** One sentence for a person. */
  readonly message: string
}

/** The request is denied. */
export interface PolicyDenial {
  readonly isAllowed: false
  /** `explicit-deny`: a statement forbids it, whatever others allow. `not-allowed`: in a layer no statement allows it. */
  readonly code: 'explicit-deny' | 'not-allowed'
  /** The layer that decided. */
  readonly layer: string
  /** The statement that forbids it, or of those that allow something the one that lacks least; absent if none allows anything. */
  readonly statement?: StatementReference | undefined
  /** For `not-allowed`: what keeps that statement from allowing the request. */
  readonly lacks: readonly Mismatch[]
  /** One or more sentences for a person. */
  readonly message: string
}

/** What a policy says to a request, and why. */
export type PolicyDecision = PolicyAllowance | PolicyDenial

/** A policy read before, or one to be read: a document or its JSON text. */
export type PolicySource = Policy | object | string

/**
 * Whether a policy allows a request, and why: which statement decided, or what was missing for one to.
 *
 * A statement that denies wins over all that allow; what no statement allows is denied. A policy that is asked often should be
 * read once with `parsePolicy`.
 *
 * @throws {StsError} `ERR_POLICY_INVALID`: the document is no policy.
 * @throws {TypeError} The request has no action, or its resource is not `{ region, bucket, key }`.
 * @see https://cloud.tencent.com/document/product/436/18023
 * @example
 * const { isAllowed, message } = explainPolicy(policy, {
 *   action: 'PutObject',
 *   resource: { region: 'ap-guangzhou', bucket: 'examplebucket-1250000000', key: 'users/42/photo.jpg' },
 *   headers: { 'content-type': 'image/jpeg' },
 * })
 */
export function explainPolicy(policy: PolicySource, request: PolicyRequest): PolicyDecision {
  return explainPolicies({ policy }, request)
}

/**
 * As {@link explainPolicy}, for rights that come from several policies: every layer must allow the request, by any of its policies,
 * and a statement that denies wins wherever it stands. A temporary key has two: its own policy, and the rights of whoever issued it.
 *
 * @param layers - By name, such as `{ session, issuer: [userPolicy, bucketPolicy] }`. The names are for the answer.
 * @throws {StsError} `ERR_POLICY_INVALID`: a document is no policy.
 * @throws {TypeError} The request has no action, or its resource is not `{ region, bucket, key }`.
 * @see https://cloud.tencent.com/document/product/598/33416
 */
export function explainPolicies(
  layers: Readonly<Record<string, PolicySource | readonly PolicySource[]>>,
  request: PolicyRequest,
): PolicyDecision {
  const asked = toAskedRequest(request)
  const read = Object.entries(layers).map(([name, sources]) => toLayer(name, sources))
  for (const layer of read) {
    const denying = find(layer, 'deny', asked)
    if (denying) return explicitDeny(denying)
  }
  const allowing: StatementReference[] = []
  for (const layer of read) {
    const found = find(layer, 'allow', asked)
    if (!found) return notAllowed(layer, asked)
    allowing.push(found)
  }
  return {
    isAllowed: true,
    statements: allowing,
    message: `Allowed by ${allowing.map(describeStatement).join(' and ')}.`,
  }
}

/** Policies of which one must allow a request. */
interface Layer {
  readonly name: string
  readonly policies: readonly CompiledPolicy[]
}

function toLayer(name: string, sources: PolicySource | readonly PolicySource[]): Layer {
  const policies = Array.isArray(sources) ? sources : [sources]
  return { name, policies: policies.map(toCompiledPolicy) }
}

/** A policy that can be asked, read if it was not yet. */
export function toCompiledPolicy(source: PolicySource): CompiledPolicy {
  return source instanceof CompiledPolicy ? source : (parsePolicy(source) as CompiledPolicy)
}

/** The first statement of that effect that is about the request. */
function find(layer: Layer, effect: Effect, asked: AskedRequest): StatementReference | undefined {
  for (const [index, { statements }] of layer.policies.entries()) {
    for (const statement of statements) {
      if (statement.effect === effect && matches(statement, asked))
        return toReference(layer, index, statement)
    }
  }
  return undefined
}

function toReference(
  layer: Layer,
  policy: number,
  { index, sid, effect }: CompiledStatement,
): StatementReference {
  return { layer: layer.name, policy, statement: index, ...(sid === undefined ? {} : { sid }), effect }
}

function explicitDeny(statement: StatementReference): PolicyDenial {
  return {
    isAllowed: false,
    code: 'explicit-deny',
    layer: statement.layer,
    statement,
    lacks: [],
    message: `Denied by ${describeStatement(statement)}, whatever others allow.`,
  }
}

function notAllowed(layer: Layer, asked: AskedRequest): PolicyDenial {
  let least = Number.POSITIVE_INFINITY
  let statement: StatementReference | undefined
  let lacks: readonly Mismatch[] = []
  for (const [index, { statements }] of layer.policies.entries()) {
    for (const candidate of statements) {
      const distance = candidate.effect === 'allow' ? distanceOf(candidate, asked) : least
      if (distance >= least) continue
      least = distance
      statement = toReference(layer, index, candidate)
      lacks = mismatchesOf(candidate, asked)
    }
  }
  const denial = { isAllowed: false, code: 'not-allowed', layer: layer.name, lacks } as const
  if (!statement) return { ...denial, message: `Nothing in "${layer.name}" allows anything.` }
  const reasons = lacks.map(({ message }) => message).join('; ')
  return {
    ...denial,
    statement,
    message: `No statement of "${layer.name}" allows this. The nearest is ${describeStatement(statement)}: ${reasons}.`,
  }
}

function describeStatement({ layer, policy, statement, sid }: StatementReference): string {
  const place = policy === 0 ? `"${layer}"` : `"${layer}" (policy ${policy})`
  return `statement[${statement}]${sid === undefined ? '' : ` (${sid})`} of ${place}`
}
