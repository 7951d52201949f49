import { expect, it } from 'vitest'
import { createFixture, GRANTS } from '../fixture.ts'

it('HEAD, whose answer could hand out nothing, is refused before anybody is asked for a key', async () => {
  let asked = 0
  const { ask, entries } = await createFixture({
    sts: { region: 'ap-guangzhou' },
    grants: GRANTS.map((grant) => ({ ...grant, operations: [...grant.operations, 'credentials'] })),
    fetch: () => {
      asked += 1
      return Promise.reject(new Error('no network'))
    },
  })
  const answer = await ask('/sts', { method: 'HEAD' })
  expect(answer.status).toBe(405)
  expect(answer.headers.get('allow')).toBe('GET')
  expect(asked).toBe(0)
  expect(entries.some((entry) => entry.event === 'issued')).toBe(false)
  expect((await ask('/healthz', { method: 'HEAD' })).status).toBe(200)
})
