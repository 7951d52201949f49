import { type CorsMatch, matchCors } from 'cos-presign'
import type { CorsConfiguration, CorsRule } from './bucket-settings.ts'
import type { HeaderMap, Reply } from './message.ts'
import { Refusal } from './refusal.ts'

/** What a rule may allow, in the order in which COS names them. */
export const CORS_METHODS: readonly string[] = ['PUT', 'GET', 'POST', 'DELETE', 'HEAD']

const VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method'

/**
 * Answers a preflight (documentation 436/8288).
 *
 * @throws {Refusal} `AccessForbidden` when no rule allows origin, method and all headers, or there are no rules.
 */
export function answerPreflight(headers: HeaderMap, cors: CorsConfiguration | undefined): Reply {
  const origin = headers.get('origin') ?? ''
  const method = headers.get('access-control-request-method') ?? ''
  const requested = splitList(headers.get('access-control-request-headers'))
  const match = matchCors(cors?.rules ?? [], { origin, method, headers: requested })
  if (cors === undefined || match === undefined) throw new Refusal('AccessForbidden', { headers: vary(cors) })
  const { rule } = match
  const allowedHeaders = rule.allowedHeaders.includes('*')
    ? requested
    : rule.allowedHeaders.map((name) => name.toLowerCase())
  return {
    status: 200,
    headers: {
      ...toOriginHeaders(match, origin),
      'Access-Control-Allow-Methods': CORS_METHODS.filter((name) =>
        rule.allowedMethods.includes(name),
      ).join(),
      ...(allowedHeaders.length > 0 ? { 'Access-Control-Allow-Headers': allowedHeaders.join() } : {}),
      ...(rule.maxAgeSeconds === undefined ? {} : { 'Access-Control-Max-Age': String(rule.maxAgeSeconds) }),
      ...vary(cors),
    },
  }
}

/** What the answer to a page's actual request has in addition, whether it is refused or not; nothing where no rule fits. */
export function toCorsHeaders(
  method: string,
  origin: string | undefined,
  cors: CorsConfiguration | undefined,
): Record<string, string> {
  const match = origin === undefined ? undefined : matchCors(cors?.rules ?? [], { origin, method })
  return { ...(match === undefined ? {} : toOriginHeaders(match, origin ?? '')), ...vary(cors) }
}

/** A rule for everybody names nobody and lets no cookies through; any other one names the origin. */
function toOriginHeaders(
  { rule, allowedOrigin }: CorsMatch<CorsRule>,
  origin: string,
): Record<string, string> {
  return {
    ...(allowedOrigin === '*'
      ? { 'Access-Control-Allow-Origin': '*' }
      : { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' }),
    ...(rule.exposeHeaders.length > 0 ? { 'Access-Control-Expose-Headers': rule.exposeHeaders.join() } : {}),
  }
}

/** Also without an Origin: what a cache may keep depends on it. */
function vary(cors: CorsConfiguration | undefined): Record<string, string> {
  return cors?.responseVary ? { Vary: VARY } : {}
}

function splitList(list = ''): string[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
