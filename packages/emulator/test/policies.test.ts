import { CosClient, type Method } from 'cos-presign'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AccessLogEntry, createEmulator, type Emulator, type InjectResponse } from '../src/index.ts'
import { callV1, keyOf, type StsCaller, type TemporaryCaller } from './sts/call-sts.ts'

/* What the policies of a key allow, request by request: each condition of the guide (436/71306) has a row. */

const bucket = 'examplebucket-1250000000'
const host = `${bucket}.cos.ap-guangzhou.myqcloud.com`
const startMs = 1_700_000_000_000
const root = { secretId: 'AKIDroot000000001', secretKey: 'test-secret-root' }
const of = (key: string): string => `qcs::cos:ap-guangzhou:uid/1250000000:${bucket}/${key}`

const log: AccessLogEntry[] = []
let emulator: Emulator
beforeAll(() => {
  emulator = createEmulator({
    credentials: [root],
    buckets: [bucket],
    now: () => startMs,
    onRequest: (entry) => log.push(entry),
  })
})
afterAll(() => emulator.close())
beforeEach(() => {
  log.length = 0
})

interface Statement {
  readonly effect?: string
  readonly action: string | readonly string[]
  readonly resource?: string | readonly string[]
  readonly condition?: object
}

const policyOf = (...statements: Statement[]): object => ({
  version: '2.0',
  statement: statements.map((statement) => ({ effect: 'allow', resource: of('*'), ...statement })),
})

/** A temporary key with this policy. */
async function issue(policy: object, caller: StsCaller = root): Promise<TemporaryCaller> {
  const Policy = encodeURIComponent(JSON.stringify(policy))
  return keyOf(await callV1(emulator, caller, { params: { Name: 'test', Policy } }))
}

interface Sent {
  readonly method?: Method
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly params?: Readonly<Record<string, string>>
  readonly body?: string
  readonly client?: { readonly address: string; readonly tlsVersion?: string }
  readonly host?: string
}

async function send(key: StsCaller, sent: Sent): Promise<InjectResponse> {
  const { method = 'GET', headers = {}, params = {}, body, client } = sent
  const domain = sent.host ?? host
  const { url } = new CosClient({
    Domain: domain,
    Scheme: 'http',
    SecretId: key.secretId,
    SecretKey: key.secretKey,
    Token: key.securityToken,
    Now: () => startMs,
  }).presign({ Method: method, Bucket: bucket, Key: sent.key ?? 'o', Headers: headers, Params: params })
  const target = url.slice(`http://${domain}`.length)
  return await emulator.inject({ method, target, headers: { host: domain, ...headers }, body, client })
}

/** Whether the policies let a request through, whatever came of it then. */
async function isAllowed(policy: object, sent: Sent): Promise<boolean> {
  const answer = await send(await issue(policy), sent)
  const isDenied = answer.statusCode === 403
  if (isDenied && sent.method !== 'HEAD') {
    expect(answer.body.toString()).toContain('<Code>AccessDenied</Code>')
    expect(answer.body.toString()).toContain('<Message>Access Denied.</Message>')
  }
  return !isDenied
}

