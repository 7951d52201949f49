import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import type { GrantOptions, ServiceOptions } from '../../src/index.ts'
import { BUCKET, createFixture, type Fixture } from '../fixture.ts'

/*
 * An id is unique for one method alone. Who may choose a name at the login takes the one of an API key, `holder`, and tries to be it.
 */

const jwt = {
  secret: 'a shared secret of thirty-two bytes',
  issuer: 'https://issuer.example',
  audience: 'signing',
}
const tickets = { secret: 'a secret of tickets, of 32 bytes or more' }
const authenticate = { jwt, tickets }
const files: GrantOptions = {
  name: 'files',
  bucket: BUCKET,
  key: 'files/{uuid}',
  operations: ['upload', 'download', 'link'],
}
const KEY = 'files/00000000-0000-4000-8000-000000000000'

async function asImpostor(
  { service }: Fixture,
  path: string,
  { method = 'POST', json }: { readonly method?: string; readonly json?: unknown } = {},
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('holder')
    .setIssuer(jwt.issuer)
    .setAudience(jwt.audience)
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(jwt.secret))
  const headers = path.startsWith('/t/') ? {} : { Authorization: `Bearer ${token}` }
  const body = method === 'POST' ? JSON.stringify(json ?? {}) : null
  const response = await service.fetch(new Request(`http://service${path}`, { method, headers, body }))
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function postAs(fixture: Fixture, path: string, json: unknown = {}): Promise<Record<string, string>> {
  const response = await fixture.ask(path, { method: 'POST', json })
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, string>
}

describe('a JWT whose subject is the id of an API key', () => {
  it('neither sees nor revokes its links, nor does a ticket for the JWT', async () => {
    const fixture = await createFixture({ authenticate, grants: [files], links: {} })
    const { id } = await postAs(fixture, '/links', { key: KEY })
    const { body: ticket } = await asImpostor(fixture, '/v1/tickets')
    for (const front of ['', ticket.path]) {
      for (const method of ['GET', 'DELETE'])
        expect((await asImpostor(fixture, `${front}/links/${id}`, { method })).status).toBe(404)
    }
    const { path } = await postAs(fixture, '/v1/tickets')
    expect((await fixture.ask(`${path}/links/${id}`)).status).toBe(200)
  })

  it('is counted for itself, and has not the limits that are its', async () => {
    const limits: ServiceOptions['limits'] = {
      windows: [{ name: 'minute', requests: 2, seconds: 60 }],
      callers: { 'api-key:holder': [] },
    }
    const fixture = await createFixture({ authenticate, grants: [files], limits })
    const statuses: number[] = []
    for (let at = 0; at < 3; at += 1) {
      await postAs(fixture, '/v1/uploads')
      statuses.push((await asImpostor(fixture, '/v1/uploads')).status)
    }
    expect(statuses).toEqual([200, 200, 429])
  })

  it('takes nothing from its count', async () => {
    const limits = { windows: [{ name: 'minute', requests: 1, seconds: 60 }] }
    const fixture = await createFixture({ authenticate, grants: [files], limits })
    expect((await asImpostor(fixture, '/v1/uploads')).status).toBe(200)
    await postAs(fixture, '/v1/uploads')
  })

  it('gets nothing of a grant for API keys, whatever is in it', async () => {
    const grant: GrantOptions = { ...files, key: 'files/{sub}/{uuid}', callers: { methods: ['api-key'] } }
    const fixture = await createFixture({ authenticate, grants: [grant] })
    expect((await asImpostor(fixture, '/v1/uploads')).status).toBe(403)
    await postAs(fixture, '/v1/uploads')
  })
})

describe('a grant that looks at who the caller is', () => {
  const own = { ...files, key: 'files/{sub}/{uuid}' }
  const named: GrantOptions = { ...files, callers: { ids: ['holder'] } }
  it.each([
    ['{sub} in its key', own],
    ['callers.ids', named],
  ])(
    'by %s must say which callers it means, where there is more than one way to be one',
    async (what, grant) => {
      const refused = createFixture({ authenticate, grants: [grant] })
      await expect(refused).rejects.toThrow(
        `The grant "files" has ${what} and is open to callers of jwt, api-key: whoever is "batch" in one way`,
      )
      const callers = { ...grant.callers, methods: ['jwt', 'api-key'] as const }
      await postAs(await createFixture({ authenticate, grants: [{ ...grant, callers }] }), '/v1/uploads')
    },
  )

  it('need not where there is one way, and tickets', async () => {
    await postAs(await createFixture({ authenticate: { tickets }, grants: [own] }), '/v1/uploads')
  })
})

describe('limits of a caller', () => {
  it.each(['holder', 'holder:api-key', 'api-key:', 'ticket:holder'])('are refused for %s', async (name) => {
    const limits = { windows: [], callers: { [name]: [] } }
    await expect(createFixture({ limits })).rejects.toThrow(
      'limits.callers: must name callers by method and id, such as api-key:batch',
    )
  })
})

describe('a ticket for one grant', () => {
  it('neither sees nor revokes the links of another', async () => {
    const grants = [files, { ...files, name: 'others', key: 'others/{uuid}' }]
    const fixture = await createFixture({ authenticate: { tickets }, grants, links: {} })
    const { id } = await postAs(fixture, '/links', { key: KEY })
    const { path } = await postAs(fixture, '/v1/tickets', { grants: ['others'] })
    for (const method of ['GET', 'DELETE'])
      expect((await fixture.ask(`${path}/links/${id}`, { method })).status).toBe(404)
    expect((await fixture.ask(`/links/${id}`)).status).toBe(200)
  })
})
