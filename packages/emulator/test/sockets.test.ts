import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CosClient, type Method } from 'cos-presign'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccessLogEntry, createEmulator, type Emulator } from '../src/index.ts'
import { BUCKET, KEY } from './sending.ts'

/* What no well-behaved client sends: bytes on a socket, and what must come back byte by byte. */

let emulator: Emulator
let host: string
let port: number
let directory: string
const log: AccessLogEntry[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-sockets-'))
  emulator = createEmulator({
    credentials: [KEY],
    defaultBucket: BUCKET,
    dataDir: join(directory, 'data'),
    idleTimeoutSeconds: 3,
    onRequest: (entry) => log.push(entry),
  })
  port = (await emulator.listen()).port
  host = `127.0.0.1:${port}`
})
afterAll(async () => {
  await emulator.close()
  await rm(directory, { recursive: true })
})

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface Heard {
  readonly answers: readonly Answer[]
  /** What came after the last answer that could be read. */
  readonly rest: string
}

/** Takes the answers on a connection apart; to HEAD there is no body, whatever the headers say. */
function readAnswers(bytes: string, methods: readonly string[]): Heard {
  const answers: Answer[] = []
  let rest = bytes
  for (;;) {
    const head = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/.exec(rest)
    if (head === null) return { answers, rest }
    const status = Number(head[1])
    const lines = (head[2] ?? '')
      .trim()
      .split('\r\n')
      .map((line) => line.split(/: (.*)/s))
    const headers = Object.fromEntries(lines.map(([name = '', value = '']) => [name.toLowerCase(), value]))
    const method = methods[answers.filter((answer) => answer.status >= 200).length]
    const isBodiless = method === 'HEAD' || status < 200 || status === 204 || status === 304
    const length = isBodiless ? 0 : Number(headers['content-length'])
    const start = head[0].length
    answers.push({ status, headers, body: rest.slice(start, start + length) })
    rest = rest.slice(start + length)
  }
}

/**
 * Writes the pieces (a number is a pause in milliseconds), and listens until there is an answer for each method (`GET` unless said
 * otherwise) or the connection ends, and then a moment longer.
 */
async function talk(
  pieces: readonly (string | number)[],
  methods: readonly string[] = ['GET'],
): Promise<Heard> {
  const socket = connect(port, '127.0.0.1')
  let bytes = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    bytes += chunk
  })
  socket.on('error', () => undefined)
  for (const piece of pieces) {
    if (typeof piece === 'number') await sleep(piece)
    else socket.write(piece, 'latin1')
  }
  const isAnswered = (): boolean =>
    readAnswers(bytes, methods).answers.filter(({ status }) => status >= 200).length >= methods.length
  while (!(socket.closed || isAnswered())) await sleep(2)
  await sleep(20)
  socket.destroy()
  return readAnswers(bytes, methods)
}

/** The head of a signed request. */
function head(method: Method, key: string, lines: readonly string[] = []): string {
  const client = new CosClient({
    Domain: host,
    Scheme: 'http',
    SecretId: KEY.secretId,
    SecretKey: KEY.secretKey,
  })
  const url = client.getPresignedUrl({ Method: method, Bucket: BUCKET, Key: key })
  return [`${method} ${url.slice(`http://${host}`.length)} HTTP/1.1`, `Host: ${host}`, ...lines, '', ''].join(
    '\r\n',
  )
}

const put = (key: string, body: string, lines: readonly string[] = []): string =>
  head('PUT', key, [`Content-Length: ${body.length}`, ...lines]) + body
const statusesOf = ({ answers }: Heard): number[] => answers.map(({ status }) => status)
const codeOf = (answer: Answer | undefined): string | undefined =>
  /<Code>(\w+)</.exec(answer?.body ?? '')?.[1]

/** An answer in COS's words, after which the connection ends or goes on. */
function expectRefusal(heard: Heard, status: number, code: string): void {
  expect(statusesOf(heard)).toEqual([status])
  const [answer] = heard.answers
  expect(codeOf(answer)).toBe(code)
  expect(answer?.headers).toMatchObject({
    'content-type': 'application/xml',
    'x-cos-request-id': expect.stringMatching(/^\S+$/),
  })
  expect(heard.rest).toBe('')
}

const isStored = async (key: string): Promise<boolean> => {
  const [answer] = (await talk([head('HEAD', key)], ['HEAD'])).answers
  return answer?.status === 200
}

