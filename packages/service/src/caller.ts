/** How a caller proved who they are. */
export type CallerMethod = 'jwt' | 'api-key' | 'host' | 'ticket' | 'insecure-dev'

/** Who a caller is among the callers of all methods, such as `api-key:batch`. */
export type CallerIdentity = `${Exclude<CallerMethod, 'ticket'>}:${string}`

/** Whoever asks for a signature, once it is known who that is. */
export interface Caller {
  /** Unique among the callers of the method alone: `sub` of a JWT, the id of an API key. For logs and the audit. */
  readonly id: string
  /** What is known of the caller, for grants and key templates. `sub` is the same as `id`. */
  readonly claims: Readonly<Record<string, unknown>>
  readonly method: CallerMethod
  /** Whose limits and links these are. A ticket has the identity of whoever got it. */
  readonly identity: CallerIdentity
  /** The only grants the caller may use; all that fit when absent. A ticket is narrower than whoever asked for it. */
  readonly grants?: readonly string[] | undefined
}

/** A caller with the claims that every caller has. */
export function createCaller(
  method: Exclude<CallerMethod, 'ticket'>,
  id: string,
  claims: Readonly<Record<string, unknown>> = {},
): Caller {
  return { id, method, identity: `${method}:${id}`, claims: Object.assign({}, claims, { sub: id }) }
}
