import type { CredentialProvider } from 'cos-presign'
import { ServiceError } from '../errors.ts'

/** The same provider, whose failures are refusals that may be over later. */
export function guardProvider(provider: CredentialProvider): CredentialProvider {
  return async function guardedProvider(request) {
    try {
      return await provider(request)
    } catch (cause) {
      throw withoutKey('The service gets no key to sign with just now; try again', cause)
    }
  }
}

/** The refusal of what cannot be signed for the want of a key. */
export function withoutKey(message: string, cause: unknown): ServiceError {
  return new ServiceError('ERR_SERVICE_CREDENTIAL_UNAVAILABLE', message, {
    cause,
    headers: { 'Retry-After': '1' },
  })
}