describe('requests on one connection', () => {
  it('sent without waiting are answered in their order, each seeing what the earlier ones did', async () => {
    const methods = ['PUT', 'GET', 'PUT', 'GET', 'HEAD', 'DELETE', 'GET', 'GET'] as const
    const heard = await talk(
      [
        put('pipeline', 'first') +
          head('GET', 'pipeline') +
          put('pipeline', 'second') +
          head('GET', 'pipeline') +
          head('HEAD', 'pipeline') +
          head('DELETE', 'pipeline') +
          head('GET', 'pipeline') +
          head('GET', 'pipeline', ['Connection: close']),
      ],
      methods,
    )
    expect(statusesOf(heard)).toEqual([200, 200, 200, 200, 200, 204, 404, 404])
    expect(heard.answers.map(({ body }) => body).slice(0, 6)).toEqual(['', 'first', '', 'second', '', ''])
    expect(heard.rest).toBe('')
  })

  it('go on after a refusal', async () => {
    await talk([put('after', 'x')])
    const unsigned = `GET /unsigned HTTP/1.1\r\nHost: ${host}\r\n\r\n`
    expect(statusesOf(await talk([unsigned + head('GET', 'after')], ['GET', 'GET']))).toEqual([403, 200])
  })

  it('have no body after HEAD, 204 and 304, so that the next answer begins where it should', async () => {
    const etag = '"9dd4e461268c8034f5c8564e155c67a6"'
    const heard = await talk(
      [
        put('bodiless', 'x') +
          head('HEAD', 'bodiless') +
          head('GET', 'bodiless', [`If-None-Match: ${etag}`]) +
          head('HEAD', 'bodiless', ['If-None-Match: "other"']) +
          head('HEAD', 'missing') +
          head('DELETE', 'missing') +
          head('GET', 'bodiless'),
      ],
      ['PUT', 'HEAD', 'GET', 'HEAD', 'HEAD', 'DELETE', 'GET'],
    )
    expect(statusesOf(heard)).toEqual([200, 200, 304, 200, 404, 204, 200])
    expect(heard.answers.at(-1)?.body).toBe('x')
  })
})

