import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LogEntry, ServiceOptions } from '../../src/index.ts'
import { createFixture } from '../fixture.ts'

/* Keys from a login server, which may be down. */

type Answer = (response: ServerResponse) => void

let answer: Answer
let asked = 0
const server = createServer((_, response) => {
  asked += 1
  answer(response)
})
let url: string
let token: string
let longToken: string
let healthy: Answer
let privateKey: CryptoKey
beforeAll(async () => {
  const pair = await generateKeyPair('ES256')
  privateKey = pair.privateKey
  const keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }]
  healthy = (response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
  token = await tokenOf('one', privateKey)
  longToken = await tokenOf('one', privateKey, '3h')
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

async function tokenOf(kid: string, key: CryptoKey, life = '5m'): Promise<string> {
  return await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid })
    .setSubject('alice')
    .setIssuer('i')
    .setAudience('a')
    .setExpirationTime(life)
    .sign(key)
}

async function askWith(jwksUrl: string, proof = token, more: Partial<ServiceOptions> = {}) {
  const fixture = await createFixture({
    ...more,
    authenticate: { jwt: { jwksUrl, issuer: 'i', audience: 'a' } },
  })
  const headers = { authorization: `Bearer ${proof}`, 'x-api-key': '' }
  const ask = () => fixture.ask('/v1/uploads', { json: {}, headers })
  return { ...fixture, response: await ask(), ask }
}

/** A login server that can be stopped, and started again at the same address. */
async function startLogin() {
  const login = createServer((_, response) => {
    // No connection outlives its answer: the next request finds nobody.
    response.setHeader('connection', 'close')
    healthy(response)
  })
  const start = async (port = 0): Promise<number> => {
    await new Promise<void>((resolve) => login.listen(port, '127.0.0.1', resolve))
    return (login.address() as AddressInfo).port
  }
  const port = await start()
  const host = `127.0.0.1:${port}`
  return {
    host,
    url: `http://${host}/jwks`,
    start: () => start(port),
    stop: () =>
      new Promise<unknown>((resolve) => {
        login.close(resolve)
        login.closeAllConnections()
      }),
  }
}

describe('while the keys of the login server', () => {
  it.each<[string, Answer]>([
    ['are answered with 503', (response) => response.writeHead(503).end('busy')],
    ['are a page', (response) => response.end('<html>')],
    ['are no keys', (response) => response.end('{"keys":"none"}')],
    ['are elsewhere', (response) => response.writeHead(302, { location: '/other' }).end()],
    ['break off', (response) => response.destroy()],
  ])('%s nobody is told that their token is wrong; the log says why', async (_, broken) => {
    answer = broken
    const { response, ask, entries } = await askWith(url)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    const problem = await response.json()
    expect(problem).toMatchObject({ code: 'ERR_SERVICE_JWKS_UNREACHABLE' })
    const failure = entries.find((entry) => entry.event === 'failure')
    expect(failure).toMatchObject({
      requestId: problem.requestId,
      error: expect.stringContaining('Caused by:'),
    })
    answer = healthy
    expect((await ask()).status).toBe(200)
  })

  it('never come, the caller is told to try again in time, and the next is served as soon as they do', async () => {
    answer = () => undefined
    const begin = performance.now()
    const { response, ask } = await askWith(url)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ code: 'ERR_SERVICE_JWKS_UNREACHABLE' })
    expect(performance.now() - begin).toBeLessThan(10_000)
    answer = healthy
    expect((await ask()).status).toBe(200)
  }, 20_000)

  it('cannot be connected to, too', async () => {
    const { response } = await askWith('http://127.0.0.1:1/jwks')
    expect(response.status).toBe(503)
  })
})

describe('keys that are known', () => {
  const down: Answer = (response) => response.writeHead(503).end('busy')
  const minutes = (count: number) => count * 60_000

  it('are believed for an hour while the login server is down, and nobody keeps asking it', async () => {
    let at = Date.now()
    answer = healthy
    const { response, ask } = await askWith(url, longToken, { now: () => at })
    expect(response.status).toBe(200)
    answer = down
    asked = 0
    at += minutes(9)
    expect((await ask()).status).toBe(200)
    expect(asked).toBe(0)
    at += minutes(2)
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200])
    expect(asked).toBe(1)
    at += minutes(48)
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200])
    await expect.poll(() => asked).toBe(2)
    at += minutes(2)
    expect((await ask()).status).toBe(503)
    answer = healthy
    expect((await ask()).status).toBe(200)
  })

  it('are waited for once, when the login server never answers', async () => {
    let at = Date.now()
    answer = healthy
    const { ask } = await askWith(url, longToken, { now: () => at })
    answer = () => undefined
    at += minutes(11)
    expect((await ask()).status).toBe(200)
    at += minutes(1)
    const begin = performance.now()
    asked = 0
    expect((await ask()).status).toBe(200)
    expect(performance.now() - begin).toBeLessThan(2000)
    await expect.poll(() => asked).toBe(1)
  }, 20_000)

  it('and were withdrawn are believed no longer than ten minutes', async () => {
    let at = Date.now()
    answer = healthy
    const { ask } = await askWith(url, longToken, { now: () => at })
    answer = (response) => response.end('{"keys":[]}')
    at += minutes(11)
    expect((await ask()).status).toBe(401)
  })

  it('and were withdrawn are not believed because the clock was set back', async () => {
    let at = Date.now() + minutes(24 * 60)
    answer = healthy
    const ahead = await tokenOf('one', privateKey, '48h')
    const { response, ask } = await askWith(url, ahead, { now: () => at })
    expect(response.status).toBe(200)
    at += minutes(11)
    answer = down
    expect((await ask()).status).toBe(200)
    at = Date.now()
    expect((await ask()).status).toBe(200)
    at += minutes(1)
    answer = (response) => response.end('{"keys":[]}')
    await expect.poll(async () => (await ask()).status).toBe(401)
  })

  it('are fetched anew for a new one, but not for each token that names none', async () => {
    let at = Date.now()
    answer = healthy
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const next = await tokenOf('next', privateKey, '3h')
    const { response, ask } = await askWith(url, next, { now: () => at })
    expect(response.status).toBe(401)
    asked = 0
    expect((await ask()).status).toBe(401)
    expect(asked).toBe(0)
    at += minutes(1)
    answer = down
    expect([(await ask()).status, (await ask()).status]).toEqual([503, 503])
    expect(asked).toBe(1)
    at += minutes(1)
    const key = { ...(await exportJWK(publicKey)), kid: 'next', alg: 'ES256' }
    answer = (response) => response.end(JSON.stringify({ keys: [key] }))
    expect((await ask()).status).toBe(200)
  })
})

