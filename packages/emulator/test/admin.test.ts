import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AdminAddress, createEmulator, type Emulator } from '../src/index.ts'

let emulator: Emulator
let admin: AdminAddress

beforeAll(async () => {
  emulator = createEmulator({ now: () => 1_700_000_000_000 })
  admin = (await emulator.listen({ admin: {} })).admin as AdminAddress
})
afterAll(() => emulator.close())
beforeEach(() => {
  emulator.faults.clear()
  emulator.clock.reset()
})

interface Answer {
  readonly status: number
  readonly body: unknown
}

async function ask(method: string, path: string, body?: unknown, token = admin.token): Promise<Answer> {
  const response = await fetch(`${admin.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

describe('the admin endpoint', () => {
  it('is there only when it is asked for, and on this machine alone', async () => {
    const plain = createEmulator()
    expect(await plain.listen()).not.toHaveProperty('admin')
    await plain.close()
    expect(admin.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(admin.token).toMatch(/^[\w-]{32}$/)
  })

  it('adds, lists and removes faults', async () => {
    const rule = { fault: 'slow-down', operation: 'PutObject', count: 2 }
    const added = await ask('POST', '/faults', rule)
    const { id } = added.body as { id: string }
    expect(added.status).toBe(201)
    expect(await ask('GET', '/faults')).toEqual({
      status: 200,
      body: { faults: [{ id, ...rule, struckCount: 0 }] },
    })
    expect((await ask('DELETE', `/faults/${id}`)).status).toBe(204)
    expect((await ask('DELETE', `/faults/${id}`)).status).toBe(404)
    await ask('POST', '/faults', rule)
    expect((await ask('DELETE', '/faults')).status).toBe(204)
    expect(emulator.faults.list()).toEqual([])
  })

  it('moves the clock and puts it back', async () => {
    const moved = { status: 200, body: { offsetSeconds: -3600, now: '2023-11-14T21:13:20.000Z' } }
    expect(await ask('PUT', '/clock', { offsetSeconds: -3600 })).toEqual(moved)
    expect(await ask('GET', '/clock')).toEqual(moved)
    expect(emulator.clock.now()).toBe(1_699_996_400_000)
    expect((await ask('DELETE', '/clock')).body).toMatchObject({ offsetSeconds: 0 })
  })

  it.each<[string, number, string, string, unknown]>([
    ['a rule that is wrong', 400, 'POST', '/faults', { fault: 'explode' }],
    ['no rule', 400, 'POST', '/faults', undefined],
    ['what is no JSON', 400, 'POST', '/faults', '{'],
    ['a body that is too large', 413, 'POST', '/faults', 'x'.repeat(70_000)],
    ['an offset that is none', 400, 'PUT', '/clock', { offsetSeconds: '1' }],
    ['an offset beyond all dates', 400, 'PUT', '/clock', { offsetSeconds: 1e15 }],
    ['another method', 405, 'PATCH', '/clock', undefined],
    ['another path', 404, 'GET', '/', undefined],
    ['a path of every object', 404, 'GET', '/constructor', undefined],
    ['a longer path', 404, 'GET', '/faults/a/b', undefined],
  ])('says what is wrong with %s', async (_what, status, method, path, body) => {
    const answer = await ask(method, path, body)
    expect(answer).toEqual({ status, body: { status, detail: expect.stringMatching(/\w/) } })
  })

  it.each([
    ['another token', { authorization: 'Bearer wrong' }],
    ['no token', {}],
    ['the token of nobody', { authorization: 'Bearer ' }],
  ])('lets nobody in with %s', async (_what, headers) => {
    const response = await fetch(`${admin.url}/clock`, {
      method: 'PUT',
      headers,
      body: '{"offsetSeconds":1}',
    })
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(emulator.clock.offsetSeconds).toBe(0)
  })

  it('takes a token that is given, if it is long enough', async () => {
    const other = createEmulator()
    await expect(other.listen({ admin: { token: 'short' } })).rejects.toThrow('"admin.token"')
    const given = await other.listen({ admin: { token: 'long enough for one' } })
    expect(given.admin?.token).toBe('long enough for one')
    await other.close()
  })
})
