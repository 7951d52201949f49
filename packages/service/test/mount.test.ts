import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEmulator } from '@cos-presign/emulator'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import { BUCKET, CREDENTIAL, createFixture, type Fixture } from './fixture.ts'

const tickets = { secret: 'a secret of tickets, of 32 bytes or more' }
const KEY = 'files/holder/00000000-0000-4000-8000-000000000000-a.txt'

type Send = (path: string, init?: RequestInit) => Promise<Response>

const servers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of servers.splice(0)) await close()
})

async function listen(listener: RequestListener): Promise<Send> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(() => new Promise((resolve) => server.close(() => resolve())))
  const { port } = server.address() as AddressInfo
  return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init)
}

/** What `app.use('/sign', …)` of the guide is, in a real Express. */
function inExpress({ service }: Fixture): RequestListener {
  const app = express()
  app.use('/sign', getRequestListener(service.fetch))
  app.use((_, response) => void response.status(404).end())
  return app
}

/** What `app/sign/[[...path]]/route.ts` of Next exports, and how Next calls it: by the method's name, with the whole URL. */
function asNextRoute({ service }: Fixture): Send {
  const handler = (request: Request): Promise<Response> => service.fetch(request)
  const route: Record<string, typeof handler> = {
    GET: handler,
    HEAD: handler,
    POST: handler,
    DELETE: handler,
  }
  return async (path, init = {}) => {
    const answer = route[init.method ?? 'GET']
    return (await answer?.(new Request(`http://next.example${path}`, init))) as Response
  }
}

const HOSTS: readonly (readonly [string, (fixture: Fixture) => Promise<Send>])[] = [
  [
    'another Hono application',
    async ({ service }) => {
      const app = new Hono().mount('/sign', service.fetch)
      return await Promise.resolve(async (path, init) => await app.request(path, init))
    },
  ],
  ['Express', (fixture) => listen(inExpress(fixture))],
  ['node:http, which takes nothing away', ({ service }) => listen(getRequestListener(service.fetch))],
  ['Next', async (fixture) => await Promise.resolve(asNextRoute(fixture))],
]

describe.each(HOSTS)('a service under /sign of %s', (_, mount) => {
  it('answers there, and the paths of its tickets and links lead there', async () => {
    const links = { publicUrl: 'https://app.example.com/sign' }
    const fixture = await createFixture({ basePath: '/sign', links, authenticate: { tickets } })
    const send = await mount(fixture)
    const post = (path: string, json: object, headers: Record<string, string> = {}): Promise<Response> =>
      send(path, { method: 'POST', headers, body: JSON.stringify(json) })
    const proof = { 'x-api-key': fixture.apiKey }
    expect((await post('/sign/v1/uploads', {}, proof)).status).toBe(200)
    const { path } = await (await post('/sign/v1/tickets', {}, proof)).json()
    expect(path).toMatch(/^\/sign\/t\/ey/)
    expect((await post(`${path}/v1/uploads`, {})).status).toBe(200)
    const link = await (await post('/sign/links', { key: KEY }, proof)).json()
    expect(link.path).toBe(`/sign/l/${link.id}`)
    expect(link.url).toBe(`https://app.example.com/sign/l/${link.id}`)
    expect((await send(link.path, { redirect: 'manual' })).status).toBe(302)
    expect((await send('/sign/healthz')).status).toBe(200)
    expect((await (await send('/sign/openapi.json')).json()).servers).toEqual([{ url: '/sign' }])
    expect((await send('/sign/v1/uploads')).status).toBe(405)
  })
})

it('an upload that Express hands out a URL for arrives, and is confirmed', async () => {
  const emulator = createEmulator({ credentials: [CREDENTIAL], buckets: [BUCKET], defaultBucket: BUCKET })
  servers.push(() => emulator.close())
  const domain = `127.0.0.1:${(await emulator.listen()).port}`
  const fixture = await createFixture({ basePath: '/sign', domain, region: undefined, scheme: 'http' })
  const send = await listen(inExpress(fixture))
  const post = (path: string, json: object): Promise<Response> =>
    send(path, {
      method: 'POST',
      headers: { 'x-api-key': fixture.apiKey, 'content-type': 'application/json' },
      body: JSON.stringify(json),
    })
  const { key, url, method, headers } = await (await post('/sign/v1/uploads', { filename: 'a.txt' })).json()
  expect((await fetch(url, { method, headers, body: 'the bytes' })).status).toBe(200)
  const confirmed = await post('/sign/v1/confirm', { key })
  expect(confirmed.status).toBe(200)
  expect(await confirmed.json()).toMatchObject({ sizeBytes: 9 })
  expect((await send('/other')).status).toBe(404)
})

it('the guide mounts in Express as is tested here', async () => {
  const guide = await readFile(new URL('../../../docs/running-the-service.md', import.meta.url), 'utf8')
  const line = /^app\.use\([^/]*'\/sign'.*?\)\)/m.exec(guide)?.[0]
  expect(line).toBeDefined()
  expect(await readFile(new URL(import.meta.url), 'utf8')).toContain(`  ${line}\n`)
})

describe('a basePath', () => {
  it.each(['sign', '/', '/sign/', '/a b', '//a', ''])('cannot be %j', async (basePath) => {
    await expect(createFixture({ basePath })).rejects.toThrow('basePath: must be a path like /sign')
  })
})
