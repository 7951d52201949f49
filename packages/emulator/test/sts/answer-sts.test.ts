import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AccessLogEntry, createEmulator, type Emulator } from '../../src/index.ts'
import {
  callTc3,
  callV1,
  keyOf,
  read,
  type StsCaller,
  type StsRequest,
  type StsResponse,
} from './call-sts.ts'

const bucket = 'examplebucket-1250000000'
const startMs = 1_700_000_000_000
const start = startMs / 1000
const root = { secretId: 'AKIDroot000000001', secretKey: 'test-secret-root' }
const sub = { secretId: 'AKIDsub0000000001', secretKey: 'test-secret-sub' }
const registered = {
  secretId: 'AKIDtemporary0001',
  secretKey: 'test-secret-temporary',
  securityToken: 'test-token',
}
const allowAll = { version: '2.0', statement: [{ effect: 'allow', action: ['*'], resource: ['*'] }] }
const upload = {
  version: '2.0',
  statement: [
    {
      effect: 'allow',
      action: ['name/cos:PutObject'],
      resource: [`qcs::cos:ap-guangzhou:uid/1250000000:${bucket}/u/1/*`],
    },
  ],
}
const encode = (policy: object): string => encodeURIComponent(JSON.stringify(policy))
const role = 'qcs::cam::uin/100000000001:roleName/uploader'
const open = 'qcs::cam::uin/100000000001:role/4611686018427400000'

const log: AccessLogEntry[] = []
let emulator: Emulator
beforeAll(() => {
  emulator = createEmulator({
    credentials: [root, { ...sub, policy: allowAll }, registered],
    buckets: [bucket],
    roles: [
      { arn: role, policy: upload, externalId: 'known-to-both' },
      { arn: open, webIdentity: { providerId: 'oidc', token: 'identity-token' } },
    ],
    now: () => startMs,
    onRequest: (entry) => log.push(entry),
  })
})
afterAll(() => emulator.close())
beforeEach(() => {
  emulator.clock.reset()
  log.length = 0
})

const params = { Name: 'test', Policy: encode(upload) }
const codeOf = ({ Error: error }: StsResponse): string => error?.Code ?? 'ok'

