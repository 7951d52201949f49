import { createCachedProvider, createPolicy } from '@cos-presign/sts'
import type { CredentialProvider } from 'cos-presign'
import { getKey, type TemporaryKeysContext, toServiceError } from './temporary-keys.ts'

/** As long as a key of a root account may live. What is signed with one ends no later. */
const LIFE_SECONDS = 7200

/**
 * Gives keys that can write to a bucket and do nothing else, one for all callers.
 *
 * COS lets whoever has a presigned PUT add what is not signed: `x-cos-copy-source` reads any object that the signing key may read, `?acl`
 * changes an ACL [guess: documented is only that what is not listed is not verified]. A key without those rights makes both a refusal.
 */
export function createWritingKeys(context: TemporaryKeysContext): CredentialProvider {
  const { region, now } = context
  return createCachedProvider(
    async ({ bucket = '' } = {}) => {
      const { policy } = createPolicy({
        bucket,
        region,
        grants: [{ operations: ['upload', 'resumable-upload'], wholeBucket: true }],
      })
      const { credential } = await getKey(context, policy, LIFE_SECONDS).catch(toServiceError)
      return credential
    },
    { scopeOf: ({ bucket }) => ({ bucket }), now },
  )
}
