/** A rule of a bucket's CORS configuration. */
export interface CorsRule {
  /** Origins such as `https://example.com`; one `*` in each stands for anything. */
  readonly allowedOrigins: readonly string[]
  /** PUT, GET, POST, DELETE, HEAD. */
  readonly allowedMethods: readonly string[]
  /** Names in any letter case, or `*`. */
  readonly allowedHeaders: readonly string[]
  /** What a page may read of the answer. */
  readonly exposeHeaders: readonly string[]
}

/** A request from a page, as its preflight describes it. */
export interface CorsRequest {
  readonly origin: string
  readonly method: string
  /**
   * The headers that need permission.
   * @default none
   */
  readonly headers?: readonly string[] | undefined
}

/** The rule that counts. */
export interface CorsMatch<Rule extends CorsRule> {
  readonly rule: Rule
  /** Its place in the list, from 0. */
  readonly index: number
  /** The origin of the rule that fits. */
  readonly allowedOrigin: string
}

/** What a rule lacks for a request. */
export type CorsLack = 'origin' | 'method' | `header ${string}`

/**
 * Finds the rule that COS applies to a request: the first that allows everything (documentation 436/8279; that the first counts is
 * not documented, and taken from what is seen).
 */
export function matchCors<Rule extends CorsRule>(
  rules: readonly Rule[],
  request: CorsRequest,
): CorsMatch<Rule> | undefined {
  for (const [index, rule] of rules.entries()) {
    const allowedOrigin = rule.allowedOrigins.find((pattern) => matchesOrigin(pattern, request.origin))
    if (allowedOrigin !== undefined && corsLacks(rule, request).length === 0)
      return { rule, index, allowedOrigin }
  }
  return undefined
}

/** What a rule lacks to allow a request; nothing when it does. */
export function corsLacks(rule: CorsRule, { origin, method, headers = [] }: CorsRequest): CorsLack[] {
  const allowed = rule.allowedHeaders.map((name) => name.toLowerCase())
  const missing = allowed.includes('*') ? [] : headers.filter((name) => !allowed.includes(name.toLowerCase()))
  return [
    ...(rule.allowedOrigins.some((pattern) => matchesOrigin(pattern, origin)) ? [] : (['origin'] as const)),
    ...(rule.allowedMethods.includes(method) ? [] : (['method'] as const)),
    ...missing.map((name) => `header ${name}` as const),
  ]
}

function matchesOrigin(pattern: string, origin: string): boolean {
  if (origin === '') return false
  const [start = '', end] = pattern.split('*')
  if (end === undefined) return origin === pattern
  return origin.length >= start.length + end.length && origin.startsWith(start) && origin.endsWith(end)
}
