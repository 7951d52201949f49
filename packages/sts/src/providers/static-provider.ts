import { type Credential, type CredentialProvider, createCredential } from 'cos-presign'

/**
 * Always gives the same key.
 *
 * @throws {TypeError|RangeError} The key cannot be one; messages never hold a secret.
 */
export function createStaticProvider(credential: Credential): CredentialProvider {
  const known = createCredential(credential)
  return function staticProvider() {
    return Promise.resolve(known)
  }
}