describe.each([
  ['v1', callV1],
  ['v3', callTc3],
])('STS with signature %s', (_, call) => {
  const codeFor = async (request: Partial<StsRequest>, caller: StsCaller = root): Promise<string> =>
    codeOf(await call(emulator, caller, { params, ...request }))

  it('answers GetFederationToken with a key, its end and a request id', async () => {
    const answer = await call(emulator, root, { params: { ...params, DurationSeconds: 600 } })
    expect(answer).toEqual({
      Credentials: {
        Token: expect.stringMatching(/^[\w-]{50,4096}$/),
        TmpSecretId: expect.stringMatching(/^AKID[\w-]{40}$/),
        TmpSecretKey: expect.stringMatching(/^[\w+/]{43}=$/),
      },
      ExpiredTime: start + 600,
      Expiration: '2023-11-14T22:23:20Z',
      RequestId: expect.stringMatching(/^[\da-f-]{36}$/),
    })
    expect(log).toMatchObject([
      { operation: 'GetFederationToken', status: 200, requestId: answer.RequestId, host: expect.any(String) },
    ])
    expect(JSON.stringify(log)).not.toContain(answer.Credentials?.Token)
  })

  it('gives 1800 s unless asked, at most 7200 to a root account and 129600 to a sub-account', async () => {
    expect((await call(emulator, root, { params })).ExpiredTime).toBe(start + 1800)
    const lasting = (DurationSeconds: number) => ({ params: { ...params, DurationSeconds } })
    expect(await codeFor(lasting(7200))).toBe('ok')
    expect(await codeFor(lasting(7201))).toBe('InvalidParameter.OverTimeError')
    expect(await codeFor(lasting(129_600), sub)).toBe('ok')
    expect(await codeFor(lasting(129_601), sub)).toBe('InvalidParameter.OverTimeError')
    expect(await codeFor(lasting(0))).toBe('InvalidParameterValue')
    expect(await codeFor({ params: { ...params, DurationSeconds: '1e3' } })).toBe('InvalidParameterValue')
  })

  it.each([
    [-301, 'AuthFailure.SignatureExpire'],
    [-300, 'ok'],
    [300, 'ok'],
    [301, 'AuthFailure.SignatureExpire'],
  ])('of a clock %i s off says %s', async (offset, code) => {
    expect(await codeFor({ timestamp: start + offset })).toBe(code)
  })

  it('knows its callers', async () => {
    expect(await codeFor({}, { ...root, secretId: 'AKIDnobody' })).toBe('AuthFailure.SecretIdNotFound')
    expect(await codeFor({}, { ...root, secretKey: 'wrong' })).toBe('AuthFailure.SignatureFailure')
    expect(await codeFor({}, { ...root, securityToken: 'none' })).toBe('AuthFailure.TokenFailure')
    expect(await codeFor({}, { ...registered, securityToken: undefined })).toBe('AuthFailure.TokenFailure')
    expect(await codeFor({}, { ...registered, securityToken: 'other' })).toBe('AuthFailure.TokenFailure')
  })

  it('gives no federation token for a temporary key', async () => {
    expect(await codeFor({}, registered)).toBe('AuthFailure.UnauthorizedOperation')
    const key = keyOf(await call(emulator, root, { params: { ...params, Policy: encode(allowAll) } }))
    expect(await codeFor({}, key)).toBe('AuthFailure.UnauthorizedOperation')
    emulator.clock.advance(1801)
    expect(await codeFor({}, key)).toBe('AuthFailure.TokenFailure')
  })

  it('gives none to a key whose policy denies it, and needs no statement that allows it', async () => {
    const keys = {
      forbidden: [...upload.statement, { effect: 'deny', action: 'name/sts:*', resource: '*' }],
      silent: upload.statement,
    }
    const code = async (name: keyof typeof keys): Promise<string> => {
      const caller = { secretId: `AKID${name}0000000`, secretKey: `test-secret-${name}` }
      emulator.addCredential({ ...caller, policy: { version: '2.0', statement: keys[name] } })
      return await codeFor({}, caller)
    }
    expect(await code('forbidden')).toBe('UnauthorizedOperation')
    expect(log.at(-1)?.reason).toContain('statement[1] of "key"')
    expect(await code('silent')).toBe('ok')
  })

  it('takes a policy that is encoded not at all, once or twice', async () => {
    const plain = JSON.stringify(upload, null, 2)
    const likeGo = encodeURIComponent(JSON.stringify(upload, null, 1)).replaceAll('%20', '+')
    for (const Policy of [
      plain,
      likeGo,
      encodeURIComponent(plain),
      encodeURIComponent(encodeURIComponent(plain)),
    ]) {
      expect(await codeFor({ params: { ...params, Policy } })).toBe('ok')
    }
    const thrice = encodeURIComponent(encodeURIComponent(encodeURIComponent(plain)))
    expect(await codeFor({ params: { ...params, Policy: thrice } })).toBe(
      'InvalidParameter.StrategyFormatError',
    )
  })

  it.each<[string, unknown, string]>([
    ['names a principal', { ...upload, principal: '*' }, 'StrategyInvalid'],
    [
      'names a principal in a statement, as getPolicy of the STS SDK for Node.js does',
      { ...upload, statement: [{ ...upload.statement[0], principal: { qcs: '*' } }] },
      'StrategyInvalid',
    ],
    ['has another version', { ...upload, version: '3.0' }, 'StrategyFormatError'],
    ['has no statement', { version: '2.0', statement: [] }, 'StrategyFormatError'],
    ['is no object', 'text', 'StrategyFormatError'],
    ['is too long', { ...upload, statement: Array(30).fill(upload.statement[0]) }, 'PolicyTooLong'],
  ])('refuses a policy that %s', async (_what, policy, code) => {
    const answer = await call(emulator, root, { params: { ...params, Policy: encode(policy as object) } })
    expect(codeOf(answer)).toBe(`InvalidParameter.${code}`)
  })

  it.each<[string, Partial<StsRequest>, string]>([
    ['no Name', { params: { Policy: 'x' } }, 'MissingParameter'],
    ['no Policy', { params: { Name: 'x' } }, 'MissingParameter'],
    ['an impossible Name', { params: { ...params, Name: 'a b' } }, 'InvalidParameterValue'],
    ['a parameter that the action does not have', { params: { ...params, Duration: 1 } }, 'UnknownParameter'],
    ['another version', { version: '2017-03-12' }, 'NoSuchVersion'],
    ['an action that is none', { action: 'DescribeInstances' }, 'InvalidAction'],
    ['an action that is not built', { action: 'GetCallerIdentity', params: {} }, 'UnsupportedOperation'],
    [
      'a role that is none',
      { action: 'AssumeRole', params: { RoleArn: 'x', RoleSessionName: 'name' } },
      'InvalidParameterValue',
    ],
    ['tags for a session', { action: 'AssumeRole', params: { 'Tags.0.Key': 'x' } }, 'UnsupportedOperation'],
  ])('refuses %s', async (_what, request, code) => {
    expect(await codeFor(request)).toBe(code)
  })

  it('answers AssumeRole for a role it knows, to whoever knows its ExternalId', async () => {
    const assume = (more: Record<string, string | number> = {}, caller: StsCaller = root) =>
      codeFor(
        { action: 'AssumeRole', params: { RoleArn: role, RoleSessionName: 'session', ...more } },
        caller,
      )
    const ExternalId = 'known-to-both'
    expect(await assume({ ExternalId })).toBe('ok')
    expect(await assume({ ExternalId, Policy: encode(upload), DurationSeconds: 43_200 })).toBe('ok')
    expect(await assume({ ExternalId }, sub)).toBe('ok')
    expect(await assume({ ExternalId, DurationSeconds: 43_201 })).toBe('InvalidParameter.OverTimeError')
    expect(await assume({})).toBe('UnauthorizedOperation')
    expect(await assume({ ExternalId: 'other' })).toBe('UnauthorizedOperation')
    expect(await assume({ RoleArn: `${role}2` })).toBe('ResourceNotFound.RoleNotFound')
  })

  it('lets nobody gain rights by assuming a role', async () => {
    const limited = keyOf(await call(emulator, root, { params }))
    const request = { action: 'AssumeRole', params: { RoleArn: open, RoleSessionName: 'session' } }
    expect(await codeFor(request, limited)).toBe('UnauthorizedOperation')
    const free = keyOf(await call(emulator, root, { params: { ...params, Policy: encode(allowAll) } }))
    const assumed = await call(emulator, free, request)
    expect(codeOf(assumed)).toBe('ok')
    expect(assumed.ExpiredTime).toBe(start + 7200)
  })

  it.each<[string, Partial<StsRequest>]>([
    ['a host of its own', { host: 'sts.ap-guangzhou.tencentcloudapi.com' }],
    ['sts.localhost with a port', { host: 'sts.localhost:9000' }],
    ['the same, signed without the port', { host: 'sts.localhost:9000', signedHost: 'sts.localhost' }],
    ['an address that names no bucket', { host: '127.0.0.1:9000' }],
    ['the same, signed for the real host', { host: '127.0.0.1:9000', signedHost: 'sts.tencentcloudapi.com' }],
    ['the path /_sts there', { host: 'localhost:9000', path: '/_sts' }],
  ])('is found under %s', async (_what, request) => {
    expect(await codeFor(request)).toBe('ok')
  })
})

