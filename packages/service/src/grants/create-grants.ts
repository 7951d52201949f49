import type { CallerMethod } from '../caller.ts'
import { ServiceError } from '../errors.ts'
import type { AuthenticationOptions } from '../options.ts'
import { createGrant, type Grant, type GrantOptions } from './grant.ts'

/** What of the service's options says who may have what. */
export interface GrantsOptions {
  readonly authenticate: AuthenticationOptions
  readonly grants: readonly GrantOptions[]
}

/**
 * Makes all grants of a service.
 *
 * @throws {ServiceError} `ERR_SERVICE_CONFIG_INVALID`: one cannot be, or does not say whose ids it means where that has to be said.
 */
export function createGrants({ authenticate, grants }: GrantsOptions): Grant[] {
  const methods = methodsOf(authenticate)
  return grants.map((options) => {
    const grant = createGrant(options)
    if (methods.length > 1) assertToldApart(options, grant, methods)
    return grant
  })
}

/** The ways to prove who one is, each with ids of its own. Tickets have those of whoever gets them; for development there is one caller. */
function methodsOf({ jwt, apiKeys = [], host }: AuthenticationOptions): CallerMethod[] {
  const methods: CallerMethod[] = []
  if (jwt !== undefined) methods.push('jwt')
  if (apiKeys.length > 0) methods.push('api-key')
  if (host !== undefined) methods.push('host')
  return methods
}

/** One id can be of several callers, one for each method. A grant that looks at who the caller is must then say which it means. */
function assertToldApart(
  { name, callers = {} }: GrantOptions,
  { template }: Grant,
  methods: readonly CallerMethod[],
): void {
  const [claim] = template.claimNames
  if (callers.methods !== undefined || (claim === undefined && callers.ids === undefined)) return
  const what = claim === undefined ? 'callers.ids' : `{${claim}} in its key`
  throw new ServiceError(
    'ERR_SERVICE_CONFIG_INVALID',
    `The grant "${name}" has ${what} and is open to callers of ${methods.join(', ')}: whoever is "batch" in one way would get what is for "batch" in another. Say in callers.methods which it is for: [${methods[0]}]; or [${methods.join(', ')}], if one id is one caller in all of them`,
    { grant: name },
  )
}
