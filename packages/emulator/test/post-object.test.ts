import { createHash, createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { createCredential, type PostCondition, signPostPolicy, signRequest } from 'cos-presign'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AccessLogEntry, createEmulator, type Emulator, type InjectResponse } from '../src/index.ts'
import { BUCKET, createSender, elementsOf, KEY, md5Of, outcomeOf } from './sending.ts'

const HOST = `${BUCKET}.cos.ap-guangzhou.myqcloud.com`
const START_MS = 1_700_000_000_000
const FILE_NAME = '\u0024{filename}'
const TEMPORARY = createCredential({
  secretId: 'AKIDtemporary00001',
  secretKey: 'test-secret-temporary',
  securityToken: 'test-token/with+signs=',
  expiresAt: START_MS / 1000 + 3600,
})

let emulator: Emulator
let send: ReturnType<typeof createSender>
const log: AccessLogEntry[] = []

beforeEach(() => {
  log.length = 0
  emulator = createEmulator({
    credentials: [KEY, TEMPORARY],
    buckets: [BUCKET],
    now: () => START_MS,
    onRequest: (entry) => log.push(entry),
  })
  send = createSender(emulator)
})
afterEach(() => emulator.close())

type Fields = Readonly<Record<string, string>>

/** A form as Node's own FormData writes it. */
const post = async (
  fields: Fields | readonly (readonly [string, string])[],
  { file = 'bytes', fileName = 'a.txt', host = HOST, target = '/', headers = {} } = {},
): Promise<InjectResponse> => {
  const form = new FormData()
  for (const [name, value] of Array.isArray(fields) ? fields : Object.entries(fields))
    form.append(name, value)
  form.append('file', new File([file], fileName, { type: 'text/html' }))
  const { headers: ofForm, body } = new Request('http://localhost', { method: 'POST', body: form })
  return await emulator.inject({
    method: 'POST',
    target,
    headers: {
      host,
      'content-type': ofForm.get('content-type') ?? '',
      'transfer-encoding': 'chunked',
      ...headers,
    },
    body: body as unknown as AsyncIterable<Uint8Array>,
  })
}

const now = () => emulator.clock.now()
const sign = (conditions: readonly PostCondition[], credential = KEY): Fields =>
  signPostPolicy(conditions, credential, { now }).fields
/** The signature of any text as a policy, computed by Node.js. */
const signText = (policy: string, keyTime = '1699999940;1700000300', secretKey = KEY.secretKey): Fields => {
  const hmac = (key: string, text: string) => createHmac('sha1', key).update(text).digest('hex')
  const digest = createHash('sha1').update(policy).digest('hex')
  return {
    policy: Buffer.from(policy).toString('base64'),
    'q-sign-algorithm': 'sha1',
    'q-ak': KEY.secretId,
    'q-key-time': keyTime,
    'q-signature': hmac(hmac(secretKey, keyTime), digest),
  }
}
const ANY_KEY = ['starts-with', '$key', ''] as const
const read = (path = '/k') => send({ path })
const isThere = async (path = '/k') => (await send({ method: 'HEAD', path })).statusCode === 200

