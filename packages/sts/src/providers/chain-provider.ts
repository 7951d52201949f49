import type { CredentialProvider } from 'cos-presign'
import { StsError } from '../errors.ts'
import { empty } from './provided-key.ts'

/**
 * Asks several providers in order and gives the key of the first that has one. A provider that has something unusable ends the
 * search: whoever wrote half a key somewhere means to use it.
 *
 * @returns A provider that rejects with the first error that is not `ERR_PROVIDER_EMPTY`, or with that when all are empty.
 */
export function createChainProvider(providers: readonly CredentialProvider[]): CredentialProvider {
  return async function chainProvider() {
    const reasons: string[] = []
    for (const provider of providers) {
      try {
        return await provider()
      } catch (error) {
        if (!(error instanceof StsError) || error.code !== 'ERR_PROVIDER_EMPTY') throw error
        reasons.push(error.message)
      }
    }
    throw empty(`There is no key: ${reasons.join('; ') || 'the chain is empty'}`)
  }
}
