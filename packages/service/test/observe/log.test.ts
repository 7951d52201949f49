import { describe, expect, it, vi } from 'vitest'
import { createService, type IssuedEntry, type RequestEntry } from '../../src/index.ts'
import { BUCKET, CREDENTIAL, createFixture, GRANTS } from '../fixture.ts'

const NOW = 1_700_000_000_000
const tickets = { secret: 'a secret of tickets, of 32 bytes or more' }

describe('the audit', () => {
  it('says of what was handed out who got what, until when, and by which grant', async () => {
    const { ask, entries } = await createFixture({ now: () => NOW })
    const answer = await ask('/v1/uploads', { json: { filename: 'a.txt', lifetimeSeconds: 60 } })
    const { key, effectiveExpiresAt } = await answer.json()
    const requestId = answer.headers.get('x-request-id') as string
    const issued = entries.filter((entry) => entry.event === 'issued')
    expect(issued).toEqual([
      {
        time: '2023-11-14T22:13:20.000Z',
        level: 'info',
        event: 'issued',
        requestId,
        route: '/v1/uploads',
        caller: { id: 'holder', method: 'api-key' },
        grant: 'files',
        operation: 'upload',
        bucket: BUCKET,
        key,
        expiresAt: effectiveExpiresAt,
      } satisfies IssuedEntry,
    ])
    expect(entries.find((entry) => entry.event === 'request')).toMatchObject({ requestId, status: 200 })
  })

  it('says when a URL really ends, which is when the key that signed it does', async () => {
    const expiresAt = NOW / 1000 + 30
    const credential = { ...CREDENTIAL, securityToken: 'token-of-a-key', expiresAt }
    const { ask, entries } = await createFixture({ now: () => NOW, credential })
    await ask('/v1/uploads', { json: { lifetimeSeconds: 600 } })
    expect(entries[0]).toMatchObject({ event: 'issued', expiresAt })
  })

  it('has nothing of what was refused, and the log says why', async () => {
    const { ask, entries } = await createFixture()
    await ask('/v1/downloads', { json: { key: 'files/other/x' } })
    expect(entries).toEqual([
      expect.objectContaining({
        event: 'request',
        status: 403,
        code: 'ERR_SERVICE_NOT_GRANTED',
        grant: 'files',
        caller: { id: 'holder', method: 'api-key' },
      }),
    ])
  })

  it('has a ticket, for each grant that it opens', async () => {
    const { ask, entries } = await createFixture({ authenticate: { tickets } })
    await ask('/v1/tickets', { json: {} })
    expect(entries[0]).toMatchObject({ event: 'issued', operation: 'ticket', grant: 'files' })
  })
})

describe('the log', () => {
  it('names the route and not the path, which may hold a ticket', async () => {
    const { ask, entries } = await createFixture({ authenticate: { tickets } })
    const { path, ticket } = await (await ask('/v1/tickets', { json: {} })).json()
    await ask(`${path}/v1/uploads`, { json: {} })
    await ask(`${path}/nowhere/${ticket}`)
    const routes = entries.filter((entry) => entry.event === 'request').map((entry) => entry.route)
    expect(routes).toEqual(['/v1/tickets', '/v1/uploads', '/*'])
    expect(JSON.stringify(entries)).not.toContain(ticket)
  })

  it('has no secret, also when the text of an unforeseen error has them all', async () => {
    const secrets = [
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl',
      `cpk_holder_${'a'.repeat(64)}`,
      'q-signature=0123456789abcdef0123456789abcdef01234567',
      'x-cos-security-token=the-token-of-a-temporary-key',
      '/l/0123456789abcdefghijkl',
    ]
    const inner = new Error(`while at https://example.com/?${secrets.join('&')}`)
    const host = () => {
      throw new Error(`failed with ${secrets.join(' ')}`, { cause: inner })
    }
    const { ask, entries } = await createFixture({ authenticate: { host } })
    const answer = await ask('/v1/uploads', { json: {}, headers: { 'x-api-key': '' } })
    expect(answer.status).toBe(500)
    const text = JSON.stringify(entries) + (await answer.text())
    expect(entries[0]).toMatchObject({ event: 'failure', requestId: answer.headers.get('x-request-id') })
    expect(text).toContain('Caused by: ')
    for (const secret of secrets) expect(text).not.toContain(secret.replace(/^.*[=/]/, ''))
  })

  it('has no line for good answers to probes', async () => {
    const { ask, entries } = await createFixture()
    expect((await ask('/healthz')).status).toBe(200)
    expect((await ask('/readyz')).status).toBe(200)
    expect(entries).toEqual([])
  })

  it('says loudly at the start that anybody is believed', () => {
    const spy = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    try {
      const authenticate = { insecureDev: true }
      createService({ credential: CREDENTIAL, region: 'ap-guangzhou', sts: {}, grants: GRANTS, authenticate })
      const [[line]] = spy.mock.calls as [[string]]
      expect(JSON.parse(line)).toMatchObject({ level: 'warn', event: 'notice' })
      expect(line).toContain('INSECURE')
    } finally {
      spy.mockRestore()
    }
  })

  it('gives each request an id of its own', async () => {
    const { ask, entries } = await createFixture()
    await ask('/v1/uploads', { json: {}, headers: { 'x-request-id': 'chosen by a stranger' } })
    await ask('/v1/uploads', { json: {} })
    const ids = entries
      .filter((entry): entry is RequestEntry => entry.event === 'request')
      .map((entry) => entry.requestId)
    expect(new Set(ids).size).toBe(2)
    expect(ids).not.toContain('chosen by a stranger')
  })
})