describe('the action and the resource', () => {
  it.each<[string, Statement[], Sent, boolean]>([
    [
      'an upload below the prefix',
      [{ action: 'name/cos:PutObject', resource: of('u/1/*') }],
      { method: 'PUT', key: 'u/1/a', body: 'x' },
      true,
    ],
    [
      'an upload beside the prefix',
      [{ action: 'name/cos:PutObject', resource: of('u/1/*') }],
      { method: 'PUT', key: 'u/10', body: 'x' },
      false,
    ],
    ['another action', [{ action: 'name/cos:PutObject' }], {}, false],
    ['HEAD with GetObject alone', [{ action: 'name/cos:GetObject' }], { method: 'HEAD' }, false],
    ['HEAD with HeadObject', [{ action: 'name/cos:HeadObject' }], { method: 'HEAD' }, true],
    ['everything', [{ action: '*', resource: '*' }], {}, true],
    [
      'the older form of a resource',
      [
        {
          action: 'name/cos:*',
          resource: 'qcs::cos:ap-guangzhou:uid/1250000000:prefix//1250000000/examplebucket/u/*',
        },
      ],
      { key: 'u/1' },
      true,
    ],
    ['another region', [{ action: '*', resource: of('*').replace('guangzhou', 'beijing') }], {}, false],
    [
      'another account',
      [{ action: '*', resource: of('*').replace('uid/1250000000', 'uid/1250000001') }],
      {},
      false,
    ],
    ['a key that is not ASCII', [{ action: '*', resource: of('照片/*') }], { key: '照片/一.jpg' }, true],
    [
      'a key that is encoded in the policy',
      [{ action: '*', resource: of('%E7%85%A7/*') }],
      { key: '照/一.jpg' },
      false,
    ],
    [
      'what is denied, though all is allowed',
      [{ action: '*' }, { effect: 'deny', action: '*', resource: of('secret/*') }],
      { key: 'secret/o' },
      false,
    ],
    [
      'what is beside the denial',
      [{ action: '*' }, { effect: 'deny', action: '*', resource: of('secret/*') }],
      { key: 'public/o' },
      true,
    ],
    [
      'a bucket operation on the bucket itself',
      [{ action: 'name/cos:HeadBucket', resource: of('') }],
      { method: 'HEAD', key: '/' },
      true,
    ],
    [
      'a bucket operation on a prefix',
      [{ action: 'name/cos:HeadBucket', resource: of('u/*') }],
      { method: 'HEAD', key: '/' },
      false,
    ],
    [
      'a list of the prefix',
      [{ action: 'name/cos:GetBucket', resource: of('u/1/*') }],
      { key: '/', params: { prefix: 'u/1/' } },
      true,
    ],
    [
      'a list of a longer prefix',
      [{ action: 'name/cos:GetBucket', resource: of('u/1/*') }],
      { key: '/', params: { prefix: 'u/1/x' } },
      true,
    ],
    [
      'a list of a shorter prefix',
      [{ action: 'name/cos:GetBucket', resource: of('u/1/*') }],
      { key: '/', params: { prefix: 'u/' } },
      false,
    ],
    ['a list of everything', [{ action: 'name/cos:GetBucket', resource: of('u/1/*') }], { key: '/' }, false],
    [
      'a list granted on the bucket',
      [{ action: 'name/cos:GetBucket', resource: of('') }],
      { key: '/', params: { prefix: 'u/' } },
      true,
    ],
    [
      'a list of a prefix that is denied',
      [{ action: '*' }, { effect: 'deny', action: '*', resource: of('secret/*') }],
      { key: '/', params: { prefix: 'secret/' } },
      false,
    ],
    [
      'a list denied on the bucket',
      [{ action: '*' }, { effect: 'deny', action: '*', resource: of('') }],
      { key: '/', params: { prefix: 'u/' } },
      false,
    ],
    [
      'uploads under way below the prefix',
      [{ action: 'name/cos:ListMultipartUploads', resource: of('u/*') }],
      { key: '/', params: { uploads: '', prefix: 'u/' } },
      true,
    ],
  ])('%s', async (_what, statements, sent, expected) => {
    expect(await isAllowed(policyOf(...statements), sent)).toBe(expected)
  })

  it('GET Service needs a resource of *', async () => {
    const service = { host: 'service.cos.myqcloud.com', key: '/' }
    expect(await isAllowed(policyOf({ action: 'name/cos:GetService' }), service)).toBe(false)
    expect(await isAllowed(policyOf({ action: 'name/cos:GetService', resource: '*' }), service)).toBe(true)
  })

  it('the region is that of the host, or the emulator’s where the host names none', async () => {
    const beijing = policyOf({ action: '*', resource: of('*').replace('guangzhou', 'beijing') })
    const hostOf = (rest: string): Sent => ({ host: `${bucket}.${rest}` })
    expect(await isAllowed(beijing, hostOf('cos.ap-beijing.myqcloud.com'))).toBe(true)
    expect(await isAllowed(beijing, hostOf('localhost:9000'))).toBe(false)
    expect(await isAllowed(policyOf({ action: '*' }), hostOf('localhost:9000'))).toBe(true)
    expect(await isAllowed(policyOf({ action: '*' }), hostOf('cos.accelerate.myqcloud.com'))).toBe(true)
  })
})

