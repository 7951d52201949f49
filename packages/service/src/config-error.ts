import { ServiceError } from './errors.ts'

/**
 * Makes something that checks what it is made of, and says of a mistake where it is in the configuration.
 *
 * @param place - Such as `credential`, or `The grant "avatars"`.
 * @throws {ServiceError} `ERR_SERVICE_CONFIG_INVALID`
 */
export function configured<T>(place: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    // What the signer and its neighbours throw at arguments; their messages have no secrets.
    if (error instanceof TypeError || error instanceof RangeError)
      throw misconfigured(`${place}: ${inOurWords(error)}`, error)
    throw error
  }
}

/** The refusal of a configuration. */
export function misconfigured(message: string, cause?: unknown): ServiceError {
  return new ServiceError('ERR_SERVICE_CONFIG_INVALID', message, { cause })
}

/** The signer has the names of COS for what is called otherwise here. */
function inOurWords({ message }: Error): string {
  return message.replace(/"(?:Region|Endpoint|Domain|Scheme)"/g, (name) => name.toLowerCase())
}
