import { assertObject, assertText, assertType } from '../assert.ts'
import { spellingsOf, toAction } from './action.ts'
import type { CompiledStatement } from './policy.ts'
import { fieldOf, type PolicyRequest } from './policy-request.ts'
import { type ResourceNames, toResourceNames } from './resource.ts'

/** A request, checked, with the names that its parts have in policies. */
export interface AskedRequest {
  readonly request: PolicyRequest
  /** Empty where the request does not say. */
  readonly principal: string
  /** More than one where policies have several names for the operation; the request's own comes first. */
  readonly actions: readonly string[]
  /** More than one for a listing, which the bucket or the prefix stands for. */
  readonly resources: readonly (ResourceNames | undefined)[]
}

// What is listed lies below the prefix, so the prefix stands in for the key [sdk JS base.js, doc 436/35265]. That the bucket itself
// does as well is [guess].
const LISTINGS: ReadonlySet<string> = new Set([
  'cos:GetBucket',
  'cos:GetBucketObjectVersions',
  'cos:ListMultipartUploads',
  'cos:ListLiveChannels',
])

/** @throws {TypeError} The request has no action, or its resource is not `{ region, bucket, key }`. */
export function toAskedRequest(request: PolicyRequest): AskedRequest {
  assertObject(request, 'request', 'an object with "action" and "resource"')
  assertText(request.action, 'action')
  const action = toAction(request.action)
  return {
    request,
    principal: request.principal ?? '',
    actions: spellingsOf(action),
    resources: resourcesOf(request, action),
  }
}

function resourcesOf({ resource, params }: PolicyRequest, action: string): AskedRequest['resources'] {
  if (resource === undefined) return [undefined]
  assertObject(resource, 'resource', 'an object with "region", "bucket" and "key"')
  for (const name of ['region', 'bucket', 'key'] as const)
    assertType(resource[name], `resource.${name}`, 'string')
  const own = toResourceNames(resource)
  const prefix = LISTINGS.has(action) ? fieldOf(params, 'prefix') : undefined
  return prefix === undefined ? [own] : [toResourceNames({ ...resource, key: prefix }), own]
}

/** Whether a statement is about the request: for whoever asks, the action, the resource and the conditions. */
export function matches(
  statement: CompiledStatement,
  { request, principal, actions, resources }: AskedRequest,
): boolean {
  return (
    actions.some(statement.hasAction) &&
    resources.some(statement.covers) &&
    statement.isFor(principal) &&
    statement.conditions.every((condition) => condition.holds(request))
  )
}
