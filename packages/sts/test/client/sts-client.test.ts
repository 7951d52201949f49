import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createStsClient, type StsClient, type StsClientOptions, StsError } from '../../src/index.ts'
import { type FakeAnswer, type FakeSts, keyAnswer, refusalAnswer, startFakeSts } from './fake-sts.ts'

const credential = { secretId: 'AKIDtest0000000001', secretKey: 'test-secret-key-1' }
const policy = {
  version: '2.0',
  statement: [{ effect: 'allow', action: 'name/cos:GetObject', resource: '*' }],
}
const roleArn = 'qcs::cam::uin/100000000001:roleName/uploader'

interface Setting {
  readonly client: StsClient
  readonly sts: FakeSts
  /** The waits between attempts. */
  readonly waits: number[]
}

/** A client of a server that gives these answers; it does not really wait between attempts. */
async function set(answers: FakeAnswer[], options: StsClientOptions = {}): Promise<Setting> {
  const sts = await startFakeSts(...answers)
  const waits: number[] = []
  const sleep = (ms: number): Promise<void> => {
    waits.push(ms)
    return Promise.resolve()
  }
  const client = createStsClient({
    credential,
    scheme: 'http',
    endpoint: sts.endpoint,
    sleep,
    random: () => 0.5,
    ...options,
  })
  return { client, sts, waits }
}

const status =
  (code: number, headers: Record<string, string> = {}, body = ''): FakeAnswer =>
  (_, response) => {
    response.writeHead(code, headers).end(body)
  }

async function failureOf(promise: Promise<unknown>): Promise<StsError> {
  const error = await promise.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  )
  if (error instanceof StsError) return error
  throw error
}

describe('a call', () => {
  it('gives the key with its life, by the clock of the service', async () => {
    const { client } = await set([keyAnswer(1_700_001_000)])
    const key = await client.getFederationToken({ policy, durationSeconds: 900 })
    expect({ ...key, credential: undefined }).toEqual({
      credential: undefined,
      startsAt: 1_700_000_100,
      expiresAt: 1_700_001_000,
      requestId: 'request-1',
    })
    expect(key.credential).toMatchObject({
      secretId: 'AKIDtemporary0001',
      secretKey: 'temporary-secret-key=',
      securityToken: 'token-of-AKIDtemporary0001',
      expiresAt: 1_700_001_000,
    })
    for (const text of [inspect(key), JSON.stringify(key), String(key.credential)]) {
      expect(text).not.toMatch(/temporary-secret|token-of/)
    }
  })

  it('sends the parameters of each action, with their defaults', async () => {
    const { client, sts } = await set([keyAnswer()])
    await client.getFederationToken({ policy })
    await client.assumeRole({ roleArn, externalId: 'ext:1', policy: '{"a": "ü"}' })
    await client.assumeRole({ roleArn, durationSeconds: 43_200, sessionName: 'me@example.com' })
    await client.assumeRoleWithWebIdentity({ roleArn, providerId: 'P', webIdentityToken: 'w.w' })
    expect(sts.calls.map(({ body }) => JSON.parse(body))).toEqual([
      { Name: 'cos-presign', Policy: encodeURIComponent(JSON.stringify(policy)), DurationSeconds: 1800 },
      {
        RoleArn: roleArn,
        RoleSessionName: 'cos-presign',
        DurationSeconds: 1800,
        ExternalId: 'ext:1',
        Policy: '%7B%22a%22%3A%20%22%C3%BC%22%7D',
      },
      { RoleArn: roleArn, RoleSessionName: 'me@example.com', DurationSeconds: 43_200 },
      {
        ProviderId: 'P',
        WebIdentityToken: 'w.w',
        RoleArn: roleArn,
        RoleSessionName: 'cos-presign',
        DurationSeconds: 1800,
      },
    ])
    expect(sts.calls.map(({ headers }) => headers['x-tc-action'])).toEqual([
      'GetFederationToken',
      'AssumeRole',
      'AssumeRole',
      'AssumeRoleWithWebIdentity',
    ])
  })

  it('is signed with a key that a function gives, asked anew each time', async () => {
    let asked = 0
    const supply = (): Promise<typeof credential & { securityToken: string }> => {
      asked++
      return Promise.resolve({ ...credential, securityToken: `token-${asked}` })
    }
    const { client, sts } = await set([keyAnswer()], { credential: supply })
    await client.assumeRole({ roleArn })
    await client.assumeRole({ roleArn })
    expect(sts.calls.map(({ headers }) => headers['x-tc-token'])).toEqual(['token-1', 'token-2'])
  })

  it('by the old signature carries the token of the asking key', async () => {
    const asking = { ...credential, securityToken: 'to+ken/=' }
    const { client, sts } = await set([keyAnswer()], { credential: asking, signatureMethod: 'HmacSHA256' })
    await client.assumeRole({ roleArn })
    const form = new URLSearchParams(sts.calls[0]?.body)
    expect(form.get('Token')).toBe('to+ken/=')
    expect(form.get('SignatureMethod')).toBe('HmacSHA256')
    expect(Number(form.get('Nonce'))).toBeGreaterThan(0)
  })
})