describe('a form with a signed policy', () => {
  it('makes its file an object, and answers 204 with its ETag and Location', async () => {
    const answer = await post({ key: 'folder/k 值.txt', ...sign([{ bucket: BUCKET }, ANY_KEY]) })
    expect([answer.statusCode, answer.body.length]).toEqual([204, 0])
    expect(answer.headers).toMatchObject({
      etag: '"4b3a6218bb3e3a7303e8a171a60fcf92"',
      location: `http://${HOST}/folder/k%20%E5%80%BC.txt`,
      'x-cos-request-id': expect.any(String),
    })
    const object = await read('/folder/k 值.txt')
    expect(object.body.toString()).toBe('bytes')
    // Not what the browser says of the file.
    expect(object.headers['content-type']).toBe('application/octet-stream')
    expect(log[0]).toMatchObject({
      operation: 'PostObject',
      bucket: BUCKET,
      key: 'folder/k 值.txt',
      status: 204,
    })
  })

  it('stores what its fields say', async () => {
    const fields = {
      key: 'k',
      'Content-Type': 'image/png',
      'Cache-Control': 'no-store',
      'Content-Disposition': 'attachment; filename="值"',
      'Content-Encoding': 'identity',
      Expires: 'Thu, 01 Jan 2032 00:00:00 GMT',
      'x-cos-meta-Name': 'a',
      'x-cos-storage-class': 'STANDARD_IA',
      'Content-MD5': md5Of('bytes'),
      'something-else': 'ignored',
      submit: 'Upload',
    }
    expect((await post({ ...fields, ...sign([ANY_KEY]) })).statusCode).toBe(204)
    const { headers } = await read()
    expect(headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'no-store',
      'content-disposition': Buffer.from('attachment; filename="值"').toString('latin1'),
      'content-encoding': 'identity',
      expires: 'Thu, 01 Jan 2032 00:00:00 GMT',
      'x-cos-meta-name': 'a',
      'x-cos-storage-class': 'STANDARD_IA',
    })
  })

  it.each([
    [{ success_action_status: '200' }, 200],
    [{ success_action_status: '201' }, 201],
    [{ success_action_status: '204' }, 204],
    [{ success_action_status: '500' }, 204],
  ])('answers with %j', async (fields, status) => {
    const answer = await post({ key: 'k', ...fields, ...sign([ANY_KEY]) })
    expect([answer.statusCode, answer.headers.location]).toEqual([status, `http://${HOST}/k`])
    if (status === 201) {
      expect(elementsOf(answer)).toEqual({
        Location: `http://${HOST}/k`,
        Bucket: BUCKET,
        Key: 'k',
        ETag: '&quot;4b3a6218bb3e3a7303e8a171a60fcf92&quot;',
      })
    } else expect(answer.body).toHaveLength(0)
  })

  it.each([
    ['https://my.website/done', 'https://my.website/done?'],
    ['https://my.website/done?a=b#c', 'https://my.website/done?a=b&'],
  ])('redirects to %s with what it made, whatever success_action_status says', async (url, start) => {
    const fields = { key: 'a/值 k', success_action_redirect: url, success_action_status: '200' }
    const answer = await post({ ...fields, ...sign([ANY_KEY]) })
    expect(answer.statusCode).toBe(303)
    const rest = `bucket=${BUCKET}&key=a%2F%E5%80%BC%20k&etag=%224b3a6218bb3e3a7303e8a171a60fcf92%22`
    expect(answer.headers.location).toBe(`${start}${rest}${url.includes('#') ? '#c' : ''}`)
  })

  it.each(['/relative', 'javascript:alert(1)', 'https://', 'ftp://a.example/', ''])(
    'does not redirect to %j',
    async (success_action_redirect) => {
      expect((await post({ key: 'k', success_action_redirect, ...sign([ANY_KEY]) })).statusCode).toBe(204)
    },
  )

  it('puts the name of the file into the key, before the policy looks at it', async () => {
    const policy = sign([['starts-with', '$key', 'photos/a']])
    expect((await post({ key: `photos/${FILE_NAME}`, ...policy }, { fileName: 'a$&.png' })).statusCode).toBe(
      204,
    )
    expect(await isThere('/photos/a$&.png')).toBe(true)
    const refused = await post({ key: `photos/${FILE_NAME}`, ...policy }, { fileName: 'b.png' })
    expect(outcomeOf(refused)).toEqual([403, 'AccessDenied'])
  })

  it('takes the fields of its signature wherever they stand before the file, and the token of a temporary key', async () => {
    const fields = Object.entries(sign([ANY_KEY], TEMPORARY))
    expect((await post([...fields, ['key', 'k']])).statusCode).toBe(204)
    expect((await post([['key', 'k'], ...fields])).statusCode).toBe(204)
    const withoutToken = fields.filter(([name]) => name !== 'x-cos-security-token')
    expect(outcomeOf(await post([...withoutToken, ['key', 'k']]))).toEqual([403, 'InvalidAccessKeyId'])
    const otherToken = [...withoutToken, ['x-cos-security-token', 'other'], ['key', 'k']] as [
      string,
      string,
    ][]
    expect(outcomeOf(await post(otherToken))).toEqual([403, 'InvalidAccessKeyId'])
    emulator.clock.advance(3601)
    expect(outcomeOf(await post([...fields, ['key', 'k']]))).toEqual([400, 'ExpiredToken'])
  })

  it('is checked as P2 of the reference says, policy byte for byte', async () => {
    const vector = {
      'q-sign-algorithm': 'sha1',
      'q-ak': 'AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q',
      'q-key-time': '1557989753;1557996953',
      'q-signature': 'e717748137184689f88ca7fc222a0513982b1171',
    }
    const policy =
      '{"expiration":"2019-05-16T09:00:00.000Z","conditions":[{"bucket":"examplebucket-1250000000"},{"q-sign-algorithm":"sha1"},{"q-ak":"AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q"},{"q-sign-time":"1557989753;1557996953"},["content-length-range",0,1048576]]}'
    emulator.addCredential({ secretId: vector['q-ak'], secretKey: 'BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz' })
    emulator.clock.set(1_557_990_000_000)
    const encode = (text: string) => Buffer.from(text).toString('base64')
    expect((await post({ key: 'k', policy: encode(policy), ...vector })).statusCode).toBe(204)
    const spaced = await post({ key: 'k', policy: encode(policy.replace(',', ', ')), ...vector })
    expect(outcomeOf(spaced)).toEqual([403, 'SignatureDoesNotMatch'])
  })

  it('works in path style, and says so in Location', async () => {
    const at = { host: 'localhost:9000', target: `/${BUCKET}/` }
    const answer = await post({ key: 'k', ...sign([{ bucket: BUCKET }]) }, at)
    expect([answer.statusCode, answer.headers.location]).toEqual([204, `http://localhost:9000/${BUCKET}/k`])
  })

  it('is slow when its field x-cos-traffic-limit says so', async () => {
    const startedAt = performance.now()
    const fields = { key: 'k', 'x-cos-traffic-limit': '819200', ...sign([ANY_KEY]) }
    expect((await post(fields, { file: 'x'.repeat(30_000) })).statusCode).toBe(204)
    expect(performance.now() - startedAt).toBeGreaterThan(280)
    expect((await read()).body).toHaveLength(30_000)
  })

  it('does not need every field to be in the policy', async () => {
    expect((await post({ key: 'k', 'x-cos-meta-a': 'b', ...sign([{ bucket: BUCKET }]) })).statusCode).toBe(
      204,
    )
  })
})

