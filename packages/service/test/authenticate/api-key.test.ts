import { expect, it } from 'vitest'
import { createApiKey } from '../../src/index.ts'
import { createFixture } from '../fixture.ts'

it('an API key is exchanged without an outage: both are believed while both are listed', async () => {
  const [old, next, other] = [
    await createApiKey('holder'),
    await createApiKey('holder'),
    await createApiKey('holder'),
  ]
  const sha256 = [old.sha256, next.sha256.toUpperCase()]
  const { ask } = await createFixture({ authenticate: { apiKeys: [{ id: 'holder', sha256 }] } })
  const statusOf = async (key: string) =>
    (await ask('/v1/uploads', { json: {}, headers: { 'x-api-key': key } })).status
  // Twice: a key that was seen is looked up otherwise.
  for (let at = 0; at < 2; at += 1) {
    expect([await statusOf(old.key), await statusOf(next.key), await statusOf(other.key)]).toEqual([
      200, 200, 401,
    ])
  }
})

it.each([
  [
    'two records of one holder, of which one would be forgotten',
    (digest: string) => [
      { id: 'holder', sha256: digest },
      { id: 'holder', sha256: digest },
    ],
    'a list in its sha256',
  ],
  ['a list of none', () => [{ id: 'holder', sha256: [] }], 'must be 64 hex digits'],
  [
    'a list with the key itself',
    (digest: string) => [{ id: 'holder', sha256: [digest, `cpk_holder_${digest}`] }],
    'must be 64 hex digits',
  ],
])('%s is refused at the start', async (_, recordsOf, message) => {
  const apiKeys = recordsOf((await createApiKey('holder')).sha256)
  await expect(createFixture({ authenticate: { apiKeys } })).rejects.toThrow(message)
})