describe('a length that can be read in two ways is refused, and what comes behind it is no request', () => {
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n'
  it.each([
    ['chunked and a length', ['Content-Length: 6', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
    ['two lengths', ['Content-Length: 3', 'Content-Length: 5'], 'abcde'],
    ['one length twice', ['Content-Length: 3', 'Content-Length: 3'], 'abc'],
    ['a list of lengths', ['Content-Length: 3, 3'], 'abc'],
    ['a negative length', ['Content-Length: -1'], ''],
    ['a length with a sign', ['Content-Length: +3'], 'abc'],
    ['a length in hex', ['Content-Length: 0x3'], 'abc'],
    ['a length beyond all numbers', ['Content-Length: 99999999999999999999'], 'abc'],
    ['an unknown coding', ['Transfer-Encoding: xchunked'], '3\r\nabc\r\n0\r\n\r\n'],
    ['chunked and then another', ['Transfer-Encoding: chunked, identity'], '3\r\nabc\r\n0\r\n\r\n'],
    ['chunked twice', ['Transfer-Encoding: chunked, chunked'], '3\r\nabc\r\n0\r\n\r\n'],
    ['chunked behind a control character', ['Transfer-Encoding: \x0bchunked'], '3\r\nabc\r\n0\r\n\r\n'],
    ['a folded line', ['Transfer-Encoding:', ' chunked'], '3\r\nabc\r\n0\r\n\r\n'],
    ['white space before the colon', ['Content-Length : 3'], 'abc'],
    ['a chunk without a size', ['Transfer-Encoding: chunked'], 'zz\r\n'],
    ['chunks with bare line feeds', ['Transfer-Encoding: chunked'], '3\nabc\n0\n\n'],
  ])('%s', async (_, lines, body) => {
    log.length = 0
    const heard = await talk([head('PUT', 'smuggling', lines) + body + smuggled])
    expectRefusal(heard, 400, 'InvalidRequest')
    expect(heard.answers[0]?.headers.connection).toBe('close')
    expect(log.map(({ target }) => target)).not.toContain('/smuggled')
    expect(await isStored('smuggling')).toBe(false)
  })

  it('a body that is compressed on the way is not taken for the object', async () => {
    const lines = ['Transfer-Encoding: gzip, chunked']
    expectRefusal(await talk([`${head('PUT', 'gzip', lines)}3\r\nabc\r\n0\r\n\r\n`]), 501, 'NotImplemented')
    expect(await isStored('gzip')).toBe(false)
  })

  it('bytes behind a whole request do not cost it its answer', async () => {
    expect(statusesOf(await talk([`${put('whole', 'abc')}JUNK\r\n\r\n`]))[0]).toBe(200)
    expect(await isStored('whole')).toBe(true)
  })
})

describe('a body', () => {
  it('in chunks, with extensions and a trailer, is what the chunks say', async () => {
    const body = '3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nx-cos-meta-a: late\r\n\r\n'
    await talk([head('PUT', 'chunks', ['Transfer-Encoding: Chunked']) + body])
    const [answer] = (await talk([head('GET', 'chunks')])).answers
    expect(answer?.body).toBe('abcde')
    expect(answer?.headers).not.toHaveProperty('x-cos-meta-a')
  })

  it.each([
    ['of known length', ['Content-Length: 10'], 'abc'],
    ['in chunks', ['Transfer-Encoding: chunked'], '5\r\nabc'],
  ])('%s that ends too early is refused, and leaves no file', async (_, lines, body) => {
    const socket = connect(port, '127.0.0.1')
    socket.end(head('PUT', 'early', lines) + body, 'latin1')
    let bytes = ''
    for await (const chunk of socket.setEncoding('latin1')) bytes += chunk
    expectRefusal(readAnswers(bytes, []), 400, 'IncompleteBody')
    expect(await isStored('early')).toBe(false)
    await expectNoFileWithoutObject()
  })

  it('whose sender is gone leaves no file', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    const before = await fileCount()
    socket.write(`${head('PUT', 'gone', ['Content-Length: 1000000'])}abc`)
    await expect.poll(fileCount).toBe(before + 1)
    socket.resetAndDestroy()
    await expect.poll(fileCount).toBe(before)
    expect(await isStored('gone')).toBe(false)
  })

  it('whose sender falls silent is given up', async () => {
    const before = await fileCount()
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(`${head('PUT', 'silent', ['Content-Length: 1000000'])}abc`)
    await once(socket.resume(), 'close')
    await expect.poll(fileCount).toBe(before)
  })

  it('after the end of the sender’s half of the connection is still answered', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.end(put('half-open', 'abc'))
    let bytes = ''
    for await (const chunk of socket.setEncoding('latin1')) bytes += chunk
    expect(readAnswers(bytes, []).answers[0]?.status).toBe(200)
    expect(await isStored('half-open')).toBe(true)
  })

  it('is asked for only when it is wanted (Expect: 100-continue)', async () => {
    const lines = ['Content-Length: 3', 'Expect: 100-continue']
    expect(statusesOf(await talk([head('PUT', 'asked', lines), 200, 'abc']))).toEqual([100, 200])
    const unsigned = `PUT /unsigned HTTP/1.1\r\nHost: ${host}\r\n${lines.join('\r\n')}\r\n\r\n`
    expectRefusal(await talk([unsigned]), 403, 'AccessDenied')
    // Another expectation is none that is known, and costs nothing.
    expect(statusesOf(await talk([put('tea', 'abc', ['Expect: tea'])]))).toEqual([200])
  })

  it('of a refused request is not read as the next request', async () => {
    log.length = 0
    const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n'
    const unsigned = `PUT /unsigned HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${smuggled.length}\r\n\r\n`
    expectRefusal(await talk([unsigned, 50, smuggled]), 403, 'AccessDenied')
    expect(log.map(({ target }) => target)).toEqual(['/unsigned'])
  })

  async function fileCount(): Promise<number> {
    return (await readdir(join(directory, 'data', 'objects'))).length
  }

  async function expectNoFileWithoutObject(): Promise<void> {
    const before = await fileCount()
    await talk([put('one-more', 'x')])
    await talk([head('DELETE', 'one-more')])
    await expect.poll(fileCount).toBe(before)
  }
})

