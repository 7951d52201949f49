import { createCachedProvider, createPolicy, type PolicyOperation } from '@cos-presign/sts'
import type { CredentialProvider } from 'cos-presign'
import { getKey, type TemporaryKeysContext, toServiceError } from './temporary-keys.ts'

/** As long as a key of a root account may live. What is signed with one ends no later. */
const LIFE_SECONDS = 7200

/**
 * Gives keys that can do some things in a bucket and nothing else, one for all callers.
 *
 * COS lets whoever has a signature add what is not signed: `x-cos-copy-source` on a PUT reads any object that the signing key may read, `?acl`
 * reads or changes an ACL [guess: documented is only that what is not listed is not verified]. A key without those rights makes both a
 * refusal.
 */
export function createSigningKeys(
  context: TemporaryKeysContext,
  operations: readonly PolicyOperation[],
): CredentialProvider {
  const { region, now } = context
  return createCachedProvider(
    async ({ bucket = '' } = {}) => {
      const { policy } = createPolicy({ bucket, region, grants: [{ operations, wholeBucket: true }] })
      const { credential } = await getKey(context, policy, LIFE_SECONDS).catch(toServiceError)
      return credential
    },
    { scopeOf: ({ bucket }) => ({ bucket }), now },
  )
}
