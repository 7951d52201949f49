import { describe, expect, it } from 'vitest'
import { createFixture } from '../fixture.ts'

const APP = 'https://app.example.com'
const cors = { origins: [APP, 'capacitor://localhost'], credentials: true }

describe('pages of other origins', () => {
  it('that are listed get a preflight answered, and may read answers and refusals', async () => {
    const { ask } = await createFixture({ cors })
    const preflight = await ask('/v1/uploads', {
      method: 'OPTIONS',
      headers: {
        origin: APP,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
      },
    })
    expect(preflight.status).toBe(204)
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '600',
    })
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
    expect(preflight.headers.get('vary')).toContain('Origin')

    for (const [json, status] of [
      [{}, 200],
      [{ filename: 5 }, 400],
    ] as const) {
      const answer = await ask('/v1/uploads', { json, headers: { origin: APP } })
      expect(answer.status).toBe(status)
      expect(answer.headers.get('access-control-allow-origin')).toBe(APP)
      expect(answer.headers.get('access-control-expose-headers')).toContain('X-Request-Id')
      expect(answer.headers.get('vary')).toContain('Origin')
    }
  })

  it.each([
    ['another one', 'https://evil.example'],
    ['one that begins like a listed one', `${APP}.evil.example`],
    ['one that ends like a listed one', 'https://evilapp.example.com'],
    ['a listed one with another scheme', 'http://app.example.com'],
    ['a listed one with a port', `${APP}:444`],
    ['the one that is no origin', 'null'],
    ['nonsense', '*'],
  ])('that are not listed are refused: %s', async (_, origin) => {
    const { ask } = await createFixture({ cors })
    for (const init of [
      { json: {} },
      { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } },
    ]) {
      const answer = await ask('/v1/uploads', { ...init, headers: { ...init.headers, origin } })
      expect(answer.status).toBe(403)
      expect(answer.headers.has('access-control-allow-origin')).toBe(false)
      expect(answer.headers.get('vary')).toContain('Origin')
      expect(await answer.json()).toMatchObject({ code: 'ERR_SERVICE_ORIGIN_FOREIGN' })
    }
  })

  it('are none when nothing is configured, but for the origin of the service itself', async () => {
    const { ask } = await createFixture()
    expect((await ask('/v1/uploads', { json: {}, headers: { origin: APP } })).status).toBe(403)
    expect((await ask('/v1/uploads', { json: {}, headers: { origin: 'https://service' } })).status).toBe(200)
  })

  it('get no word of credentials where none are configured', async () => {
    const { ask } = await createFixture({ cors: { origins: [APP] } })
    const answer = await ask('/v1/uploads', { json: {}, headers: { origin: APP } })
    expect(answer.headers.get('access-control-allow-origin')).toBe(APP)
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false)
  })

  it.each([
    '*',
    'null',
    'https://*.example.com',
    `${APP}/`,
    `${APP}/path`,
    'app.example.com',
    'HTTPS://APP.example',
  ])('cannot be configured as %s', async (origin) => {
    await expect(createFixture({ cors: { origins: [origin] } })).rejects.toThrow(
      'cors.origins[0]: must be an exact origin',
    )
  })
})

describe('a request', () => {
  it('with a body that is too long is refused, whether it says how long it is or not', async () => {
    const { ask } = await createFixture({ maxBodyBytes: 100 })
    const text = JSON.stringify({ filename: 'x'.repeat(100) })
    const unannounced = new Blob([text]).stream()
    for (const init of [
      { body: text, headers: { 'content-length': String(text.length) } },
      { body: unannounced, duplex: 'half' } as RequestInit,
    ]) {
      const answer = await ask('/v1/uploads', init)
      expect(answer.status).toBe(413)
      expect(await answer.json()).toMatchObject({ code: 'ERR_SERVICE_BODY_TOO_LARGE' })
    }
    expect((await ask('/v1/uploads', { json: { filename: 'x' } })).status).toBe(200)
  })

  it('of a stranger is refused before anything of its body is read', async () => {
    const { service } = await createFixture()
    let reads = 0
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      reads += 1
      controller.enqueue(new Uint8Array(1000))
    }
    const body = new ReadableStream({ pull }, { highWaterMark: 0 })
    const init = { method: 'POST', body, duplex: 'half' }
    expect((await service.fetch(new Request('http://service/v1/uploads', init))).status).toBe(401)
    expect(reads).toBe(0)
  })

  it.each(['some', '-1', '5, 5'])('that says its body has %j bytes is refused unread', async (length) => {
    const { ask } = await createFixture({ maxBodyBytes: 100 })
    const json = { filename: 'x'.repeat(100) }
    const answer = await ask('/v1/uploads', { json, headers: { 'content-length': length } })
    expect(answer.status).toBe(400)
    expect((await answer.json()).detail).toContain('Content-Length')
  })

  it('that is not answered in time is refused, whatever it waits for', async () => {
    const host = () => new Promise<undefined>(() => undefined)
    const { service } = await createFixture({ timeoutMs: 30, authenticate: { host } })
    const answer = await service.fetch(new Request('http://service/v1/uploads', { method: 'POST' }))
    expect(answer.status).toBe(504)
    expect(await answer.json()).toMatchObject({ code: 'ERR_SERVICE_TIMEOUT' })
  })
})

describe('a path', () => {
  it.each([
    ['GET', '/v1/uploads', 'POST'],
    ['PUT', '/v1/multipart/x/parts', 'GET, HEAD, POST'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['PATCH', '/links/x', 'GET, HEAD, DELETE'],
    ['DELETE', '/l/x', 'GET, HEAD, POST'],
  ])('is told apart from none when the method is another: %s %s', async (method, path, allowed) => {
    const { ask } = await createFixture({ links: {} })
    const answer = await ask(path, { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allowed])
    expect(await answer.json()).toMatchObject({ code: 'ERR_SERVICE_METHOD_NOT_ALLOWED' })
  })

  it('that is none is not found, whatever the method', async () => {
    const { ask } = await createFixture()
    for (const method of ['GET', 'POST', 'PUT'])
      expect((await ask('/v1/nothing', { method })).status).toBe(404)
  })

  it('says how to prove who asks', async () => {
    const { service } = await createFixture()
    const answer = await service.fetch(new Request('http://service/v1/uploads', { method: 'POST' }))
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  })

  it('says once what its answer depends on', async () => {
    const cors = { origins: ['https://app.example.com'] }
    const { ask } = await createFixture({ cors })
    for (const path of ['/v1/uploads', '/v1/nothing', '/healthz']) {
      const answer = await ask(path, { headers: { origin: 'https://app.example.com' } })
      expect(answer.headers.get('vary')).toBe('Origin')
    }
  })
})