describe('the access control list of a form', () => {
  it('is that of its field acl, and of grants', async () => {
    await post({ key: 'k', acl: 'public-read', ...sign([{ acl: 'public-read' }]) })
    expect((await send({ path: '/k', credential: undefined })).body.toString()).toBe('bytes')
    await post({ key: 'k', 'x-cos-grant-read': 'id="qcs::cam::anyone:anyone"', ...sign([ANY_KEY]) })
    expect((await send({ path: '/k', credential: undefined })).statusCode).toBe(200)
    await post({ key: 'k', acl: 'default', ...sign([ANY_KEY]) })
    expect((await send({ path: '/k', credential: undefined })).statusCode).toBe(403)
  })

  it('is not that of a field x-cos-acl, of which no policy on acl knows', async () => {
    await post({ key: 'k', acl: 'private', 'x-cos-acl': 'public-read', ...sign([{ acl: 'private' }]) })
    expect((await send({ path: '/k', credential: undefined })).statusCode).toBe(403)
  })

  it('must be one there is', async () => {
    const answer = await post({ key: 'k', acl: 'public-read-write', ...sign([ANY_KEY]) })
    expect(outcomeOf(answer)).toEqual([400, 'InvalidArgument'])
  })
})

describe('a condition', () => {
  const held: [string, PostCondition, Fields][] = [
    ['an object', { key: 'k' }, {}],
    ['eq', ['eq', '$key', 'k'], {}],
    ['starts-with', ['starts-with', '$key', 'k'], {}],
    ['starts-with nothing', ['starts-with', '$Cache-Control', ''], { 'Cache-Control': 'x' }],
    ['acl', { acl: 'private' }, { acl: 'private' }],
    ['acl by start', ['starts-with', '$acl', 'pri'], { acl: 'private' }],
    ['bucket', { bucket: BUCKET }, {}],
    ['Content-Type', ['starts-with', '$Content-Type', 'image/'], { 'Content-Type': 'image/png' }],
    ['Content-Disposition', { 'Content-Disposition': 'inline' }, { 'Content-Disposition': 'inline' }],
    ['Content-Encoding', { 'Content-Encoding': 'gzip' }, { 'Content-Encoding': 'gzip' }],
    ['Expires', ['starts-with', '$Expires', 'Thu'], { Expires: 'Thu, 01 Jan 2032 00:00:00 GMT' }],
    ['success_action_status', { success_action_status: '200' }, { success_action_status: '200' }],
    [
      'success_action_redirect',
      ['starts-with', '$success_action_redirect', 'https://a.example/'],
      { success_action_redirect: 'https://a.example/b' },
    ],
    ['x-cos-meta-*', ['starts-with', '$x-cos-meta-a', 'b'], { 'x-cos-meta-a': 'bc' }],
    ['another x-cos-*', { 'x-cos-storage-class': 'STANDARD_IA' }, { 'x-cos-storage-class': 'STANDARD_IA' }],
    ['a size', ['content-length-range', 5, 5], {}],
  ]

  it.each(held)('%s lets a form pass that satisfies it', async (_, condition, fields) => {
    const answer = await post({ key: 'k', ...fields, ...sign([condition]) })
    expect(elementsOf(answer).Message).toBeUndefined()
    expect(answer.statusCode).toBeLessThan(400)
    expect(await isThere()).toBe(true)
  })

  it.each<[string, PostCondition, Fields, string]>([
    ['key', { key: 'other' }, {}, 'Condition key key doesn&apos;t match the value other'],
    [
      'the start of a key',
      ['starts-with', '$key', 'kk'],
      {},
      'Condition key key doesn&apos;t match the value kk',
    ],
    ['the letter case of a key', { key: 'K' }, {}, 'Condition key key doesn&apos;t match the value K'],
    ['bucket', { bucket: 'b-1' }, {}, 'Condition key bucket doesn&apos;t match the value [b-1]'],
    [
      'acl',
      { acl: 'private' },
      { acl: 'public-read' },
      'Condition key acl doesn&apos;t match the value private',
    ],
    [
      'a field that is missing',
      { acl: 'private' },
      {},
      'Condition key acl doesn&apos;t match the value private',
    ],
    [
      'the type of the file, which is not a field',
      ['starts-with', '$Content-Type', 'text/'],
      {},
      'Condition key Content-Type doesn&apos;t match the value text/',
    ],
    [
      'Content-Type',
      ['starts-with', '$Content-Type', 'image/'],
      { 'Content-Type': 'text/html' },
      'Condition key Content-Type doesn&apos;t match the value image/',
    ],
    [
      'success_action_status',
      { success_action_status: '200' },
      { success_action_status: '201' },
      'Condition key success_action_status doesn&apos;t match the value 200',
    ],
    [
      'metadata',
      { 'x-cos-meta-a': 'b' },
      { 'x-cos-meta-a': 'c' },
      'Condition key x-cos-meta-a doesn&apos;t match the value b',
    ],
  ])('on %s refuses a form that does not satisfy it', async (_, condition, fields, message) => {
    const answer = await post({ key: 'k', ...fields, ...sign([condition]) })
    expect([outcomeOf(answer), elementsOf(answer).Message?.replaceAll("'", '&apos;')]).toEqual([
      [403, 'AccessDenied'],
      message,
    ])
    expect(await isThere()).toBe(false)
  })

  it.each<[number, number, string, number, string | undefined]>([
    [0, 5, 'bytes', 204, undefined],
    [5, 9, 'bytes', 204, undefined],
    [0, 0, '', 204, undefined],
    [0, 4, 'bytes', 400, 'EntityTooLarge'],
    [6, 9, 'bytes', 400, 'EntityTooSmall'],
    [1, 9, '', 400, 'EntityTooSmall'],
    [0, 99_999, 'x'.repeat(100_000), 400, 'EntityTooLarge'],
    [0, 100_000, 'x'.repeat(100_000), 204, undefined],
  ])('content-length-range %i to %i of a file: %#', async (min, max, file, status, code) => {
    const answer = await post({ key: 'k', ...sign([['content-length-range', min, max]]) }, { file })
    expect(outcomeOf(answer)).toEqual([status, code])
    expect(await isThere()).toBe(status === 204)
  })

  it('on the fields of the signature must be what the form has', async () => {
    const text = (ak: string) =>
      JSON.stringify({
        expiration: '2030-01-01T00:00:00.000Z',
        conditions: [
          { 'q-sign-algorithm': 'sha1' },
          { 'q-ak': ak },
          { 'q-sign-time': '1699999940;1700000300' },
        ],
      })
    expect((await post({ key: 'k', ...signText(text(KEY.secretId)) })).statusCode).toBe(204)
    const other = await post({ key: 'k', ...signText(text('AKIDother')) })
    expect([outcomeOf(other), elementsOf(other).Message]).toEqual([
      [403, 'AccessDenied'],
      "Condition key q-ak doesn't match the value AKIDother",
    ])
  })

  it('on a token leaves it out of the refusal and the log', async () => {
    const conditions = [{ 'x-cos-security-token': 'some-secret-token' }]
    const answer = await post({ key: 'k', ...sign(conditions, TEMPORARY) })
    expect(outcomeOf(answer)).toEqual([403, 'AccessDenied'])
    expect(answer.body.toString() + JSON.stringify(log)).not.toContain('some-secret-token')
  })
})

