import { createEmulator, type Emulator } from '@cos-presign/emulator'
import { CosClient } from 'cos-presign'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createMemoryLinkStore, type LinkStore } from '../../src/index.ts'
import { BUCKET, CREDENTIAL, createFixture, type Fixture } from '../fixture.ts'

const KEY = 'files/holder/00000000-0000-4000-8000-000000000000-a.txt'
const BROWSER = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'user-agent': 'Mozilla/5.0 Safari/605',
}

let emulator: Emulator
let domain: string
beforeAll(async () => {
  emulator = createEmulator({ credentials: [CREDENTIAL], buckets: [BUCKET], defaultBucket: BUCKET })
  domain = `127.0.0.1:${(await emulator.listen()).port}`
  const { SecretId, SecretKey } = { SecretId: CREDENTIAL.secretId, SecretKey: CREDENTIAL.secretKey }
  const client = new CosClient({ Domain: domain, Scheme: 'http', SecretId, SecretKey })
  const { url } = client.presign({ Method: 'PUT', Bucket: BUCKET, Key: KEY })
  expect((await fetch(url, { method: 'PUT', body: 'the bytes' })).status).toBe(200)
})
afterAll(() => emulator.close())

let fixture: Fixture
let at = Date.now()
beforeEach(async () => {
  at = Date.now()
  const where = { domain, region: undefined, scheme: 'http' as const, now: () => at }
  fixture = await createFixture({ ...where, links: { publicUrl: 'https://files.example.com/' } })
})

async function linkOf(request: object = {}): Promise<{ id: string; path: string; [name: string]: unknown }> {
  const answer = await fixture.ask('/links', { json: { key: KEY, ...request } })
  expect(answer.status).toBe(200)
  return await answer.json()
}

function follow(path: string, init: RequestInit = {}): Promise<Response> {
  return fixture.service.fetch(new Request(`http://service${path}`, init))
}

async function downloadsOf(id: string): Promise<number> {
  return (await (await fixture.ask(`/links/${id}`)).json()).downloads
}

