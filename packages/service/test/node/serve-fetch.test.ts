import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { serveFetch } from '../../src/node/serve-fetch.ts'

/** More than the kernel takes for a client that does not read. */
const ANSWER = 'x'.repeat(32 * 1024 ** 2)

describe('serveFetch', () => {
  it('that closes sends a slow client the whole of its answer first, and keeps nobody else waiting for long', async () => {
    const listener = await serveFetch(() => new Response(ANSWER), { host: '127.0.0.1', port: 0 })
    const idle = connect(listener.port, '127.0.0.1')
    const slow = connect(listener.port, '127.0.0.1')
    let received = 0
    slow.on('data', ({ length }) => (received += length))
    const ended = new Promise((resolve) => slow.once('close', resolve))
    slow.write('GET / HTTP/1.1\r\nHost: service\r\n\r\n')
    await new Promise((resolve) => slow.once('data', resolve))
    slow.pause()
    const closed = listener.close()
    await new Promise((resolve) => idle.once('close', resolve))
    await new Promise((resolve) => setTimeout(resolve, 200))
    slow.resume()
    await Promise.all([closed, ended])
    expect(received).toBeGreaterThan(ANSWER.length)
  })

  it('that closes answers what is on its way, and says that it is the last', async () => {
    const listener = await serveFetch(() => new Response('here'), { host: '127.0.0.1', port: 0 })
    const agent = new Agent({ keepAlive: true, maxSockets: 16 })
    const ends: string[] = []
    /** How an answer ends the connection, or why there is none. */
    const ask = (): Promise<string> =>
      new Promise((resolve) => {
        get(listener.url, { agent }, (response) => {
          response.resume().once('end', () => resolve(response.headers.connection ?? ''))
        }).once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
      })
    const askOn = async (): Promise<void> => {
      for (;;) {
        const end = await ask()
        ends.push(end)
        if (end === 'ECONNREFUSED') return
      }
    }
    const asking = Promise.all(Array.from({ length: 16 }, askOn))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await listener.close()
    await asking
    agent.destroy()
    const last = ends.filter((end) => end === 'close')
    expect(last.length).toBeGreaterThan(0)
    expect(new Set(ends)).toEqual(new Set(['keep-alive', 'close', 'ECONNREFUSED']))
  })

  it('that closes waits for nobody whose body came after its answer', async () => {
    const refuse = () => new Response('no', { status: 401 })
    const listener = await serveFetch(refuse, { host: '127.0.0.1', port: 0 })
    const client = connect(listener.port, '127.0.0.1')
    client.write('POST / HTTP/1.1\r\nHost: service\r\nContent-Length: 4\r\n\r\n')
    await new Promise((resolve) => client.once('data', resolve))
    client.write('late')
    await new Promise((resolve) => setTimeout(resolve, 100))
    const began = performance.now()
    await listener.close()
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it('that closes answers what has arrived while its process had no processor', async () => {
    const listener = await serveFetch(() => new Response('here'), { host: '127.0.0.1', port: 0 })
    const client = connect(listener.port, '127.0.0.1')
    let received = ''
    client.on('data', (chunk) => (received += chunk))
    const ended = new Promise((resolve) => client.once('error', resolve).once('close', resolve))
    client.write('GET / HTTP/1.1\r\nHost: service\r\n\r\n')
    await new Promise((resolve) => client.once('data', resolve))
    // From here the next turn begins with its timers.
    await new Promise(setImmediate)
    const closed = listener.close()
    client.write('GET / HTTP/1.1\r\nHost: service\r\n\r\n')
    const began = performance.now()
    while (performance.now() - began < 200);
    await Promise.all([closed, ended])
    expect(received.match(/here/g)).toHaveLength(2)
    expect(received).toContain('Connection: close')
  })
})
