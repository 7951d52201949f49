import { createCaller } from '../caller.ts'
import type { AuthenticationOptions, HostCaller } from '../options.ts'
import type { Authenticator } from './authenticator.ts'

/** Believes the application around the service. */
export function createHostAuthenticator(host: NonNullable<AuthenticationOptions['host']>): Authenticator {
  return async function authenticateByHost(request) {
    // Programs without types answer with null as well, and with what is no caller.
    const found = (await askHost(host, request)) as HostCaller | null | undefined
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

/** Hono hands on nothing but errors to whoever answers for them: anything else would leave the service without an answer. */
async function askHost(
  host: NonNullable<AuthenticationOptions['host']>,
  request: Request,
): Promise<HostCaller | undefined> {
  try {
    return await host(request)
  } catch (cause) {
    throw cause instanceof Error ? cause : new Error('"authenticate.host" threw what is no Error', { cause })
  }
}