describe('a request line', () => {
  it.each([
    [
      'another host than the Host header',
      () => `http://evil.example${targetOf('GET', 'o')}`,
      403,
      'AccessDenied',
    ],
    ['a user before the host', () => `http://u:p@${host}/o`, 400, 'InvalidURI'],
    ['*', () => '*', 400, 'InvalidURI'],
    ['a fragment', () => '/a#b', 400, 'InvalidURI'],
    ['an escape that is none', () => '/a%zz', 400, 'InvalidURI'],
    ['bytes that are no UTF-8', () => '/a%ff', 400, 'InvalidURI'],
    ['bytes without escapes', () => '/a\xe5\x80\xa4', 400, 'InvalidURI'],
    ['40 kB', () => `/${'a'.repeat(40_000)}`, 400, 'InvalidRequest'],
  ])('with %s is refused in COS’s words', async (_, target, status, code) => {
    expectRefusal(await talk([`GET ${target()} HTTP/1.1\r\nHost: ${host}\r\n\r\n`]), status, code)
  })

  it.each([
    ['a tunnel', 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n', 405, 'MethodNotAllowed'],
    ['a method that is none', 'FOO / HTTP/1.1\r\nHost: h\r\n\r\n', 400, 'InvalidRequest'],
    ['another version of HTTP', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'InvalidRequest'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00', 400, 'InvalidRequest'],
    ['no Host', 'GET /o HTTP/1.1\r\n\r\n', 400, 'InvalidRequest'],
    ['two Hosts', 'GET /o HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n', 400, 'InvalidRequest'],
    ['a Host that is none', 'GET /o HTTP/1.1\r\nHost: a b\r\n\r\n', 400, 'InvalidRequest'],
    ['bare line feeds', 'GET /o HTTP/1.1\nHost: h\n\n', 400, 'InvalidRequest'],
    ['a NUL in a header', 'GET /o HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n', 400, 'InvalidRequest'],
    [
      '40 kB of headers',
      `GET /o HTTP/1.1\r\nHost: h\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`,
      400,
      'InvalidRequest',
    ],
  ])('is not understood, and gets COS’s XML all the same: %s', async (_, bytes, status, code) => {
    expectRefusal(await talk([bytes]), status, code)
  })

  it('that asks for another protocol is answered in this one', async () => {
    await talk([put('upgrade', 'abc')])
    for (const protocol of ['h2c', 'websocket']) {
      const heard = await talk([head('GET', 'upgrade', ['Connection: Upgrade', `Upgrade: ${protocol}`])])
      expect(statusesOf(heard), protocol).toEqual([200])
    }
  })

  it('of HTTP/1.0 needs no Host and ends the connection', async () => {
    const heard = await talk(['GET /o HTTP/1.0\r\n\r\n'])
    expectRefusal(heard, 403, 'AccessDenied')
    expect(heard.answers[0]?.headers.connection).toBe('close')
  })

  it('in absolute form is what a proxy gets', async () => {
    await talk([put('absolute', 'abc')])
    const request = `GET http://${host}${targetOf('GET', 'absolute')} HTTP/1.1\r\nHost: ${host}\r\n\r\n`
    expect((await talk([request])).answers[0]).toMatchObject({ status: 200, body: 'abc' })
  })

  function targetOf(method: Method, key: string): string {
    return head(method, key).split(' ')[1] ?? ''
  }
})

describe('a range', () => {
  const md5 = '781e5e245d69b566979b86e28d23f2c7'
  beforeAll(async () => {
    await talk([put('range', '0123456789')])
  })

  it.each([
    ['bytes=2-4', [], 206, '234', 'bytes 2-4/10'],
    ['BYTES = 2 - 4', [], 206, '234', 'bytes 2-4/10'],
    ['bytes=-3', [], 206, '789', 'bytes 7-9/10'],
    ['bytes=-30', [], 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99999999999999999999', [], 206, '89', 'bytes 8-9/10'],
    ['bytes=10-', [], 416, undefined, 'bytes */10'],
    ['bytes=-0', [], 416, undefined, 'bytes */10'],
    ['bytes=4-2', [], 200, '0123456789', undefined],
    ['bytes=0-1,4-5', [], 200, '0123456789', undefined],
    ['bytes=-', [], 200, '0123456789', undefined],
    ['bytes=a-b', [], 200, '0123456789', undefined],
    ['bytes=0x1-2', [], 200, '0123456789', undefined],
    ['bytes=2-4', [`If-Range: "${md5}"`], 206, '234', 'bytes 2-4/10'],
    ['bytes=2-4', ['If-Range: "other"'], 200, '0123456789', undefined],
    ['bytes=20-', ['If-Range: "other"'], 200, '0123456789', undefined],
    ['bytes=2-4', ['If-Range: Sun, 06 Nov 1994 08:49:37 GMT'], 200, '0123456789', undefined],
    ['bytes=2-4', ['If-Match: "other"'], 412, undefined, undefined],
    ['bytes=2-4', [`If-None-Match: "${md5}"`], 304, '', undefined],
  ])('%s with %j gives %i', async (range, lines, status, body, contentRange) => {
    const asked = head('GET', 'range', [`Range: ${range}`, ...lines])
    const heard = await talk([asked + head('GET', 'range')], ['GET', 'GET'])
    const [answer, next] = heard.answers
    expect(answer?.status).toBe(status)
    if (body !== undefined) expect(answer?.body).toBe(body)
    expect(answer?.headers['content-range']).toBe(contentRange)
    expect(next?.body).toBe('0123456789')
  })
})
