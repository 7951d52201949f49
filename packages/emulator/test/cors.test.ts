import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.ts'
import { BUCKET, createSender, elementsOf, KEY, md5Of, outcomeOf, type Sent } from './sending.ts'

let emulator: Emulator
let send: ReturnType<typeof createSender>

beforeAll(() => {
  emulator = createEmulator({ credentials: [KEY], buckets: [BUCKET] })
  send = createSender(emulator)
})
afterAll(() => emulator.close())
beforeEach(() => send({ method: 'DELETE', path: '/', params: { cors: '' } }))

const rule = (...elements: string[]): string =>
  `<CORSConfiguration><CORSRule>${elements.join('')}</CORSRule></CORSConfiguration>`
const ANY = '<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>'

const configure = (body: string, headers: Record<string, string> = { 'content-md5': md5Of(body) }) =>
  send({ method: 'PUT', path: '/', params: { cors: '' }, body, headers })
const ask = (headers: Record<string, string>, sent: Sent = {}) =>
  send({ method: 'OPTIONS', headers, credential: undefined, ...sent })
const preflight = (origin: string, method: string, requested?: string) =>
  ask({
    origin,
    'access-control-request-method': method,
    ...(requested === undefined ? {} : { 'access-control-request-headers': requested }),
  })
/** The headers of an answer that a browser's CORS check reads. */
const corsOf = ({ headers }: { headers: Readonly<Record<string, string>> }): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('access-control-') || name === 'vary'),
  )

describe('the configuration', () => {
  it('comes back as it was put, replaces the one before, and is gone when deleted', async () => {
    const full =
      '<CORSConfiguration><CORSRule><ID>first</ID><AllowedOrigin>https://a.example</AllowedOrigin><AllowedOrigin>https://*.b.example</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod><AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-cos-request-id</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds></CORSRule><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod></CORSRule><ResponseVary>true</ResponseVary></CORSConfiguration>'
    const get = () => send({ path: '/', params: { cors: '' } })
    expect(outcomeOf(await get())).toEqual([404, 'NoSuchCORSConfiguration'])
    await configure(rule(ANY))
    expect((await configure(full)).statusCode).toBe(200)
    const answer = await get()
    expect(answer.headers['content-type']).toBe('application/xml')
    expect(answer.body.toString()).toContain(full)
    const gone = await send({ method: 'DELETE', path: '/', params: { cors: '' } })
    expect(gone.statusCode).toBe(204)
    expect(outcomeOf(await get())).toEqual([404, 'NoSuchCORSConfiguration'])
  })

  it.each([
    ['no rule', '<CORSConfiguration/>', 'MalformedXML', 'CORSRule'],
    ['another document', '<Tagging/>', 'MalformedXML', 'well-formed'],
    ['no XML', 'CORS please', 'MalformedXML', 'well-formed'],
    ['no origin', rule('<AllowedMethod>GET</AllowedMethod>'), 'MalformedXML', 'AllowedOrigin'],
    ['no method', rule('<AllowedOrigin>*</AllowedOrigin>'), 'MalformedXML', 'AllowedMethod'],
    ['PATCH', rule(ANY, '<AllowedMethod>PATCH</AllowedMethod>'), 'InvalidArgument', 'PATCH'],
    ['a method in lower case', rule(ANY, '<AllowedMethod>put</AllowedMethod>'), 'InvalidArgument', 'put'],
    ['two asterisks', rule(ANY, '<AllowedOrigin>https://*.*</AllowedOrigin>'), 'InvalidArgument', '*.*'],
    ['ExposeHeader *', rule(ANY, '<ExposeHeader>*</ExposeHeader>'), 'InvalidArgument', 'ExposeHeader'],
    ['half a header', rule(ANY, '<AllowedHeader>x-cos-*</AllowedHeader>'), 'InvalidArgument', 'x-cos-*'],
    ['a long age', rule(ANY, '<MaxAgeSeconds>an hour</MaxAgeSeconds>'), 'InvalidArgument', 'MaxAgeSeconds'],
    ['a long ID', rule(ANY, `<ID>${'x'.repeat(256)}</ID>`), 'InvalidArgument', '255'],
    [
      '101 rules',
      `<CORSConfiguration>${`<CORSRule>${ANY}</CORSRule>`.repeat(101)}</CORSConfiguration>`,
      'InvalidArgument',
      '101',
    ],
    ['64 KiB and a byte', rule(ANY).padEnd(65_537), 'XMLSizeLimit', '65536'],
    [
      'an odd Vary',
      `<CORSConfiguration><CORSRule>${ANY}</CORSRule><ResponseVary>1</ResponseVary></CORSConfiguration>`,
      'MalformedXML',
      'ResponseVary',
    ],
  ])('with %s is refused and changes nothing', async (_, body, code, message) => {
    await configure(rule(ANY, '<ID>kept</ID>'))
    const answer = await configure(body)
    expect(outcomeOf(answer)).toEqual([400, code])
    expect(elementsOf(answer).Message).toContain(message)
    expect(elementsOf(await send({ path: '/', params: { cors: '' } })).ID).toBe('kept')
  })

  it('may have 100 rules', async () => {
    const rules = `<CORSRule>${ANY}</CORSRule>`.repeat(100)
    expect((await configure(`<CORSConfiguration>${rules}</CORSConfiguration>`)).statusCode).toBe(200)
  })

  it('needs a Content-MD5, and the right one', async () => {
    expect(outcomeOf(await configure(rule(ANY), {}))).toEqual([400, 'InvalidRequest'])
    expect(outcomeOf(await configure(rule(ANY), { 'content-md5': md5Of('') }))).toEqual([400, 'BadDigest'])
  })
})