describe('conditions', () => {
  const put = { method: 'PUT', body: 'x' } as const
  const text = { 'content-type': 'text/plain' }
  const from = (address: string, tlsVersion?: string): Sent => ({
    client: tlsVersion === undefined ? { address } : { address, tlsVersion },
  })

  it.each<[string, object, Sent, Sent]>([
    ['qcs:ip', { ip_equal: { 'qcs:ip': ['10.0.0.0/8', '192.168.1.7'] } }, from('10.1.2.3'), from('11.1.2.3')],
    ['qcs:ip, negated', { ip_not_equal: { 'qcs:ip': '10.0.0.0/8' } }, from('11.1.2.3'), from('10.1.2.3')],
    [
      'cos:secure-transport',
      { bool_equal: { 'cos:secure-transport': 'true' } },
      from('127.0.0.1', '1.3'),
      from('127.0.0.1'),
    ],
    [
      'cos:tls-version',
      { numeric_greater_than_equal: { 'cos:tls-version': 1.2 } },
      from('127.0.0.1', '1.2'),
      from('127.0.0.1', '1.1'),
    ],
    [
      'cos:tls-version without TLS',
      { numeric_greater_than: { 'cos:tls-version': 1 } },
      from('127.0.0.1', '1.3'),
      from('127.0.0.1'),
    ],
    ['cos:host', { string_equal: { 'cos:host': host } }, {}, { host: `${bucket}.localhost` }],
    [
      'cos:prefix',
      { string_equal: { 'cos:prefix': 'a%2Fb' } },
      { key: '/', params: { prefix: 'a/b' } },
      { key: '/', params: { prefix: 'a/c' } },
    ],
    [
      'cos:prefix, absent',
      { string_like: { 'cos:prefix': 'a*' } },
      { key: '/', params: { prefix: 'ab' } },
      { key: '/' },
    ],
    [
      'cos:versionid',
      { string_equal: { 'cos:versionid': 'v1' } },
      { params: { versionId: 'v1' } },
      { params: { versionId: 'v2' } },
    ],
    [
      'cos:x-cos-storage-class',
      { string_equal: { 'cos:x-cos-storage-class': 'STANDARD_IA' } },
      { ...put, headers: { 'x-cos-storage-class': 'STANDARD_IA' } },
      put,
    ],
    [
      'cos:x-cos-acl',
      { string_not_equal: { 'cos:x-cos-acl': ['public-read', 'default'] } },
      { ...put, headers: { 'x-cos-acl': 'private' } },
      { ...put, headers: { 'x-cos-acl': 'public-read' } },
    ],
    [
      'cos:content-length',
      { numeric_less_than_equal: { 'cos:content-length': 4 } },
      { ...put, body: '1234' },
      { ...put, body: '12345' },
    ],
    [
      'cos:content-type',
      { string_like: { 'cos:content-type': 'text/*' } },
      { ...put, headers: text },
      { ...put, headers: { 'content-type': 'image/png' } },
    ],
    [
      'cos:content-type, absent',
      { string_like: { 'cos:content-type': '*' } },
      { ...put, headers: text },
      put,
    ],
    [
      'cos:content-type, if there is one',
      { string_like_if_exist: { 'cos:content-type': 'text/*' } },
      put,
      { ...put, headers: { 'content-type': 'image/png' } },
    ],
    [
      'cos:response-content-type',
      { string_equal: { 'cos:response-content-type': 'image%2Fjpeg' } },
      { params: { 'response-content-type': 'image/jpeg' } },
      { params: { 'response-content-type': 'text/html' } },
    ],
    [
      'cos:x-cos-forbid-overwrite',
      { bool_equal: { 'cos:x-cos-forbid-overwrite': 'true' } },
      { ...put, key: 'new', headers: { 'x-cos-forbid-overwrite': 'true' } },
      { ...put, key: 'new' },
    ],
    [
      'cos:x-cos-mime-limit',
      { string_equal: { 'cos:x-cos-mime-limit': 'image/*' } },
      { ...put, headers: { 'x-cos-mime-limit': 'image/*' } },
      put,
    ],
    [
      'qcs:request_tag',
      { 'for_any_value:string_equal': { 'qcs:request_tag': 'team&a b' } },
      { ...put, headers: { 'x-cos-tagging': 'x=y&team=a%20b' } },
      { ...put, headers: { 'x-cos-tagging': 'team=c' } },
    ],
    [
      'qcs:current_time',
      { numeric_less_than: { 'qcs:current_time': startMs / 1000 + 1 } },
      {},
      { client: { address: 'later' } },
    ],
  ])('%s', async (name, condition, allowed, denied) => {
    const policy = policyOf({ action: '*', condition })
    expect(await isAllowed(policy, allowed)).toBe(true)
    if (name !== 'qcs:current_time') return expect(await isAllowed(policy, denied)).toBe(false)
    const key = await issue(policy)
    emulator.clock.advance(2)
    const late = await send(key, {})
    emulator.clock.reset()
    return expect(late.body.toString()).toContain('<Message>Access Denied.</Message>')
  })

  it('of two operators both must hold', async () => {
    const condition = {
      numeric_less_than: { 'cos:content-length': 3 },
      string_equal: { 'cos:content-type': 'text/plain', 'cos:x-cos-acl': 'private' },
    }
    const policy = policyOf({ action: '*', condition })
    const headers = { ...text, 'x-cos-acl': 'private' }
    expect(await isAllowed(policy, { ...put, headers })).toBe(true)
    expect(await isAllowed(policy, { ...put, headers: text })).toBe(false)
    expect(await isAllowed(policy, { ...put, headers, body: '123' })).toBe(false)
  })
})

