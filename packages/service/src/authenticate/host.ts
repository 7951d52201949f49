import { createCaller } from '../caller.ts'
import type { AuthenticationOptions, HostCaller } from '../options.ts'
import type { Authenticator } from './authenticator.ts'

/** Believes the application around the service. */
export function createHostAuthenticator(host: NonNullable<AuthenticationOptions['host']>): Authenticator {
  return async function authenticateByHost(request) {
    // Programs without types answer with null as well, and with what is no caller.
    const found = (await host(request)) as HostCaller | null | undefined
    if (found === undefined || found === null) return undefined
    const { id, claims } = found
    if (typeof id !== 'string' || id === '' || (claims !== undefined && typeof claims !== 'object')) {
      throw new TypeError(
        '"authenticate.host" must answer with an id, a text, and perhaps claims, an object; or with undefined for nobody',
      )
    }
    return createCaller('host', id, claims)
  }
}