describe('a refusal', () => {
  it.each([
    ['AuthFailure.SignatureExpire', "This machine's clock differs"],
    ['AuthFailure.SignatureFailure', 'The SecretKey is not the one of this SecretId'],
    ['AuthFailure.SecretIdNotFound', 'There is no such key'],
    ['AuthFailure.InvalidSecretId', 'is no API key'],
    ['AuthFailure.TokenFailure', 'get another key'],
    ['AuthFailure.UnauthorizedOperation', 'grant its owner the action'],
    ['UnauthorizedOperation', 'grant its owner the action'],
    ['InvalidParameter.OverTimeError', 'durationSeconds is over the maximum'],
    ['InvalidParameter.PolicyTooLong', 'Name prefixes instead of many keys'],
    ['InvalidParameter.StrategyFormatError', "parsePolicy(policy, { kind: 'session' })"],
    ['InvalidParameter.ResouceError', 'check region, APPID and bucket'],
    ['InvalidParameter.GrantOtherResource', "another account's"],
    ['ResourceNotFound.RoleNotFound', 'trust policy'],
    ['InternalError.GetRoleError', 'trust policy'],
    ['FailedOperation.Other', '“No”.'],
  ])('%s comes once, with its code, the request id and what to do', async (code, advice) => {
    const { client, sts } = await set([refusalAnswer(code)])
    const error = await failureOf(client.getFederationToken({ policy }))
    expect(error).toMatchObject({
      code: 'ERR_STS_REJECTED',
      retryable: false,
      upstreamCode: code,
      requestId: 'request-2',
    })
    expect(error.message).toContain(`STS refused GetFederationToken: ${code}, `)
    expect(error.message).toContain(advice)
    expect(sts.calls).toHaveLength(1)
  })

  it('never shows a secret that the service repeats', async () => {
    const { client } = await set([
      refusalAnswer('AuthFailure', 'bad "TmpSecretKey": "very-secret" x-cos-security-token=tok'),
    ])
    const error = await failureOf(client.getFederationToken({ policy }))
    expect(inspect(error)).not.toMatch(/very-secret|=tok/)
  })
})

