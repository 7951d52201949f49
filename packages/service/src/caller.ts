/** How a caller proved who they are. */
export type CallerMethod = 'jwt' | 'api-key' | 'host' | 'ticket' | 'insecure-dev'

/** Whoever asks for a signature, once it is known who that is. */
export interface Caller {
  /** Unique among all callers of the method: `sub` of a JWT, the id of an API key. For logs, limits and the audit. */
  readonly id: string
  /** What is known of the caller, for grants and key templates. `sub` is the same as `id`. */
  readonly claims: Readonly<Record<string, unknown>>
  readonly method: CallerMethod
  /** The only grants the caller may use; all that fit when absent. A ticket is narrower than whoever asked for it. */
  readonly grants?: readonly string[] | undefined
}

/** A caller with the claims that every caller has. */
export function createCaller(
  method: CallerMethod,
  id: string,
  claims: Readonly<Record<string, unknown>> = {},
): Caller {
  return { id, method, claims: Object.assign({}, claims, { sub: id }) }
}
