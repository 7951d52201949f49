import { explainPolicies, type PolicyRequest } from '@cos-presign/sts'
import type { Access } from './authorise.ts'
import { type PolicyTexts, readPolicy } from './known-key.ts'
import type { HeaderMap, WireClient } from './message.ts'
import { Refusal } from './refusal.ts'

/** What of a request its conditions are asked of, whichever objects it touches. */
export interface PolicyFacts {
  readonly region: string
  /** Of the request; of a form upload, its fields. */
  readonly headers: HeaderMap
  readonly params: ReadonlyMap<string, string>
  readonly client: WireClient
  /** Unix seconds. */
  readonly time: number
}

/** Operations on several objects, which ask for each of them. */
const PER_OBJECT: ReadonlySet<string> = new Set(['DeleteMultipleObjects'])

/**
 * Lets a request pass that every policy allows.
 *
 * @throws {Refusal} `AccessDenied`, its `reason` the statement that decided or what was missing.
 */
export function checkPolicies(policies: PolicyTexts, access: Access, facts: PolicyFacts): void {
  if (PER_OBJECT.has(access.action)) return
  const layers = Object.fromEntries(Object.entries(policies).map(([name, text]) => [name, readPolicy(text)]))
  const decision = explainPolicies(layers, toPolicyRequest(access, facts))
  if (!decision.isAllowed) throw new Refusal('AccessDenied', { reason: decision.message })
}

function toPolicyRequest({ action, bucket, key }: Access, facts: PolicyFacts): PolicyRequest {
  const { region, headers, params, client, time } = facts
  return {
    action,
    resource: bucket === '' ? undefined : { region, bucket, key },
    clientIp: client.address,
    isSecure: client.tlsVersion !== undefined,
    tlsVersion: client.tlsVersion,
    time,
    headers,
    params,
    tags: readTags(headers.get('x-cos-tagging')),
  }
}

/** `k=v&k2=v2` as conditions have it: `k&v` each. */
function readTags(header: string | undefined): string[] | undefined {
  if (header === undefined) return undefined
  return [...new URLSearchParams(header)].map(([name, value]) => `${name}&${value}`)
}
