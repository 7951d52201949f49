import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { CosClient, createCredential, type Method } from 'cos-presign'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccessLogEntry, createEmulator, type Emulator } from '../src/index.ts'

const Bucket = 'examplebucket-1250000000'
const credential = createCredential({ secretId: 'AKIDpermanent00001', secretKey: 'test-secret-permanent' })
const log: AccessLogEntry[] = []
let emulator: Emulator
let port: number

beforeAll(async () => {
  emulator = createEmulator({
    credentials: [credential],
    defaultBucket: Bucket,
    idleTimeoutSeconds: 1,
    minBytesPerSecond: 1000,
    onRequest: (entry) => log.push(entry),
  })
  port = (await emulator.listen()).port
})
afterAll(() => emulator.close())

function head(method: Method, Key: string, ...lines: string[]): string {
  const host = `127.0.0.1:${port}`
  const client = new CosClient({
    Domain: host,
    Scheme: 'http',
    SecretId: credential.secretId,
    SecretKey: credential.secretKey,
  })
  const target = client.getPresignedUrl({ Method: method, Bucket, Key }).slice(`http://${host}`.length)
  return `${[`${method} ${target} HTTP/1.1`, `Host: ${host}`, ...lines].join('\r\n')}\r\n\r\n`
}

function open(): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  return socket
}

/** Sends a piece now and then, until the connection is closed; what came back. */
async function trickle(piece: string, everyMs: number, start: string): Promise<string> {
  const socket = open()
  let answer = ''
  socket.setEncoding('latin1').on('data', (text) => {
    answer += text
  })
  const closed = once(socket, 'close')
  socket.write(start)
  const timer = setInterval(() => socket.writable && socket.write(piece), everyMs)
  await closed
  clearInterval(timer)
  return answer
}

describe('a client that is slow', () => {
  it('and sends its body byte by byte is told so, and nothing is kept', async () => {
    const answer = await trickle('x', 100, head('PUT', 'slow', 'Content-Length: 100000'))
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('<Code>UserNetworkTooSlow</Code>')
    expect(answer).toContain('Connection: close')
    expect(log.at(-1)).toMatchObject({ operation: 'PutObject', code: 'UserNetworkTooSlow' })
  })

  it('and stops in the middle of its body is told so', async () => {
    const answer = await trickle('', 1000, `${head('PUT', 'stuck', 'Content-Length: 100000')}abc`)
    expect(answer).toContain('<Code>RequestTimeout</Code>')
  })

  it('but fast enough is served, however long it takes', async () => {
    const socket = open()
    socket.write(head('PUT', 'steady', 'Content-Length: 20000'))
    for (let at = 0; at < 10; at++) {
      await wait(250)
      socket.write('y'.repeat(2000))
    }
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 200 /)
    socket.destroy()
  })

  it('and does not take its answer loses the connection', async () => {
    const bytes = Buffer.alloc(32_000_000)
    const put = open()
    put.write(head('PUT', 'large', `Content-Length: ${bytes.length}`))
    put.write(bytes)
    await once(put, 'data')
    put.destroy()
    log.length = 0
    const socket = open()
    socket.pause()
    socket.write(head('GET', 'large'))
    await expect.poll(() => log.length, { timeout: 10_000 }).toBe(1)
    expect(log[0]).toMatchObject({ operation: 'GetObject', status: 200 })
    socket.destroy()
  })

  it('but waits for a fault that was asked for is not blamed', async () => {
    emulator.faults.add({ fault: 'delay', delayMs: 2500, count: 1 })
    const socket = open()
    socket.write(`${head('PUT', 'delayed', 'Content-Length: 3')}abc`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 200 /)
    socket.destroy()
  })

  it('and says nothing between two requests is let go', async () => {
    const socket = open()
    socket.write(head('HEAD', 'none'))
    await once(socket, 'data')
    await once(socket, 'close')
  })
})

describe('a great many connections', () => {
  it('are all answered', async () => {
    const sockets = Array.from({ length: 500 }, open)
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    const statuses = await Promise.all(
      sockets.map(async (socket) => {
        socket.write(head('HEAD', 'none'))
        const [answer] = (await once(socket, 'data')) as [Buffer]
        socket.destroy()
        return answer.toString('latin1').split(' ')[1]
      }),
    )
    expect(new Set(statuses)).toEqual(new Set(['404']))
  })
})