describe('a form is refused', () => {
  const refused = async (
    fields: Fields,
    more = {},
  ): Promise<[number, string | undefined, string | undefined]> => {
    const answer = await post(fields, more)
    expect(await isThere()).toBe(false)
    const { Code, Message } = elementsOf(answer)
    return [answer.statusCode, Code, Message]
  }

  it('after the end of its policy, with both times', async () => {
    const fields = { key: 'k', ...sign([ANY_KEY]) }
    emulator.clock.advance(301)
    expect(await refused(fields)).toEqual([
      403,
      'AccessDenied',
      'You post object request has been expired, expiration time: 1700000300 but the time now : 1700000301',
    ])
  })

  it('after the end of its signature, and before its beginning', async () => {
    const policy = (keyTime: string) =>
      JSON.stringify({
        expiration: '2030-01-01T00:00:00.000Z',
        conditions: [{ 'q-sign-algorithm': 'sha1' }, { 'q-ak': KEY.secretId }, { 'q-sign-time': keyTime }],
      })
    for (const keyTime of ['1699999000;1699999999', '1700000001;1700000300']) {
      const outcome = await refused({ key: 'k', ...signText(policy(keyTime), keyTime) })
      expect(outcome).toEqual([403, 'AccessDenied', 'Request has expired'])
    }
  })

  it('with a signature of another key, or of other bytes', async () => {
    const { policy = '', ...others } = sign([ANY_KEY])
    const tampered = Buffer.from(policy, 'base64').toString().replace('starts-with', 'starts-With')
    for (const fields of [
      { ...others, policy, 'q-signature': '0'.repeat(40) },
      { ...others, policy: Buffer.from(tampered).toString('base64') },
      signText('{}', '1699999940;1700000300', 'wrong'),
    ]) {
      expect(await refused({ key: 'k', ...fields })).toEqual([
        403,
        'SignatureDoesNotMatch',
        'The Signature you specified is invalid.',
      ])
    }
  })

  it('with an unknown key and another algorithm', async () => {
    const fields = sign([ANY_KEY])
    expect((await refused({ key: 'k', ...fields, 'q-ak': 'AKIDnobody' })).slice(0, 2)).toEqual([
      403,
      'InvalidAccessKeyId',
    ])
    expect((await refused({ key: 'k', ...fields, 'q-sign-algorithm': 'sha256' })).slice(0, 2)).toEqual([
      400,
      'VerifyAlgorithmNotSupported',
    ])
  })

  it('without a key', async () => {
    for (const fields of [sign([ANY_KEY]), { key: '', ...sign([ANY_KEY]) }]) {
      const [status, code, message] = await refused(fields)
      expect([status, code]).toEqual([400, 'InvalidArgument'])
      expect(message).toContain('key')
    }
    const nameless = await refused({ key: FILE_NAME, ...sign([ANY_KEY]) }, { fileName: '' })
    expect(nameless.slice(0, 2)).toEqual([400, 'InvalidArgument'])
  })

  it('with part of a signature', async () => {
    const { 'q-signature': _, ...others } = sign([ANY_KEY])
    expect((await refused({ key: 'k', ...others })).slice(0, 2)).toEqual([403, 'AccessDenied'])
  })

  it.each([
    ['no conditions', '{"expiration":"2030-01-01T00:00:00.000Z"}', 'You must provide condition'],
    [
      'empty conditions',
      '{"expiration":"2030-01-01T00:00:00.000Z","conditions":[]}',
      'You must provide condition',
    ],
    ['no JSON', '{', 'JSON'],
    ['no expiration', '{"conditions":[{"key":"k"}]}', 'expiration'],
    [
      'a condition there is not',
      '{"expiration":"2030-01-01T00:00:00.000Z","conditions":[["ends-with","$key","k"]]}',
      'condition',
    ],
    [
      'no condition on q-ak',
      '{"expiration":"2030-01-01T00:00:00.000Z","conditions":[{"q-sign-algorithm":"sha1"}]}',
      'q-ak',
    ],
  ])('with a policy that has %s', async (_, text, message) => {
    const outcome = await refused({ key: 'k', ...signText(text) })
    expect(outcome.slice(0, 2)).toEqual([400, 'InvalidPolicyDocument'])
    expect(outcome[2]).toContain(message)
  })

  it('with the wrong Content-MD5, and with none at all', async () => {
    const fields = { key: 'k', ...sign([ANY_KEY]) }
    expect((await refused({ ...fields, 'Content-MD5': md5Of('other') })).slice(0, 2)).toEqual([
      400,
      'BadDigest',
    ])
    expect((await refused({ ...fields, 'Content-MD5': 'x' })).slice(0, 2)).toEqual([400, 'InvalidDigest'])
  })

  it.each<[string, Fields, number, string]>([
    ['a long key', { key: 'k'.repeat(851) }, 400, 'KeyTooLong'],
    ['a line end in a field', { 'Content-Type': 'a\r\nX-Evil: b' }, 400, 'InvalidArgument'],
    ['an odd name of metadata', { 'x-cos-meta-a b': 'c' }, 400, 'InvalidArgument'],
    ['too much metadata', { 'x-cos-meta-a': 'b'.repeat(2048) }, 400, 'InvalidArgument'],
    ['a class there is not', { 'x-cos-storage-class': 'FAST' }, 400, 'NotSupportedStorageClass'],
    ['too slow a limit', { 'x-cos-traffic-limit': '1' }, 400, 'InvalidArgument'],
    ['encryption', { 'x-cos-server-side-encryption': 'AES256' }, 501, 'NotImplemented'],
  ])('with %s', async (_, fields, status, code) => {
    const outcome = await refused({ key: 'k', ...sign([]), ...sign([{ bucket: BUCKET }]), ...fields })
    expect(outcome.slice(0, 2)).toEqual([status, code])
  })

  it('when the object is there and must not be replaced', async () => {
    const fields = { key: 'k', 'x-cos-forbid-overwrite': 'true', ...sign([ANY_KEY]) }
    expect((await post(fields, { file: 'first' })).statusCode).toBe(204)
    expect(outcomeOf(await post(fields, { file: 'second' }))).toEqual([409, 'FileAlreadyExists'])
    expect((await read()).body.toString()).toBe('first')
  })

  it('when the bucket is not there, or the address names none', async () => {
    const fields = { key: 'k', ...sign([ANY_KEY]) }
    expect(outcomeOf(await post(fields, { host: 'missing-1250000000.localhost' }))).toEqual([
      404,
      'NoSuchBucket',
    ])
    expect(outcomeOf(await post(fields, { host: 'service.cos.myqcloud.com' }))).toEqual([
      405,
      'MethodNotAllowed',
    ])
  })

  it('for an object of its own, which is no bucket', async () => {
    const answer = await post({ key: 'k', ...sign([ANY_KEY]) }, { target: '/some/key' })
    expect(answer.statusCode).toBe(405)
  })
})

