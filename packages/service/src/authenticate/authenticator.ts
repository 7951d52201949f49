import type { Caller } from '../caller.ts'
import { ServiceError } from '../errors.ts'
import { whenReady } from '../when-ready.ts'

/**
 * One way to find out who asks. Answers `undefined` when the request carries nothing of its kind, so that the next way is tried; without a
 * promise where it need not wait.
 *
 * @throws {ServiceError} `ERR_SERVICE_CALLER_UNKNOWN`: it carries something of the kind, which does not hold.
 */
export type Authenticator = (request: Request) => Caller | undefined | Promise<Caller | undefined>

/**
 * Asks the ways in their order; the first that knows the caller decides.
 *
 * @param from - The way to begin with.
 * @throws {ServiceError} `ERR_SERVICE_CALLER_UNKNOWN`: none does. There is no anonymous caller.
 */
export function authenticate(
  request: Request,
  ways: readonly Authenticator[],
  from = 0,
): Caller | Promise<Caller> {
  const way = ways[from]
  if (way === undefined)
    throw unknownCaller(
      'The request has no credentials; send an Authorization header, or the way that this service was set up for',
    )
  return whenReady(way(request), (caller) => caller ?? authenticate(request, ways, from + 1))
}

/** The refusal of whoever could not prove who they are. */
export function unknownCaller(message: string, options: ErrorOptions = {}): ServiceError {
  return new ServiceError('ERR_SERVICE_CALLER_UNKNOWN', message, {
    headers: { 'WWW-Authenticate': 'Bearer' },
    ...options,
  })
}

/** The credential of `Authorization: Bearer …`, or `undefined`. */
export function bearerOf(request: Request): string | undefined {
  return /^Bearer +([^\s]+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}
