import { expect, it } from 'vitest'
import type { HostCaller } from '../../src/index.ts'
import { createFixture } from '../fixture.ts'

async function askAs(answer: unknown) {
  const { service, entries } = await createFixture({ authenticate: { host: () => answer as HostCaller } })
  const response = await service.fetch(new Request('http://service/v1/uploads', { method: 'POST' }))
  return { response, entries }
}

it.each([[undefined], [null]])('an application that answers %s knows nobody', async (answer) => {
  expect((await askAs(answer)).response.status).toBe(401)
})

it.each([
  ['no id', {}],
  ['an empty id', { id: '' }],
  ['a number', { id: 5 }],
  ['claims that are none', { id: 'a', claims: 'admin' }],
])(
  'an application that answers with %s lets nobody in, and its developer finds why in the log',
  async (_, answer) => {
    const { response, entries } = await askAs(answer)
    expect(response.status).toBe(500)
    expect(entries).toContainEqual(
      expect.objectContaining({
        event: 'failure',
        error: expect.stringContaining('"authenticate.host" must answer'),
      }),
    )
  },
)

it.each([['a text'], [undefined], [null], [{ code: 'E_LOGIN' }]])(
  'an application that throws %j lets nobody in, and is answered all the same',
  async (thrown) => {
    const host = () => Promise.reject(thrown)
    const { service, entries } = await createFixture({ authenticate: { host } })
    const response = await service.fetch(new Request('http://service/v1/uploads', { method: 'POST' }))
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({ code: 'ERR_SERVICE_INTERNAL' })
    const error = expect.stringContaining('"authenticate.host" threw what is no Error')
    expect(entries).toContainEqual(expect.objectContaining({ event: 'failure', error }))
  },
)