describe('rights come together', () => {
  const sub = { secretId: 'AKIDsub0000000001', secretKey: 'test-secret-sub' }

  it('a registered key with a policy may do what that allows', async () => {
    emulator.addCredential({ ...sub, policy: policyOf({ action: '*', resource: of('team/*') }) })
    expect((await send(sub, { key: 'team/o' })).statusCode).toBe(404)
    expect((await send(sub, { key: 'other/o' })).statusCode).toBe(403)
    expect((await send(root, { key: 'other/o' })).statusCode).toBe(404)
  })

  it('a temporary key has the part of its policy that its issuer has too', async () => {
    emulator.addCredential({ ...sub, policy: policyOf({ action: '*', resource: of('team/*') }) })
    const key = await issue(policyOf({ action: 'name/cos:GetObject' }), sub)
    expect((await send(key, { key: 'team/o' })).statusCode).toBe(404)
    expect((await send(key, { key: 'other/o' })).statusCode).toBe(403)
    expect(log.at(-1)?.reason).toContain('"issuer"')
    expect((await send(key, { key: 'team/o', method: 'PUT', body: 'x' })).statusCode).toBe(403)
    expect(log.at(-1)?.reason).toContain('"session"')
  })

  it('the key of a role has the part of the role’s rights that the call asks for', async () => {
    const arn = 'qcs::cam::uin/100000000001:roleName/reader'
    const other = createEmulator({
      credentials: [root],
      buckets: [bucket],
      roles: [{ arn, policy: JSON.stringify(policyOf({ action: 'name/cos:GetObject' })) }],
      now: () => startMs,
    })
    const assume = async (Policy?: string): Promise<StsCaller> =>
      keyOf(
        await callV1(other, root, {
          action: 'AssumeRole',
          params: { RoleArn: arn, RoleSessionName: 'test', ...(Policy === undefined ? {} : { Policy }) },
        }),
      )
    const statusOf = async (key: StsCaller, method: Method, name: string): Promise<number> => {
      const { url } = new CosClient({
        Domain: host,
        SecretId: key.secretId,
        SecretKey: key.secretKey,
        Token: key.securityToken,
        Now: () => startMs,
      }).presign({ Method: method, Bucket: bucket, Key: name })
      const target = url.slice(`https://${host}`.length)
      return (await other.inject({ method, target, headers: { host } })).statusCode
    }
    const whole = await assume()
    expect(await statusOf(whole, 'GET', 'o')).toBe(404)
    expect(await statusOf(whole, 'HEAD', 'o')).toBe(403)
    const part = await assume(JSON.stringify(policyOf({ action: '*', resource: of('a/*') })))
    expect(await statusOf(part, 'GET', 'a/o')).toBe(404)
    expect(await statusOf(part, 'GET', 'b/o')).toBe(403)
    expect(await statusOf(part, 'HEAD', 'a/o')).toBe(403)
    await other.close()
  })

  it('why not is in the log and not in the answer', async () => {
    const key = await issue(policyOf({ action: 'name/cos:PutObject', resource: of('u/1/*') }))
    const answer = await send(key, { key: 'u/2', method: 'PUT', body: 'x' })
    expect(answer.body.toString()).not.toContain('statement')
    expect(log.at(-1)).toMatchObject({
      operation: 'PutObject',
      code: 'AccessDenied',
      message: 'Access Denied.',
      reason: expect.stringContaining('statement[0] of "session"'),
    })
  })
})