describe('a form without a signature', () => {
  it('is anybody’s: a bucket that all may write takes it, others do not', async () => {
    expect(outcomeOf(await post({ key: 'k' }))).toEqual([403, 'AccessDenied'])
    await send({
      method: 'PUT',
      path: '/',
      params: { acl: '' },
      headers: { 'x-cos-acl': 'public-read-write' },
    })
    expect((await post({ key: `by-${FILE_NAME}` }, { fileName: 'anybody' })).statusCode).toBe(204)
    expect((await read('/by-anybody')).body.toString()).toBe('bytes')
  })

  it('is not signed by an Authorization header', async () => {
    const authorization = signRequest({ method: 'POST', path: '/', headers: { host: HOST } }, KEY, { now })
    expect(outcomeOf(await post({ key: 'k' }, { headers: { authorization } }))).toEqual([403, 'AccessDenied'])
  })

  it('is still signed when a bucket takes all: a wrong signature is refused', async () => {
    await send({
      method: 'PUT',
      path: '/',
      params: { acl: '' },
      headers: { 'x-cos-acl': 'public-read-write' },
    })
    const fields = { key: 'k', ...sign([ANY_KEY]), 'q-signature': '0'.repeat(40) }
    expect(outcomeOf(await post(fields))).toEqual([403, 'SignatureDoesNotMatch'])
  })
})

