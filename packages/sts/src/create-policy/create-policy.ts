import { assertConstraints, type Enforcement, enforcementOf, type UploadConstraints } from 'cos-presign'
import { assertObject, assertOneOf, assertPattern, wrongType, wrongValue } from '../assert.ts'
import { conditionsOf, hasSize, openWith } from './constraint-conditions.ts'
import { grantedKeys, type PolicyWarning } from './grant-resource.ts'
import { mergeRights, type Right } from './merge-statements.ts'
import { ACTIONS, OPERATIONS, type PolicyOperation, WRITING } from './operations.ts'
import type { PolicyDocument } from './policy-document.ts'

/** What a key may do to which objects. One of `key`, `keyPrefix` and `wholeBucket` is needed; the first two may stand in `constraints`. */
export interface PolicyGrant {
  readonly operations: readonly PolicyOperation[]
  /** One object: best for a single upload. */
  readonly key?: string | undefined
  /** The objects whose keys begin so, such as `users/42/`. */
  readonly keyPrefix?: string | undefined
  /** Every object of the bucket, which must be said. */
  readonly wholeBucket?: boolean | undefined
  /** What may be uploaded; see `UploadConstraints` of `cos-presign`. `clientIps` holds for every operation. */
  readonly constraints?: UploadConstraints | undefined
}

/** What a policy is to allow. */
export interface CreatePolicyParams {
  /** `BucketName-APPID`. */
  readonly bucket: string
  /** Such as `ap-guangzhou`. */
  readonly region: string
  readonly grants: readonly PolicyGrant[]
}

/** A policy, and what its writer should know of it. */
export interface CreatedPolicy {
  /** For `getFederationToken` and `assumeRole`. */
  readonly policy: PolicyDocument
  /** The same as compact JSON: its length is limited. */
  readonly text: string
  /** For each grant, which of its constraints COS enforces for this key, and which it cannot. */
  readonly grants: readonly Enforcement[]
  readonly warnings: readonly PolicyWarning[]
}

// Not documented; users report refusals from about here on.
const LONG_CHARACTERS = 1000

/**
 * Writes the policy of a temporary key from what it is to be good for, and allows nothing more: actions come from a closed list, every resource is
 * one key or one prefix of one bucket, each statement has the conditions of its own actions.
 *
 * Not each constraint can be a condition; `grants` says which are not enforced and why, so that nobody believes in them.
 *
 * @throws {TypeError|RangeError} Something is missing or not as it must be: an empty prefix, `..` in a key, an unknown operation.
 * @see https://cloud.tencent.com/document/product/436/31923
 * @example
 * const { policy, warnings } = createPolicy({
 *   bucket: 'examplebucket-1250000000',
 *   region: 'ap-guangzhou',
 *   grants: [{ operations: ['upload'], keyPrefix: 'users/42/', constraints: { contentType: 'image/*', maxSizeBytes: 5_000_000 } }],
 * })
 */
export function createPolicy(params: CreatePolicyParams): CreatedPolicy {
  assertObject(params, 'params', 'an object with "bucket", "region" and "grants"')
  const { bucket, region, grants } = params
  assertPattern(
    bucket,
    'bucket',
    /^[a-z\d](?:[a-z\d-]*[a-z\d])?-\d+$/,
    'BucketName-APPID, like example-1250000000',
  )
  assertPattern(region, 'region', /^[a-z\d-]+$/, 'a region like ap-guangzhou')
  if (!Array.isArray(grants)) throw wrongType('grants', 'a list of grants', grants)
  if (grants.length === 0) throw wrongValue('grants', 'must hold a grant; a key for nothing is of no use')
  const appId = bucket.slice(bucket.lastIndexOf('-') + 1)
  const base = `qcs::cos:${region}:uid/${appId}:${bucket}/`
  const compiled = grants.map((grant: PolicyGrant, index) => compileGrant(grant, `grants[${index}]`, base))
  const policy: PolicyDocument = {
    version: '2.0',
    statement: mergeRights(compiled.flatMap(({ rights }) => rights)),
  }
  const text = JSON.stringify(policy)
  return {
    policy,
    text,
    grants: compiled.map(({ enforcement }) => enforcement),
    warnings: [
      ...compiled.flatMap(({ warnings }, grant) => warnings.map((warning) => ({ ...warning, grant }))),
      ...(text.length > LONG_CHARACTERS ? [tooLong(text.length)] : []),
    ],
  }
}

interface CompiledGrant {
  readonly rights: readonly Right[]
  readonly enforcement: Enforcement
  readonly warnings: readonly Omit<PolicyWarning, 'grant'>[]
}

function compileGrant(grant: PolicyGrant, name: string, base: string): CompiledGrant {
  assertGrant(grant, name)
  const { operations, constraints = {} } = grant
  const { pattern, isPrefix, warnings } = grantedKeys(grant, name)
  if (operations.includes('list') && !isPrefix) {
    throw wrongValue(
      `${name}.operations`,
      'can hold "list" only with "keyPrefix" (or "wholeBucket"): one key is no list',
    )
  }
  // The length of a form is not that of the file in it.
  const leavesOutPost = operations.includes('upload') && hasSize(constraints)
  const actions = new Set(operations.flatMap((operation) => ACTIONS[operation]))
  if (leavesOutPost) actions.delete('PostObject')
  return {
    rights: [...actions].map((action) => ({
      action,
      resource: `${base}${pattern}`,
      conditions: conditionsOf(action, constraints),
    })),
    enforcement: enforcementOf(constraints, openWith(actions)),
    warnings: [...warnings, ...(leavesOutPost ? [POST_LEFT_OUT] : [])],
  }
}

const KNOWN = ['operations', 'key', 'keyPrefix', 'wholeBucket', 'constraints']
const FOR_ALL = ['key', 'keyPrefix', 'clientIps']

function assertGrant(grant: PolicyGrant, name: string): void {
  assertObject(grant, name, 'an object with "operations"')
  const unknown = Object.keys(grant).find((key) => !KNOWN.includes(key))
  if (unknown !== undefined)
    throw new TypeError(`"${name}" has no member "${unknown}"; it knows ${KNOWN.join(', ')}`)
  const { operations, constraints } = grant
  if (!Array.isArray(operations))
    throw wrongType(`${name}.operations`, `a list of ${OPERATIONS.join(', ')}`, operations)
  if (operations.length === 0)
    throw wrongValue(`${name}.operations`, `must hold one of ${OPERATIONS.join(', ')}`)
  for (const [at, operation] of operations.entries())
    assertOneOf(operation, `${name}.operations[${at}]`, OPERATIONS)
  if (constraints === undefined) return
  assertConstraints(constraints, `${name}.constraints`)
  const [idle] = Object.entries(constraints)
    .filter(([constraint, value]) => value !== undefined && value !== false && !FOR_ALL.includes(constraint))
    .map(([constraint]) => constraint)
  if (idle !== undefined && !operations.some((operation) => WRITING.has(operation))) {
    throw wrongValue(
      `${name}.constraints`,
      `holds "${idle}", which means nothing without an operation that uploads`,
    )
  }
}

const POST_LEFT_OUT = {
  code: 'post-left-out',
  message:
    'POST Object is not allowed: the length of a form is not that of its file. Limit the size in the form’s own policy.',
} as const

function tooLong(characters: number): PolicyWarning {
  return {
    code: 'long',
    message: `The policy has ${characters} characters; STS is reported to refuse policies from about ${LONG_CHARACTERS}. Name prefixes instead of keys, or issue several keys.`,
  }
}
