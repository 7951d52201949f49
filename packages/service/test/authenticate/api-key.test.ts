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

it('an API key of Authorization is believed behind a gateway that has a key of its own in X-Api-Key', async () => {
  const { service, apiKey } = await createFixture()
  const statusWith = async (headers: Record<string, string>) =>
    (await service.fetch(new Request('http://service/v1/uploads', { method: 'POST', headers }))).status
  const Authorization = `Bearer ${apiKey}`
  expect(await statusWith({ Authorization, 'X-Api-Key': 'of-the-gateway' })).toBe(200)
  expect(await statusWith({ Authorization, 'X-Api-Key': '' })).toBe(200)
  expect(await statusWith({ 'X-Api-Key': 'of-the-gateway' })).toBe(401)
  // What looks like a key of ours decides: nobody is taken for another because two proofs came.
  expect(await statusWith({ Authorization, 'X-Api-Key': `cpk_other_${'0'.repeat(64)}` })).toBe(401)
})