describe('the form of the mini program', () => {
  const signed = (headers: Record<string, string> = {}, credential = KEY) =>
    signRequest({ method: 'POST', path: '/', headers: { host: HOST, ...headers } }, credential, { now })

  it('has an Authorization in the field Signature', async () => {
    const fields = {
      key: 'k',
      success_action_status: '200',
      'Content-Type': 'image/png',
      Signature: signed(),
    }
    expect((await post(fields)).statusCode).toBe(200)
    expect((await read()).headers['content-type']).toBe('image/png')
  })

  it('has the token of a temporary key in a field', async () => {
    const fields = { key: 'k', Signature: signed({}, TEMPORARY) }
    const withToken = { ...fields, 'x-cos-security-token': TEMPORARY.securityToken ?? '' }
    expect((await post(withToken)).statusCode).toBe(204)
    expect(outcomeOf(await post(fields))).toEqual([403, 'InvalidAccessKeyId'])
  })

  it('has signed headers in its fields, and may not change them', async () => {
    const meta = { 'x-cos-meta-a': '值' }
    const fields = { key: 'k', Signature: signed(meta) }
    expect((await post({ ...fields, ...meta })).statusCode).toBe(204)
    expect(outcomeOf(await post({ ...fields, 'x-cos-meta-a': 'c' }))).toEqual([403, 'SignatureDoesNotMatch'])
  })

  it('is refused with a wrong or an old signature, and as anybody’s with none that can be recognised', async () => {
    const fields = { key: 'k', Signature: signed() }
    const wrong = fields.Signature.replace(/q-signature=.*/, `q-signature=${'0'.repeat(40)}`)
    expect(outcomeOf(await post({ ...fields, Signature: wrong }))).toEqual([403, 'SignatureDoesNotMatch'])
    expect(outcomeOf(await post({ ...fields, Signature: 'x' }))).toEqual([403, 'AccessDenied'])
    emulator.clock.advance(301)
    expect(outcomeOf(await post(fields))).toEqual([403, 'AccessDenied'])
  })
})

