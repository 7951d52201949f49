import { createCaller } from '../caller.ts'
import { ServiceError } from '../errors.ts'
import type { Authenticator } from './authenticator.ts'

/**
 * Believes that anybody is the one caller of development, unless they come by a name that a stranger could have: a page may make its own name
 * lead here (DNS rebinding), and is then of the same origin.
 */
export function createInsecureAuthenticator(): Authenticator {
  return function believeAnybody(request) {
    const host = request.headers.get('host') ?? new URL(request.url).host
    if (!isNobodysName(host)) {
      throw new ServiceError(
        'ERR_SERVICE_ORIGIN_FOREIGN',
        'With insecureDev the service is reached by localhost, an IP address, or a name without a dot alone: any other could be that of a page which makes it lead here',
      )
    }
    return createCaller('insecure-dev', 'insecure-dev')
  }
}

/** An address, or a name that nobody can register. */
function isNobodysName(host: string): boolean {
  if (!URL.canParse(`http://${host}`)) return false
  const { hostname } = new URL(`http://${host}`)
  return /^[\d.]+$|^\[|^[^.]+$|\.localhost$/.test(hostname)
}