describe('a share link', () => {
  it('redirects to a URL that gives the object and lives seconds, which nobody keeps or tells on', async () => {
    const { path, id, url } = await linkOf({ filename: 'Report.txt' })
    expect(url).toBe(`https://files.example.com/l/${id}`)
    expect(id).toMatch(/^[\w-]{24}$/)
    const answer = await follow(path)
    expect(answer.status).toBe(302)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    const location = answer.headers.get('location') ?? ''
    const [from = 0, to = 0] = /q-sign-time=(\d+)(?:;|%3B)(\d+)/i.exec(location)?.slice(1).map(Number) ?? []
    expect(from).toBeLessThan(to)
    expect(to - Math.floor(at / 1000)).toBe(30)
    const object = await fetch(location)
    expect(await object.text()).toBe('the bytes')
    expect(object.headers.get('content-disposition')).toContain('Report.txt')
  })

  it('is audited when it is made and each time it is followed', async () => {
    const { path } = await linkOf()
    await follow(path)
    const issued = fixture.entries.filter((entry) => entry.event === 'issued')
    expect(issued).toMatchObject([
      { operation: 'link', key: KEY, caller: { id: 'holder', method: 'api-key' } },
      { operation: 'download', key: KEY, caller: { id: 'api-key:holder', method: 'link' }, grant: 'files' },
    ])
    expect(JSON.stringify(fixture.entries)).not.toContain(path.slice(3))
  })

  it('for one download forgives a button that is pressed twice, for as long as the first URL lives', async () => {
    const { path, id } = await linkOf({ maxDownloads: 1 })
    const page = await (await follow(path, { headers: BROWSER })).text()
    const visit = /name="visit" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const press = (value: string): Promise<Response> =>
      follow(path, { method: 'POST', body: new URLSearchParams({ visit: value }) })
    const endOf = (answer: Response): string | undefined =>
      /q-sign-time=\d+(?:;|%3B)(\d+)/i.exec(answer.headers.get('location') ?? '')?.[1]
    const first = await press(visit)
    at += 20_000
    const second = await press(visit)
    expect([first.status, second.status]).toEqual([303, 303])
    expect(endOf(second)).toBe(endOf(first))
    expect(await downloadsOf(id)).toBe(1)
    const another = crypto.randomUUID()
    expect([(await press(another)).status, (await press(another)).status]).toEqual([410, 410])
    at += 11_000
    expect((await press(visit)).status).toBe(410)
  })

  it('for one download forgives two presses in the same instant, of one page alone', async () => {
    const { path, id } = await linkOf({ maxDownloads: 1 })
    const visit = crypto.randomUUID()
    const press = (value: string): Promise<Response> =>
      follow(path, { method: 'POST', body: new URLSearchParams({ visit: value }) })
    const answers = await Promise.all([press(visit), press(visit), press(visit)])
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303])
    expect(await downloadsOf(id)).toBe(1)
    expect((await press(crypto.randomUUID())).status).toBe(410)
  })

  it.each([
    ['two downloads', { maxDownloads: 2 }],
    ['two downloads, with a password', { maxDownloads: 2, password: 'correct horse' }],
  ])('for %s counts presses of one page in the same instant once', async (_, more) => {
    const { path, id } = await linkOf(more)
    const press = (visit: string, password = 'correct horse'): Promise<Response> =>
      follow(path, { method: 'POST', body: new URLSearchParams({ visit, password }) })
    const page = crypto.randomUUID()
    if ('password' in more) expect((await press(page, 'wrong')).status).toBe(403)
    const answers = await Promise.all([press(page), press(page), press(page)])
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303])
    expect(await downloadsOf(id)).toBe(1)
    expect((await press(crypto.randomUUID())).status).toBe(303)
    expect(await downloadsOf(id)).toBe(2)
    at += 31_000
    expect((await press(page)).status).toBe(410)
  })

  it('for any number of downloads keeps nothing of presses, which could be without end', async () => {
    const store = createMemoryLinkStore()
    const puts: string[] = []
    const put: typeof store.put = (putId, link) => {
      puts.push(putId)
      return store.put(putId, link)
    }
    const counting = await createFixture({ links: { store: { ...store, put } } })
    const { path } = await (await counting.ask('/links', { json: { key: KEY } })).json()
    const press = (): Promise<Response> => {
      const body = new URLSearchParams({ visit: crypto.randomUUID() })
      return counting.service.fetch(new Request(`http://service${path}`, { method: 'POST', body }))
    }
    expect([(await press()).status, (await press()).status]).toEqual([303, 303])
    expect(puts).toHaveLength(1)
  })

  it('whose page was pressed in vain counts the press that opens it', async () => {
    const { path, id } = await linkOf({ maxDownloads: 2, password: 'correct horse' })
    const visit = crypto.randomUUID()
    const press = (password: string): Promise<Response> =>
      follow(path, { method: 'POST', body: new URLSearchParams({ visit, password }) })
    const wrong = await Promise.all([press('wrong'), press('wronger')])
    expect(wrong.map(({ status }) => status)).toEqual([403, 403])
    const timeOf = async (password: string, status: number): Promise<number> => {
      const began = performance.now()
      expect((await press(password)).status).toBe(status)
      return performance.now() - began
    }
    // A password takes its time; but there is no twin to wait for, which takes a second.
    const usual = await timeOf('wrongest', 403)
    expect(await timeOf('correct horse', 303)).toBeLessThan(usual + 900)
    expect(await downloadsOf(id)).toBe(1)
  })

  it('that is revoked opens for nobody who was there before, nor by what is remembered of a visit', async () => {
    const { path, id } = await linkOf({ maxDownloads: 1 })
    const visit = crypto.randomUUID()
    const press = (): Promise<Response> =>
      follow(path, { method: 'POST', body: new URLSearchParams({ visit }) })
    expect((await press()).status).toBe(303)
    expect((await follow(`/l/${id}%20${visit}`)).status).toBe(404)
    await fixture.ask(`/links/${id}`, { method: 'DELETE' })
    expect((await press()).status).toBe(404)
  })

  it('for one download opens once, and a second time is over', async () => {
    const { path, id } = await linkOf({ maxDownloads: 1 })
    expect((await follow(path)).status).toBe(302)
    const again = await follow(path)
    expect(again.status).toBe(410)
    expect(await again.json()).toMatchObject({ code: 'ERR_SERVICE_LINK_ENDED' })
    expect((await follow(path, { method: 'POST' })).status).toBe(410)
    expect(await downloadsOf(id)).toBe(1)
  })

  it('for three downloads opens three times, however many follow it at once', async () => {
    const { path } = await linkOf({ maxDownloads: 3 })
    const answers = await Promise.all(Array.from({ length: 20 }, () => follow(path)))
    expect(answers.filter(({ status }) => status === 302)).toHaveLength(3)
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(17)
  })

  it.each<[string, RequestInit]>([
    ['HEAD', { method: 'HEAD' }],
    ['a browser that fetches ahead', { headers: { ...BROWSER, 'sec-purpose': 'prefetch;prerender' } }],
    ['a chat program', { headers: { 'user-agent': 'Slackbot-LinkExpanding 1.0', accept: '*/*' } }],
    ['another chat program', { headers: { 'user-agent': 'WhatsApp/2.23', accept: '*/*' } }],
    ['a mail scanner that looks like a browser', { headers: BROWSER }],
  ])('is not used up by whoever only looks: %s', async (_, init) => {
    const { path, id } = await linkOf({ maxDownloads: 1 })
    const looked = await follow(path, init)
    expect(looked.status).toBe(200)
    expect(looked.headers.has('location')).toBe(false)
    expect(await looked.text()).not.toContain('a.txt')
    expect(await downloadsOf(id)).toBe(0)
    const pressed = await follow(path, { method: 'POST', headers: { ...BROWSER, origin: 'null' } })
    expect(pressed.status).toBe(303)
    expect(await (await fetch(pressed.headers.get('location') ?? '')).text()).toBe('the bytes')
  })

  it('that is not counted leads a browser to the object at once', async () => {
    const { path } = await linkOf()
    expect((await follow(path, { headers: BROWSER })).status).toBe(302)
  })

  it('ends when its time is over, and its last URL no later', async () => {
    const { path } = await linkOf({ lifetimeSeconds: 100 })
    at += 90_000
    const location = (await follow(path)).headers.get('location') ?? ''
    expect(location).toContain(`${Math.floor(at / 1000) + 10}`)
    at += 11_000
    expect((await follow(path)).status).toBe(410)
  })

  it('that is revoked is gone, and only its maker can look at it and revoke it', async () => {
    const store = createMemoryLinkStore()
    const where = { domain, region: undefined, scheme: 'http' as const, links: { store } }
    const host = () => ({ id: 'other' })
    fixture = await createFixture({ ...where, authenticate: { host } })
    const { path, id } = await linkOf()
    for (const method of ['GET', 'DELETE']) {
      const foreign = await follow(`/links/${id}`, { method })
      expect(foreign.status).toBe(404)
    }
    expect((await follow(path)).status).toBe(302)
    expect(await (await fixture.ask(`/links/${id}`, { method: 'DELETE' })).json()).toEqual({
      id,
      revoked: true,
    })
    expect((await follow(path)).status).toBe(404)
    expect((await fixture.ask(`/links/${id}`)).status).toBe(404)
  })

  it('lives no longer than its grant lets links live, nor does the URL that it leads to', async () => {
    const grant = {
      name: 'files',
      bucket: BUCKET,
      key: 'files/{sub}/{uuid}-{filename}',
      operations: ['link'],
      maxLifetimeSeconds: 10,
      maxLinkLifetimeSeconds: 3600,
    } as const
    fixture = await createFixture({ links: {}, grants: [grant], now: () => at })
    const { path, expiresAt } = await linkOf({ lifetimeSeconds: 86_400 })
    expect(expiresAt).toBe(Math.floor(at / 1000) + 3600)
    const location = (await follow(path)).headers.get('location') ?? ''
    const to = Number(/q-sign-time=\d+(?:;|%3B)(\d+)/i.exec(location)?.[1])
    expect(to - Math.floor(at / 1000)).toBe(10)
  })

  it('is over with the grant that it was made under', async () => {
    const store = createMemoryLinkStore()
    fixture = await createFixture({ links: { store } })
    const { path } = await linkOf()
    const grants = [
      { name: 'files', bucket: BUCKET, key: 'files/{sub}/{uuid}', operations: ['download'] as const },
    ]
    fixture = await createFixture({ links: { store }, grants })
    expect((await follow(path)).status).toBe(410)
  })

  it('is not made for an object that the caller may not share', async () => {
    const answer = await fixture.ask('/links', { json: { key: 'files/other/secret' } })
    expect(answer.status).toBe(403)
  })

  it('is no way to a redirect or a header of the maker’s choice', async () => {
    const { path } = await linkOf({ filename: 'x\r\nSet-Cookie: a=b"; filename=evil.html' })
    const location = (await follow(path)).headers.get('location') ?? ''
    const object = await fetch(location)
    expect(object.status).toBe(200)
    expect(object.headers.has('set-cookie')).toBe(false)
    expect((await follow('/l/..%2f..%2fhealthz')).status).toBe(404)
  })
})

