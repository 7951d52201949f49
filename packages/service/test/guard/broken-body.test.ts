import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FetchListener, serveFetch } from '../../src/node/serve-fetch.ts'
import { createFixture, type Fixture } from '../fixture.ts'

let fixture: Fixture
let listener: FetchListener
beforeAll(async () => {
  fixture = await createFixture({ links: {} })
  listener = await serveFetch(fixture.service.fetch, { host: '127.0.0.1', port: 0 })
})
afterAll(() => listener.close())

/** Begins a request with some headers and a body, and is gone before its end. */
async function breakOff(path: string, given: readonly string[], begun: string): Promise<void> {
  const headers = [...given, `X-Api-Key: ${fixture.apiKey}`]
  const socket = connect(listener.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write([`POST ${path} HTTP/1.1`, 'Host: service', ...headers, '', begun].join('\r\n'))
  await wait(50)
  socket.resetAndDestroy()
}

it.each([
  ['in pieces', '/v1/downloads', ['Transfer-Encoding: chunked'], '5\r\n{"key'],
  ['of JSON', '/v1/downloads', ['Content-Length: 100'], '{"key'],
  ['of a link', '/l/some-link', ['Content-Length: 100'], 'visit='],
])('a client that breaks off its body %s is no failure of the service', async (_, path, headers, begun) => {
  fixture.entries.length = 0
  await breakOff(path, headers, begun)
  await expect.poll(() => fixture.entries).toHaveLength(1)
  const code = 'ERR_SERVICE_REQUEST_INVALID'
  expect(fixture.entries).toEqual([
    expect.objectContaining({ event: 'request', level: 'info', status: 400, code }),
  ])
})

it('a body that the application around has read is a mistake of its developer, and in the log', async () => {
  const { service, entries } = await createFixture({ links: {} })
  const headers = { 'Content-Length': '7' }
  const request = new Request('http://service/l/some-link', { method: 'POST', headers, body: 'visit=x' })
  await request.text()
  expect((await service.fetch(request)).status).toBe(500)
  expect(entries).toContainEqual(expect.objectContaining({ event: 'failure' }))
})
