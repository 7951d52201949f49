import { describe, expect, it } from 'vitest'
import type { ServiceOptions } from '../../src/index.ts'
import { createFixture } from '../fixture.ts'

const NOW = 1_800_000_000

describe('without a key to sign with', () => {
  const failing = async () => await Promise.reject(new Error('metadata service is down'))
  it.each<[string, Partial<ServiceOptions>, string]>([
    ['because its provider fails', { credential: failing }, 'metadata service is down'],
    [
      'because the provider fails that STS is asked with',
      { credential: failing, sts: { region: 'ap-guangzhou' } },
      'metadata service is down',
    ],
    [
      'because its temporary key has ended',
      {
        credential: {
          secretId: 'AKIDtemporary',
          secretKey: 'secret',
          securityToken: 't',
          expiresAt: NOW - 1,
        },
        now: () => NOW * 1000,
      },
      'ERR_CREDENTIAL_EXPIRED',
    ],
  ])('%s a service says to come again, and its log says why', async (_, options, reason) => {
    const { ask, entries } = await createFixture(options)
    const response = await ask('/v1/uploads', { json: {} })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    const text = await response.text()
    expect(text).toContain('ERR_SERVICE_CREDENTIAL_UNAVAILABLE')
    expect(text).not.toContain('metadata')
    const failures = entries.filter((entry) => entry.event === 'failure')
    expect(failures).toHaveLength(1)
    expect(JSON.stringify(failures)).toContain(reason.replace('ERR_CREDENTIAL_EXPIRED', 'SignatureError'))
  })
})