describe('what a key’s policy allows', () => {
  const statement = (more: object) => ({
    effect: 'allow',
    action: ['name/cos:PostObject'],
    resource: [`qcs::cos:ap-guangzhou:uid/1250000000:${BUCKET}/users/1/*`],
    ...more,
  })
  const withPolicy = (...statements: object[]): ReturnType<typeof createCredential> => {
    const policy = { version: '2.0', statement: statements }
    emulator.addCredential({ secretId: 'AKIDlimited', secretKey: 'test-secret-limited', policy })
    return createCredential({ secretId: 'AKIDlimited', secretKey: 'test-secret-limited' })
  }
  const postAs = (credential: typeof KEY, key: string, fields: Fields = {}) =>
    post({ key, ...fields, ...sign([{ bucket: BUCKET }], credential) })

  it('is asked about PostObject and the key of the form', async () => {
    const limited = withPolicy(statement({}))
    expect((await postAs(limited, 'users/1/k')).statusCode).toBe(204)
    expect(outcomeOf(await postAs(limited, 'users/2/k'))).toEqual([403, 'AccessDenied'])
    const put = await send({ method: 'PUT', path: '/users/1/k', body: 'x', credential: limited })
    expect(outcomeOf(put)).toEqual([403, 'AccessDenied'])
  })

  it('is asked with the fields as headers', async () => {
    const condition = {
      string_like: { 'cos:content-type': 'image/*' },
      string_equal: { 'cos:x-cos-acl': 'private' },
    }
    const limited = withPolicy(statement({ condition }))
    const good = { 'Content-Type': 'image/png', acl: 'private' }
    expect((await postAs(limited, 'users/1/k', good)).statusCode).toBe(204)
    for (const bad of [
      { acl: 'private' },
      { ...good, 'Content-Type': 'text/html' },
      { ...good, acl: 'public-read' },
    ]) {
      expect(outcomeOf(await postAs(limited, 'users/1/k', bad))).toEqual([403, 'AccessDenied'])
    }
    expect(log.at(-1)).toMatchObject({ reason: expect.any(String), key: 'users/1/k' })
  })
})