describe('a preflight', () => {
  const PUT_FROM = (origin: string, ...more: string[]) =>
    rule(
      `<AllowedOrigin>${origin}</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod><AllowedMethod>PUT</AllowedMethod>`,
      ...more,
    )

  it('that a rule for one origin allows names that origin, all methods, the headers of the rule', async () => {
    await configure(
      PUT_FROM(
        'https://a.example',
        '<AllowedHeader>X-Cos-Meta-A</AllowedHeader><AllowedHeader>content-type</AllowedHeader>',
        '<ExposeHeader>ETag</ExposeHeader><ExposeHeader>Date</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds>',
      ),
    )
    const answer = await preflight('https://a.example', 'PUT', 'Content-Type')
    expect([answer.statusCode, answer.body.length, corsOf(answer)]).toEqual([
      200,
      0,
      {
        'access-control-allow-origin': 'https://a.example',
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'PUT,HEAD',
        'access-control-allow-headers': 'x-cos-meta-a,content-type',
        'access-control-expose-headers': 'ETag,Date',
        'access-control-max-age': '600',
      },
    ])
  })

  it('that a rule for everybody allows gets * without credentials, and its own headers back', async () => {
    await configure(PUT_FROM('*', '<AllowedHeader>*</AllowedHeader>'))
    expect(corsOf(await preflight('null', 'PUT', 'X-A, content-type'))).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'PUT,HEAD',
      'access-control-allow-headers': 'X-A,content-type',
    })
  })

  it.each([
    ['https://*.example', 'https://a.example', 200],
    ['https://*.example', 'https://a.b.example', 200],
    ['https://*.example', 'https://.example', 200],
    ['https://*.example', 'https://example', 403],
    ['https://*.example', 'http://a.example', 403],
    ['https://*.example', 'https://a.example.evil', 403],
    ['http://localhost:*', 'http://localhost:5173', 200],
    ['https://a.example', 'https://a.example:8443', 403],
    ['https://a.example', 'https://A.example', 403],
    ['https://aa*aa', 'https://aaa', 403],
    ['https://a.example', '', 403],
    ['*', '', 403],
  ])('for a rule with the origin %s from %j gets %i', async (pattern, origin, status) => {
    await configure(PUT_FROM(pattern))
    const answer = await preflight(origin, 'PUT')
    expect(answer.statusCode).toBe(status)
    if (status === 200) expect(answer.headers['access-control-allow-origin']).toBe(origin)
  })

  it('goes by the first rule that allows origin, method and every header', async () => {
    await configure(
      `<CORSConfiguration>${[
        ['<AllowedOrigin>https://b.example</AllowedOrigin>', 'PUT', '*', 'b'],
        ['<AllowedOrigin>https://a.example</AllowedOrigin>', 'GET', '*', 'method'],
        ['<AllowedOrigin>https://a.example</AllowedOrigin>', 'PUT', 'x-a', 'header'],
        ['<AllowedOrigin>https://a.example</AllowedOrigin>', 'PUT', 'x-b', 'this'],
        ['<AllowedOrigin>*</AllowedOrigin>', 'PUT', '*', 'later'],
      ]
        .map(
          ([origin, method, header, expose]) =>
            `<CORSRule>${origin}<AllowedMethod>${method}</AllowedMethod><AllowedHeader>${header}</AllowedHeader><ExposeHeader>${expose}</ExposeHeader></CORSRule>`,
        )
        .join('')}</CORSConfiguration>`,
    )
    const answer = await preflight('https://a.example', 'PUT', 'x-b')
    expect(answer.headers['access-control-expose-headers']).toBe('this')
  })

  it.each([
    ['another origin', { origin: 'https://b.example', 'access-control-request-method': 'PUT' }],
    ['another method', { origin: 'https://a.example', 'access-control-request-method': 'DELETE' }],
    [
      'another header',
      {
        origin: 'https://a.example',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'x-a, x-b',
      },
    ],
    ['no method', { origin: 'https://a.example' }],
    ['no origin', { 'access-control-request-method': 'PUT' }],
  ])('with %s is refused in COS’s words', async (_, headers) => {
    await configure(PUT_FROM('https://a.example', '<AllowedHeader>x-a</AllowedHeader>'))
    const answer = await ask(headers)
    expect(outcomeOf(answer)).toEqual([403, 'AccessForbidden'])
    expect(elementsOf(answer).Message).toBe(
      "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec",
    )
    expect(corsOf(answer)).toEqual({})
  })

  it('is refused where nothing is configured, for a bucket that is not there, and for the service', async () => {
    const headers = { origin: 'https://a.example', 'access-control-request-method': 'GET' }
    expect(outcomeOf(await ask(headers))).toEqual([403, 'AccessForbidden'])
    const missing = await ask(headers, { host: 'missing-1250000000.localhost' })
    expect(outcomeOf(missing)).toEqual([403, 'AccessForbidden'])
    const service = await ask(headers, { host: 'service.cos.myqcloud.com', path: '/' })
    expect(outcomeOf(service)).toEqual([403, 'AccessForbidden'])
  })

  it('is answered for the bucket and in path style as well', async () => {
    await configure(PUT_FROM('*'))
    const headers = { origin: 'https://a.example', 'access-control-request-method': 'PUT' }
    expect((await ask(headers, { path: '/' })).statusCode).toBe(200)
    expect((await ask(headers, { host: 'localhost', path: `/${BUCKET}/o` })).statusCode).toBe(200)
  })
})