describe('signature v1', () => {
  it('may come in the query of a GET', async () => {
    expect(codeOf(await callV1(emulator, root, { params }, 'GET'))).toBe('ok')
    expect(codeOf(await callV1(emulator, { ...root, secretKey: 'x' }, { params }, 'GET'))).toBe(
      'AuthFailure.SignatureFailure',
    )
  })

  it.each([
    ['Action', 'MissingParameter'],
    ['Version', 'MissingParameter'],
    ['Timestamp', 'MissingParameter'],
    ['Nonce', 'MissingParameter'],
    ['SecretId', 'MissingParameter'],
    ['Signature', 'MissingParameter'],
    ['SignatureMethod=x', 'InvalidParameterValue'],
    ['Timestamp=now', 'InvalidParameterValue'],
    ['Name=a&Name=b', 'InvalidParameter'],
  ])('without %s, or with that, is refused', async (what, code) => {
    const all = 'Action=A&Version=1&Timestamp=1&Nonce=1&SecretId=x&Signature=x'
    const [name = '', value] = what.split('=')
    const rest = all.replace(new RegExp(`(^|&)${name}=[^&]*`), '')
    const headers = { host: 'sts.localhost', 'content-type': 'application/x-www-form-urlencoded' }
    const body = value === undefined ? rest : `${rest}&${what}`
    expect(codeOf(await read(emulator, { method: 'POST', target: '/', headers, body }))).toBe(code)
  })
})