describe('that known keys are in use', () => {
  const minutes = (count: number) => count * 60_000
  const noticesOf = (entries: readonly LogEntry[]) => entries.filter((entry) => entry.event === 'notice')

  it('is told once for each time that the login server was asked, and that it is back', async () => {
    let at = Date.now()
    const login = await startLogin()
    const { ask, entries } = await askWith(login.url, longToken, { now: () => at })
    const believedUntil = new Date(at + minutes(60)).toISOString()
    await login.stop()
    const askThrice = async () => (await Promise.all([ask(), ask(), ask()])).map(({ status }) => status)

    at += minutes(11)
    expect(await askThrice()).toEqual([200, 200, 200])
    expect(await askThrice()).toEqual([200, 200, 200])
    expect(noticesOf(entries)).toEqual([
      expect.objectContaining({
        level: 'warn',
        message: `The keys of ${login.host} cannot be fetched (connect ECONNREFUSED ${login.host}); known ones are believed until ${believedUntil}`,
      }),
    ])

    at += minutes(1)
    expect(await askThrice()).toEqual([200, 200, 200])
    await expect.poll(() => noticesOf(entries).length).toBe(2)

    await login.start()
    at += minutes(1)
    expect(await askThrice()).toEqual([200, 200, 200])
    await expect.poll(() => noticesOf(entries).length).toBe(3)
    expect(noticesOf(entries)[2]).toMatchObject({
      level: 'info',
      message: `The keys of ${login.host} can be fetched again`,
    })

    at += minutes(11)
    expect(await askThrice()).toEqual([200, 200, 200])
    expect(noticesOf(entries)).toHaveLength(3)
    await login.stop()
  })

  it('is not told when they are believed no more: then each refusal is in the log', async () => {
    let at = Date.now()
    answer = healthy
    const { ask, entries } = await askWith(url, longToken, { now: () => at })
    answer = (response) => response.writeHead(503).end('busy')
    at += minutes(61)
    expect([(await ask()).status, (await ask()).status]).toEqual([503, 503])
    expect(noticesOf(entries)).toEqual([])
    expect(entries.filter((entry) => entry.event === 'failure')).toHaveLength(2)
  })

  it.each<[string, unknown, string]>([
    [
      'an error with the address',
      new Error('request to https://me:pass@login.example/jwks?code=hidden failed'),
      'request to login.example failed',
    ],
    ['no Error', 'it is late', 'it is late'],
    [
      'an error with a long cause',
      new Error('failed', { cause: new Error('no '.repeat(500)) }),
      'no '.repeat(67).slice(0, 200),
    ],
  ])(
    'is told without the address, which may hold a secret, where fetching ends with %s',
    async (_, error, reason) => {
      let at = Date.now()
      answer = healthy
      let isDown = false
      const fetchOrFail: typeof fetch = async () => {
        if (isDown) throw error
        return await fetch(url)
      }
      const { ask, entries } = await askWith('https://login.example/jwks?code=hidden', longToken, {
        now: () => at,
        fetch: fetchOrFail,
      })
      isDown = true
      at += minutes(11)
      expect((await ask()).status).toBe(200)
      expect(noticesOf(entries)).toEqual([
        expect.objectContaining({
          message: expect.stringContaining(`The keys of login.example cannot be fetched (${reason}); `),
        }),
      ])
    },
  )
})

it('a token of a key that the login server does not have is refused as such', async () => {
  answer = healthy
  const { privateKey } = await generateKeyPair('ES256')
  const { response, entries } = await askWith(url, await tokenOf('two', privateKey))
  expect(response.status).toBe(401)
  expect(entries.some((entry) => entry.event === 'failure')).toBe(false)
})

it('keys are fetched as the application fetches', async () => {
  answer = healthy
  const asked: string[] = []
  const { response } = await askWith('https://login.example/jwks', token, {
    fetch: async (input) => {
      asked.push(String(input))
      return await fetch(url)
    },
  })
  expect(response.status).toBe(200)
  expect(asked).toEqual(['https://login.example/jwks'])
})

it('keys that come over plain http from elsewhere are warned of', async () => {
  const { noticesAtStart } = await askWith('http://login.example/jwks', 'none')
  expect(noticesAtStart).toContainEqual(
    expect.objectContaining({ event: 'notice', level: 'warn', message: expect.stringContaining('jwksUrl') }),
  )
  const here = await askWith(url, 'none')
  expect(JSON.stringify(here.noticesAtStart)).not.toContain('jwksUrl')
})
