import { toGlob } from './glob.ts'
import type { PolicyResource } from './policy-request.ts'

/** The segments of `qcs:<project>:<service>:<region>:<account>:<resource>` that decide. */
interface Segments {
  readonly service: string
  readonly region: string
  readonly account: string
  readonly resource: string
}

/** A resource of a request, in both forms that policies have for it. */
export interface ResourceNames extends Segments {
  /** The last segment as `prefix//<APPID>/<bucket without APPID>/<key>`; the same as `resource` where there is no such form. */
  readonly oldForm: string
}

/** Whether a pattern of a policy covers a resource; none at all is covered by `*` alone. */
export type ResourceMatcher = (resource: ResourceNames | undefined) => boolean

/** Splits the six segments; `undefined` when there are fewer or it does not begin with `qcs:`. */
function parseSegments(text: string): Segments | undefined {
  const match = /^qcs:[^:]*:([^:]*):([^:]*):([^:]*):(.+)$/s.exec(text)
  if (!match) return undefined
  const [, service, region, account, resource] = match as unknown as [string, string, string, string, string]
  return { service, region, account, resource }
}

/**
 * A resource of a statement (documentation 436/30580). An empty region or account is any; `*` matches across `/`. The last segment
 * may have the form `<bucket-APPID>/<key>` or the older `prefix//<APPID>/<bucket>/<key>`.
 *
 * @returns `undefined` when the text is no resource.
 */
export function compileResource(pattern: string): ResourceMatcher | undefined {
  if (pattern === '*') return () => true
  const segments = parseSegments(pattern)
  if (!segments) return undefined
  const service = toGlob(segments.service)
  const region = toGlob(segments.region || '*')
  const account = toGlob(segments.account || '*')
  const resource = toGlob(segments.resource)
  const isOldForm = segments.resource.startsWith('prefix//')
  return function coversResource(asked) {
    return (
      asked !== undefined &&
      resource(isOldForm ? asked.oldForm : asked.resource) &&
      region(asked.region) &&
      account(asked.account) &&
      service(asked.service)
    )
  }
}

/** A request's resource, by its names in policies. */
export function toResourceNames({ region, bucket, key }: PolicyResource): ResourceNames {
  const dash = bucket.lastIndexOf('-')
  const appId = bucket.slice(dash + 1)
  return {
    service: 'cos',
    region,
    account: `uid/${appId}`,
    resource: `${bucket}/${key}`,
    oldForm: `prefix//${appId}/${bucket.slice(0, Math.max(dash, 0))}/${key}`,
  }
}

/** The six segments as one text. */
export function formatResource({ service, region, account, resource }: Segments): string {
  return `qcs::${service}:${region}:${account}:${resource}`
}