describe('signature v3', () => {
  const authorization = (change: (text: string) => string) =>
    change(
      `TC3-HMAC-SHA256 Credential=x/2023-11-14/sts/tc3_request, SignedHeaders=content-type;host, Signature=${'0'.repeat(64)}`,
    )
  it.each<[string, string, string]>([
    ['of another scheme', 'Bearer x', 'AuthFailure.InvalidAuthorization'],
    [
      'of another day',
      authorization((text) => text.replace('14/', '15/')),
      'AuthFailure.InvalidAuthorization',
    ],
    [
      'for another service',
      authorization((text) => text.replace('sts', 'cvm')),
      'AuthFailure.InvalidAuthorization',
    ],
    [
      'that leaves the host out',
      authorization((text) => text.replace(';host', '')),
      'AuthFailure.InvalidAuthorization',
    ],
    ['that is skipped where it is needed', 'SKIP', 'AuthFailure.InvalidAuthorization'],
    ['of nobody', authorization((text) => text), 'AuthFailure.SecretIdNotFound'],
  ])('%s is refused', async (_what, value, code) => {
    const headers = {
      host: 'sts.localhost',
      'content-type': 'application/json',
      'x-tc-action': 'GetFederationToken',
      'x-tc-version': '2018-08-13',
      'x-tc-timestamp': String(start),
      authorization: value,
    }
    expect(codeOf(await read(emulator, { method: 'POST', target: '/', headers, body: '{}' }))).toBe(code)
  })

  it('is not needed for AssumeRoleWithWebIdentity, which has the token of an identity provider', async () => {
    const call = async (more: object): Promise<string> => {
      const body = JSON.stringify({
        ProviderId: 'oidc',
        WebIdentityToken: 'identity-token',
        RoleArn: open,
        RoleSessionName: 'session',
        ...more,
      })
      const headers = {
        host: 'sts.localhost',
        'content-type': 'application/json',
        'x-tc-action': 'AssumeRoleWithWebIdentity',
        'x-tc-version': '2018-08-13',
        'x-tc-timestamp': String(start),
        authorization: 'SKIP',
      }
      return codeOf(await read(emulator, { method: 'POST', target: '/', headers, body }))
    }
    expect(await call({})).toBe('ok')
    expect(await call({ WebIdentityToken: 'other' })).toBe('UnauthorizedOperation')
    expect(await call({ ProviderId: 'other' })).toBe('UnauthorizedOperation')
    expect(await call({ RoleArn: role })).toBe('UnauthorizedOperation')
  })
})

describe('what comes to STS that is no call', () => {
  it.each([
    ['another method', { method: 'PUT', target: '/' }, 'UnsupportedOperation'],
    ['nothing', { method: 'POST', target: '/' }, 'MissingParameter'],
    [
      'a body that is too large',
      { method: 'POST', target: '/', body: 'x'.repeat(2 ** 20 + 1) },
      'RequestSizeLimitExceeded',
    ],
    [
      'JSON that is none',
      {
        method: 'POST',
        target: '/',
        body: '[',
        headers: { 'x-tc-action': 'x', 'x-tc-version': '1', 'x-tc-timestamp': '1' },
      },
      'InvalidParameter',
    ],
  ])(
    '%s is refused',
    async (_what, { headers = {}, ...request }: Parameters<Emulator['inject']>[0], code) => {
      const answer = await read(emulator, { ...request, headers: { host: 'sts.localhost', ...headers } })
      expect(codeOf(answer)).toBe(code)
    },
  )
})

describe('a host with a default bucket', () => {
  it('still has the objects "_sts" and whatever else', async () => {
    const other = createEmulator({ credentials: [root], defaultBucket: bucket, now: () => startMs })
    const host = '127.0.0.1:9000'
    for (const target of ['/_sts', '/_sts?Action=x', '/']) {
      const answer = await other.inject({ method: 'GET', target, headers: { host } })
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([403, 'application/xml'])
    }
    const posted = await other.inject({ method: 'POST', target: '/_sts?uploads', headers: { host } })
    expect(posted.headers['content-type']).toBe('application/xml')
    expect(codeOf(await callV1(other, root, { params, host }))).toBe('ok')
    await other.close()
  })
})
