import type { TemporaryKey } from '@cos-presign/sts'
import { describe, expect, it } from 'vitest'
import type { Scope } from '../../src/grants/decide-scope.ts'
import { createGrant } from '../../src/grants/grant.ts'
import { createTemporaryKeys } from '../../src/issue/temporary-keys.ts'
import { BUCKET } from '../fixture.ts'

const grant = createGrant({
  name: 'own',
  bucket: BUCKET,
  key: 'own/{sub}/{path}',
  clientMayChooseKey: true,
  operations: ['download', 'credentials'],
})
const scope: Scope = {
  grant,
  bucket: BUCKET,
  keyPrefix: 'own/alice/',
  operations: ['download'],
  constraints: {},
  lifetimeSeconds: 100,
}

/** An STS that counts, and fails as often as it is told. */
function countingSts(failures = 0): {
  readonly asked: (number | undefined)[]
  readonly clock: { seconds: number }
  readonly give: (params: { readonly durationSeconds?: number | undefined }) => Promise<TemporaryKey>
} {
  const asked: (number | undefined)[] = []
  const clock = { seconds: 1_800_000_000 }
  return {
    asked,
    clock,
    async give({ durationSeconds = 0 }) {
      asked.push(durationSeconds)
      await Promise.resolve()
      if (asked.length <= failures) throw Object.assign(new Error('later'), { retryable: true })
      const secretId = `AKID${asked.length}`
      return {
        credential: { secretId, secretKey: 'secret', securityToken: 'token' },
        startsAt: clock.seconds,
        expiresAt: clock.seconds + durationSeconds,
        requestId: 'request',
      } as TemporaryKey
    },
  }
}

function keysFrom(
  { give, clock }: ReturnType<typeof countingSts>,
  roleArn?: string,
): ReturnType<typeof createTemporaryKeys> {
  const sts = { getFederationToken: give, assumeRole: give }
  return createTemporaryKeys({ sts, region: 'ap-guangzhou', roleArn, now: () => clock.seconds * 1000 })
}

describe('temporary keys', () => {
  it('are shared by all who ask for the same at once, and for half of their life', async () => {
    const sts = countingSts()
    const issue = keysFrom(sts)
    await Promise.all(Array.from({ length: 20 }, () => issue([scope])))
    sts.clock.seconds += 49
    await issue([scope])
    expect(sts.asked).toEqual([100])
    sts.clock.seconds += 1
    const { expiresAt } = await issue([scope])
    expect(sts.asked).toEqual([100, 100])
    expect(expiresAt - sts.clock.seconds).toBe(100)
  })

  it('are never shared by callers of different prefixes', async () => {
    const sts = countingSts()
    const issue = keysFrom(sts)
    const one = await issue([scope])
    const other = await issue([{ ...scope, keyPrefix: 'own/bob/' }])
    expect(one.credential.secretId).not.toBe(other.credential.secretId)
  })

  it('are asked for again after a failure', async () => {
    const issue = keysFrom(countingSts(1))
    await expect(issue([scope])).rejects.toMatchObject({ code: 'ERR_SERVICE_COS_UNREACHABLE' })
    expect((await issue([scope])).credential.secretId).toBe('AKID2')
  })

  it('of a role live no longer than STS allows those of a role', async () => {
    const long = { ...scope, lifetimeSeconds: 36 * 3600 }
    const [role, own] = [countingSts(), countingSts()]
    await keysFrom(role, 'qcs::cam::uin/1:roleName/uploader')([long])
    await keysFrom(own)([long])
    expect([role.asked, own.asked]).toEqual([[43_200], [129_600]])
  })
})
