import { describe, expect, it } from 'vitest'
import { useAttackedService } from './attacked-service.ts'

const { cos, get, send } = useAttackedService()

interface Link {
  readonly id: string
  readonly path: string
}

const linkOf = (more: object = {}): Promise<Link> =>
  get<Link>('/links', { grant: 'own', key: 'own/holder/shared.txt', ...more })

/** As somebody who has nothing but the link. */
async function follow(
  path: string,
  attack: { readonly body?: string; readonly method?: string } = {},
): Promise<number> {
  return (await send(path, { headers: {}, ...attack })).status
}

describe('a link for one download', () => {
  it('opens once, however it is asked for again', async () => {
    const { path, id } = await linkOf({ maxDownloads: 1 })
    expect(await follow(path)).toBe(302)
    for (const again of [path, `${path}?again`, path.replace('/l/', '/l/%2e/'), `/x/..${path}`]) {
      expect([again, await follow(again)]).toEqual([again, 410])
    }
    for (const other of [
      `${path}/`,
      `${path}%20`,
      `${path}%00`,
      path.replace('/l/', '/l//'),
      path.replace('/l/', '/L/'),
    ]) {
      expect([other, await follow(other)]).toEqual([other, 404])
    }
    expect(await follow(path, { method: 'POST' })).toBe(410)
    expect(await follow(path, { method: 'HEAD' })).toBe(410)
    expect((await get<{ downloads: number }>(`/links/${id}`)).downloads).toBe(1)
  })

  it('opens once for two hundred who follow it at once', async () => {
    const { path } = await linkOf({ maxDownloads: 1 })
    const statuses = await Promise.all(Array.from({ length: 200 }, () => follow(path)))
    expect(statuses.filter((status) => status === 302)).toHaveLength(1)
    expect(statuses.filter((status) => status === 410)).toHaveLength(199)
  })

  it('is gone when it is revoked, and cannot be made again under its id', async () => {
    const { path, id } = await linkOf({ maxDownloads: 5 })
    expect((await send(`/links/${id}`, { method: 'DELETE' })).status).toBe(200)
    expect((await send(`/links/${id}`, { method: 'DELETE' })).status).toBe(404)
    expect(await follow(path)).toBe(404)
    const again = { grant: 'own', key: 'own/holder/shared.txt', id }
    expect((await send('/links', { json: again })).status).toBe(400)
  })
})

describe('a link', () => {
  it('is not found by guessing, and says the same to whoever guesses', async () => {
    for (const id of [
      'x',
      '*',
      '%00',
      '__proto__',
      'constructor',
      '%F0%9F%92%A9',
      'A'.repeat(24),
      'A'.repeat(5000),
    ]) {
      expect([id, await follow(`/l/${id}`)]).toEqual([id, 404])
      expect([id, await follow(`/l/${id}`, { body: '{"password":"x"}' })]).toEqual([id, 404])
    }
  })

  it('with a password opens for no other, nor for what is no password', async () => {
    const password = 'correct horse battery'
    const { path } = await linkOf({ password })
    for (const [body, status] of [
      ['{"password":"Correct horse battery"}', 403],
      ['{"password":["correct horse battery"]}', 400],
      ['{"password":{"$ne":""}}', 400],
      ['{"__proto__":{"password":"correct horse battery"}}', 400],
      ['null', 400],
      ['', 403],
    ] as const) {
      expect([body, await follow(path, { body })]).toEqual([body, status])
    }
    expect(await follow(`${path}?password=${encodeURIComponent(password)}`)).toBe(403)
    expect(await follow(path, { body: JSON.stringify({ password }) })).toBe(303)
    const log = JSON.stringify(cos.fixture.entries)
    for (const secret of [password, path.slice(3)]) expect(log).not.toContain(secret)
  })
})