describe('the answer to an actual request', () => {
  const from = (origin: string): Sent => ({ unsignedHeaders: { origin } })

  it('names the origin and what may be read, also when it is a refusal', async () => {
    await configure(
      rule(
        '<AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>5</MaxAgeSeconds>',
      ),
    )
    const expected = {
      'access-control-allow-origin': 'https://a.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'ETag',
    }
    const page = from('https://a.example')
    const stored = await send({ ...page, method: 'PUT', body: 'x' })
    expect([stored.statusCode, corsOf(stored)]).toEqual([200, expected])
    expect(corsOf(await send(page))).toEqual(expected)
    const missing = await send({ ...page, path: '/missing' })
    expect([outcomeOf(missing), corsOf(missing)]).toEqual([[404, 'NoSuchKey'], expected])
    const anonymous = await send({ ...page, credential: undefined })
    expect([outcomeOf(anonymous), corsOf(anonymous)]).toEqual([[403, 'AccessDenied'], expected])
    const bad = { secretId: KEY.secretId, secretKey: 'wrong' }
    const mismatch = await send({ ...page, credential: bad })
    expect([outcomeOf(mismatch), corsOf(mismatch)]).toEqual([[403, 'SignatureDoesNotMatch'], expected])
  })

  it('lacks them for another origin, another method, and without an Origin', async () => {
    await configure(
      rule('<AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod>'),
    )
    expect(corsOf(await send(from('https://b.example')))).toEqual({})
    expect(corsOf(await send({ ...from('https://a.example'), method: 'PUT', body: 'x' }))).toEqual({})
    expect(corsOf(await send())).toEqual({})
  })

  it('has Vary where ResponseVary is set, whoever asks', async () => {
    await configure(
      `<CORSConfiguration><CORSRule>${ANY}</CORSRule><ResponseVary>true</ResponseVary></CORSConfiguration>`,
    )
    const vary = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method'
    expect(corsOf(await send())).toEqual({ vary })
    expect(corsOf(await send(from('https://a.example')))).toEqual({
      vary,
      'access-control-allow-origin': '*',
    })
    expect((await preflight('https://a.example', 'GET')).headers.vary).toBe(vary)
    expect((await preflight('https://a.example', 'PUT')).headers.vary).toBe(vary)
  })
})