describe('CORS', () => {
  it('lets a page read the answer to a form, a refusal too', async () => {
    const cors =
      '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>POST</AllowedMethod><ExposeHeader>Location</ExposeHeader></CORSRule></CORSConfiguration>'
    const headers = { 'content-md5': md5Of(cors) }
    await send({ method: 'PUT', path: '/', params: { cors: '' }, body: cors, headers })
    const origin = { headers: { origin: 'https://a.example' } }
    for (const fields of [{ key: 'k' }, { key: 'k', ...sign([ANY_KEY]) }]) {
      expect((await post(fields, origin)).headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'Location',
      })
    }
  })
})

describe('a form on a socket', () => {
  it('that ends in the middle leaves nothing, and the next one is served', async () => {
    const { port } = await emulator.listen()
    const fields = Object.entries({ key: 'k', ...sign([ANY_KEY]) })
    const parts = fields.map(
      ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    const start = `${parts.join('')}--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`
    for (const half of [parts[0] ?? '', start, `${start}${'x'.repeat(200_000)}`]) {
      await new Promise<void>((resolve, reject) => {
        const head = `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 500000\r\n\r\n`
        const socket = connect(port, '127.0.0.1', () => socket.write(head + half, () => socket.destroy()))
        socket.once('close', () => resolve()).once('error', reject)
      })
    }
    const whole = `${start}bytes\r\n--b--\r\n`
    const answer = await fetch(`http://127.0.0.1:${port}/${BUCKET}/`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: whole,
    })
    expect(answer.status).toBe(204)
    expect((await read()).body.toString()).toBe('bytes')
  })

  it('that is refused early is answered, though its sender goes on', async () => {
    const { port } = await emulator.listen()
    const form = new FormData()
    form.append('key', 'k')
    form.append('file', new Blob([Buffer.alloc(5_000_000)]), 'a')
    const answer = await fetch(`http://127.0.0.1:${port}/${BUCKET}/`, { method: 'POST', body: form })
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('AccessDenied')])
  })
})