describe('a failure that may pass', () => {
  it.each<[string, FakeAnswer, string]>([
    ['an error inside the service', refusalAnswer('InternalError.SystemError'), 'ERR_STS_UNAVAILABLE'],
    ['throttling', refusalAnswer('RequestLimitExceeded.UinLimitExceeded'), 'ERR_STS_THROTTLED'],
    ['the older code of throttling', refusalAnswer('InvalidParameter.OverLimit'), 'ERR_STS_THROTTLED'],
    ['HTTP status 429', status(429), 'ERR_STS_THROTTLED'],
    ['HTTP status 502', status(502, {}, '<html>'), 'ERR_STS_UNAVAILABLE'],
    ['a broken connection', (request) => request.socket.destroy(), 'ERR_STS_NETWORK'],
    [
      'a connection that breaks in mid-answer',
      (_, response) => {
        response.writeHead(200, { 'content-length': '999' })
        response.write('{"Response"', () => response.destroy())
      },
      'ERR_STS_NETWORK',
    ],
  ])('%s is tried again, signed anew, and then is over', async (_, answer, code) => {
    let time = 1_700_000_000_000
    const now = (): number => {
      time += 1000
      return time
    }
    const good = await set([answer, answer, keyAnswer()], { now })
    expect(await good.client.getFederationToken({ policy })).toMatchObject({ requestId: 'request-1' })
    expect(good.waits).toEqual([100, 200])
    expect(new Set(good.sts.calls.map(({ headers }) => headers.authorization)).size).toBe(3)

    const bad = await set([answer], { maxAttempts: 4 })
    expect(await failureOf(bad.client.getFederationToken({ policy }))).toMatchObject({
      code,
      retryable: true,
    })
    expect(bad.sts.calls).toHaveLength(4)
    expect(bad.waits).toEqual([100, 200, 400])
  })

  it('waits as long as the service asks, but not beyond the time for the call', async () => {
    const later = await set([status(503, { 'retry-after': '2' }), keyAnswer()])
    await later.client.getFederationToken({ policy })
    expect(later.waits).toEqual([2000])

    const never = await set([status(503, { 'retry-after': '60' })])
    const error = await failureOf(never.client.getFederationToken({ policy }))
    expect(error).toMatchObject({ code: 'ERR_STS_UNAVAILABLE', statusCode: 503, retryAfterMs: 60_000 })
    expect(never.waits).toEqual([])
  })

  it('is a refused connection too', async () => {
    const { client } = await set([], { endpoint: '127.0.0.1:1', maxAttempts: 1 })
    const error = await failureOf(client.getFederationToken({ policy }))
    expect(error).toMatchObject({ code: 'ERR_STS_NETWORK', retryable: true })
    expect(error.cause).toBeInstanceOf(Error)
  })
})

describe('time', () => {
  const silent: FakeAnswer = () => undefined
  const stuck: FakeAnswer = (_, response) => {
    response.writeHead(200).write('{')
  }

  it.each([
    ['never answers', silent],
    ['stops in mid-answer', stuck],
  ])('runs out when the service %s, per attempt and for the call', async (_, answer) => {
    const { client, sts } = await set([answer], { attemptTimeoutMs: 60, timeoutMs: 150, sleep: undefined })
    const at = performance.now()
    expect(await failureOf(client.getFederationToken({ policy }))).toMatchObject({
      code: 'ERR_STS_TIMEOUT',
      retryable: true,
    })
    expect(performance.now() - at).toBeLessThan(2000)
    expect(sts.calls.length).toBeGreaterThan(0)
  })

  it('runs out though an injected fetch knows no signal', async () => {
    const { client } = await set([], {
      attemptTimeoutMs: 20,
      maxAttempts: 1,
      fetch: () => new Promise(() => undefined),
    })
    expect(await failureOf(client.getFederationToken({ policy }))).toMatchObject({ code: 'ERR_STS_TIMEOUT' })
  })

  it('is ended by a signal at once, with its reason, in a request and in a wait', async () => {
    const reason = new Error('enough')
    const waiting = await set([silent])
    const controller = new AbortController()
    const call = waiting.client.getFederationToken({ policy, signal: controller.signal })
    setTimeout(() => controller.abort(reason), 20)
    await expect(call).rejects.toBe(reason)

    const between = await set([status(503, { 'retry-after': '9' })], { sleep: undefined })
    const other = new AbortController()
    const again = between.client.getFederationToken({ policy, signal: other.signal })
    setTimeout(() => other.abort(reason), 100)
    await expect(again).rejects.toBe(reason)
    await expect(between.client.getFederationToken({ policy, signal: other.signal })).rejects.toBe(reason)
    expect(between.sts.calls).toHaveLength(1)
  })
})