describe('a link with a password', () => {
  it('opens with it and in no other way', async () => {
    const { path } = await linkOf({ password: 'correct horse', maxDownloads: 2 })
    const page = await follow(path, { headers: BROWSER })
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await page.text()).toContain('type="password"')
    for (const [init, status] of [
      [{}, 403],
      [{ method: 'POST' }, 403],
      [{ method: 'POST', body: new URLSearchParams({ password: 'wrong' }) }, 403],
      [{ method: 'POST', body: 'garbage' }, 400],
      [{ method: 'POST', body: new URLSearchParams({ password: 'correct horse' }) }, 303],
      [{ method: 'POST', body: JSON.stringify({ password: 'correct horse' }) }, 303],
    ] as const) {
      expect((await follow(path, init)).status).toBe(status)
    }
    const text = JSON.stringify(fixture.entries)
    expect(text).not.toContain('correct horse')
  })

  it('lets nobody try many, not even at once; and says so in a page to a browser', async () => {
    fixture = await createFixture({ links: { maxPasswordTries: 3 } })
    const { path } = await linkOf({ password: 'correct horse' })
    const tries = Array.from({ length: 8 }, (_, n) =>
      follow(path, { method: 'POST', body: JSON.stringify({ password: `guess ${n}` }) }),
    )
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 403)).toHaveLength(3)
    expect(statuses.filter((status) => status === 429)).toHaveLength(5)
    const body = new URLSearchParams({ password: 'correct horse' })
    const late = await follow(path, { method: 'POST', body, headers: BROWSER })
    expect(late.status).toBe(429)
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(late.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await late.text()).toContain('Too many passwords')
  })
})

describe('without the store of links', () => {
  const rejects = (): Promise<never> => Promise.reject(new Error('store is gone'))
  const throws = (): never => {
    throw new Error('store is gone')
  }
  it.each([
    ['rejects', rejects],
    ['throws', throws],
  ])('that %s none is opened or made, and everything else works', async (_, gone) => {
    const store: LinkStore = { put: gone, get: gone, take: gone, remove: gone, check: gone, close: gone }
    fixture = await createFixture({ links: { store } })
    const answers = [
      await fixture.ask('/links', { json: { key: KEY } }),
      await follow('/l/0123456789abcdefghijklmn'),
      await fixture.ask('/links/0123456789abcdefghijklmn', { method: 'DELETE' }),
    ]
    for (const answer of answers) {
      expect(answer.status).toBe(503)
      expect(await answer.json()).toMatchObject({ code: 'ERR_SERVICE_STORE_UNAVAILABLE' })
    }
    expect((await fixture.ask('/v1/uploads', { json: {} })).status).toBe(200)
    expect(await (await fixture.ask('/readyz')).json()).toMatchObject({ status: 'degraded' })
  })
})