describe('an answer', () => {
  it.each<[string, FakeAnswer]>([
    ['that is no JSON', '<html>'],
    ['that is other JSON', { hello: 1 }],
    ['without a key', { Response: { RequestId: 'r' } }],
    [
      'without a token',
      { Response: { Credentials: { TmpSecretId: 'AKIDx', TmpSecretKey: 'k' }, ExpiredTime: 1 } },
    ],
    [
      'with a key that is no text',
      { Response: { Credentials: { TmpSecretId: 1, TmpSecretKey: 'k', Token: 't' }, ExpiredTime: 1 } },
    ],
    [
      'with a life in text',
      {
        Response: { Credentials: { TmpSecretId: 'AKIDx', TmpSecretKey: 'k', Token: 't' }, ExpiredTime: '1' },
      },
    ],
    [
      'with a life in milliseconds',
      {
        Response: {
          Credentials: { TmpSecretId: 'AKIDx', TmpSecretKey: 'k', Token: 't' },
          ExpiredTime: 1.7e12,
        },
      },
    ],
    ['of 1 MB', (_, response) => void response.end(Buffer.alloc(1_000_000, 32))],
    ['that leads elsewhere', status(302, { location: 'http://127.0.0.1:1/' })],
    ['of status 404', status(404, {}, 'not found')],
  ])('%s is none, and no secret of it is shown', async (_, answer) => {
    const { client, sts } = await set([answer])
    const error = await failureOf(client.getFederationToken({ policy }))
    expect(error).toMatchObject({ code: 'ERR_STS_ANSWER_INVALID', retryable: false })
    expect(sts.calls).toHaveLength(1)
  })
})

describe('bad input', () => {
  const client = createStsClient({ credential })

  it.each<[string, () => Promise<unknown>, string]>([
    ['no policy', () => client.getFederationToken({} as { policy: object }), '"policy" must be'],
    [
      'nothing',
      () => client.getFederationToken(undefined as never),
      '"params" must be an object with "policy"',
    ],
    [
      'too long a life',
      () => client.getFederationToken({ policy, durationSeconds: 129_601 }),
      '"durationSeconds" must be a whole number from 1 to 129600',
    ],
    [
      'too long a life of a role',
      () => client.assumeRole({ roleArn, durationSeconds: 43_201 }),
      'from 1 to 43200',
    ],
    [
      'a name for a role',
      () => client.assumeRole({ roleArn: 'uploader' }),
      '"roleArn" must be like qcs::cam::uin/100000000001:roleName/uploader',
    ],
    [
      'a session name with a space',
      () => client.assumeRole({ roleArn, sessionName: 'a b' }),
      '"sessionName" must be 2 to 128',
    ],
    ['an external id', () => client.assumeRole({ roleArn, externalId: 'é1' }), '"externalId" must be'],
    [
      'no token',
      () => client.assumeRoleWithWebIdentity({ roleArn, providerId: 'p', webIdentityToken: '' }),
      '"webIdentityToken" must not be empty',
    ],
  ])('%s rejects with what is wrong', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message)
  })

  it('a malformed policy is found before it is sent, and its place named', async () => {
    const bad = { ...policy, statement: [{ ...policy.statement[0], principal: { qcs: '*' } }] }
    expect(await failureOf(client.getFederationToken({ policy: bad }))).toMatchObject({
      code: 'ERR_POLICY_INVALID',
      path: 'statement[0].principal',
    })
  })

  it('a temporary key cannot ask for a federation token, and no key can only ask by web identity', async () => {
    const temporary = createStsClient({ credential: { ...credential, securityToken: 't' } })
    await expect(temporary.getFederationToken({ policy })).rejects.toThrow('must be a permanent key')
    await expect(createStsClient().assumeRole({ roleArn })).rejects.toThrow('"credential" must be given')
  })

  it.each<[StsClientOptions, string]>([
    [{ endpoint: 'https://sts.tencentcloudapi.com' }, 'say the scheme in "scheme"'],
    [{ scheme: 'ftp' as 'http' }, '"scheme" must be one of https, http'],
    [{ signatureMethod: 'MD5' as 'HmacSHA1' }, '"signatureMethod" must be one of'],
    [{ timeoutMs: 0 }, '"timeoutMs" must be a whole number'],
    [{ maxAttempts: 1.5 }, '"maxAttempts" must be a whole number'],
    [{ fetch: 1 as never }, '"fetch" must be a function'],
    [{ credential: { secretId: 'AKID', secretKey: ' k' } }, '"secretKey" has white space around it'],
  ])('%j is refused', (options, message) => {
    expect(() => createStsClient(options)).toThrow(message)
  })
})
