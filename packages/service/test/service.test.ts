import { createEmulator, type Emulator } from '@cos-presign/emulator'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey, createService, type Service, type ServiceOptions } from '../src/index.ts'

const bucket = 'examplebucket-1250000000'
const credential = { secretId: 'AKIDservice', secretKey: 'service-secret-key' }
const jwt = {
  secret: 'a shared secret of thirty-two bytes',
  issuer: 'https://issuer.example',
  audience: 'signing',
}
const grants: ServiceOptions['grants'] = [
  {
    name: 'avatars',
    bucket,
    key: 'avatars/{sub}/{uuid}.{ext}',
    operations: ['upload', 'download'],
    constraints: { contentType: 'image/*', maxSizeBytes: 1000 },
  },
]

/** What the grant asks to be announced. */
const picture = { contentType: 'image/png', sizeBytes: 10 }

let emulator: Emulator
let domain: string
beforeAll(async () => {
  emulator = createEmulator({ credentials: [credential], buckets: [bucket], defaultBucket: bucket })
  domain = `127.0.0.1:${(await emulator.listen()).port}`
})
afterAll(() => emulator.close())

function serviceOf(authenticate: ServiceOptions['authenticate'] = { jwt }): Service {
  return createService({ credential, domain, scheme: 'http', sts: false, authenticate, grants })
}

interface TokenParts {
  readonly claims?: Record<string, unknown>
  readonly secret?: string
  readonly audience?: string
  readonly issuer?: string
  readonly expires?: string
}

async function tokenOf({
  claims = { sub: 'alice' },
  secret = jwt.secret,
  ...rest
}: TokenParts = {}): Promise<string> {
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(rest.issuer ?? jwt.issuer)
    .setAudience(rest.audience ?? jwt.audience)
    .setExpirationTime(rest.expires ?? '5m')
    .sign(new TextEncoder().encode(secret))
}

async function post(
  path: string,
  body: unknown,
  headers: Record<string, string>,
  service = serviceOf(),
): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return await service.fetch(new Request(`http://service${path}`, { method: 'POST', body: text, headers }))
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

describe('an upload and a download', () => {
  it('through what the service hands out are accepted by COS, and what was not announced is not', async () => {
    const headers = bearer(await tokenOf())
    const announced = { filename: 'me.png', contentType: 'image/png', sizeBytes: 5 }
    const answer = await post('/v1/uploads', announced, headers)
    expect(answer.status).toBe(200)
    const upload = await answer.json()
    expect(upload).toMatchObject({ method: 'PUT', bucket, grant: 'avatars', notEnforced: [] })
    expect(upload.key).toMatch(/^avatars\/alice\/[\da-f-]{36}\.png$/)
    expect(upload.enforced).toEqual(['key', 'contentType', 'maxSizeBytes'])
    const { 'Content-Length': _length, ...sent } = upload.headers
    const larger = await fetch(upload.url, { method: 'PUT', headers: sent, body: 'larger than announced' })
    expect(larger.status).toBe(403)
    expect((await fetch(upload.url, { method: 'PUT', headers: sent, body: 'bytes' })).status).toBe(200)

    const download = await (await post('/v1/downloads', { key: upload.key }, headers)).json()
    expect(await (await fetch(download.url)).text()).toBe('bytes')
    const others = await post(
      '/v1/downloads',
      { key: upload.key },
      bearer(await tokenOf({ claims: { sub: 'bob' } })),
    )
    expect(others.status).toBe(403)
    expect(await others.json()).toMatchObject({ code: 'ERR_SERVICE_NOT_GRANTED', grant: 'avatars' })
  })

  it.each([
    ['of another type', { contentType: 'text/html' }, '"contentType" does not allow the upload'],
    ['larger than allowed', { sizeBytes: 1001 }, '"maxSizeBytes" does not allow the upload'],
  ])('%s is refused before it is signed', async (_, announced, detail) => {
    const answer = await post('/v1/uploads', announced, bearer(await tokenOf()))
    expect(answer.status).toBe(403)
    expect((await answer.json()).detail).toContain(detail)
  })
})

describe('whoever asks', () => {
  it('by an API key is its holder', async () => {
    const { key, sha256 } = await createApiKey('backend')
    const service = serviceOf({ apiKeys: [{ id: 'backend', sha256 }] })
    for (const headers of [bearer(key), { 'x-api-key': key }]) {
      const answer = await post('/v1/uploads', picture, headers, service)
      expect((await answer.json()).key).toMatch(/^avatars\/backend\//)
    }
    const forged = await post(
      '/v1/uploads',
      {},
      bearer(key.replace(/.$/, (last) => (last === '0' ? '1' : '0'))),
      service,
    )
    expect(forged.status).toBe(401)
  })

  it('by a function of the host application is whom it says', async () => {
    const service = serviceOf({
      host: (request) => (request.headers.has('cookie') ? { id: 'carol' } : undefined),
    })
    const answer = await post('/v1/uploads', picture, { cookie: 'session=1' }, service)
    expect((await answer.json()).key).toMatch(/^avatars\/carol\//)
    expect((await post('/v1/uploads', {}, {}, service)).status).toBe(401)
  })

  it.each<[string, () => Promise<Record<string, string>>]>([
    ['says nothing', async () => ({})],
    ['has a token signed with another secret', async () => bearer(await tokenOf({ secret: 'x'.repeat(32) }))],
    ['has a token for another service', async () => bearer(await tokenOf({ audience: 'other' }))],
    ['has a token of another issuer', async () => bearer(await tokenOf({ issuer: 'other' }))],
    ['has a token that has expired', async () => bearer(await tokenOf({ expires: '-1m' }))],
    ['has a token without a subject', async () => bearer(await tokenOf({ claims: {} }))],
    [
      'has a token with the algorithm none',
      async () =>
        bearer(
          (await tokenOf())
            .replace(/^[^.]+/, btoa('{"alg":"none"}').replace(/=+$/, ''))
            .replace(/[^.]+$/, ''),
        ),
    ],
  ])('and %s is refused with 401', async (_, headersOf) => {
    const answer = await post('/v1/uploads', {}, await headersOf())
    expect(answer.status).toBe(401)
    const problem = await answer.json()
    expect(problem.code).toBe('ERR_SERVICE_CALLER_UNKNOWN')
    expect(JSON.stringify(problem)).not.toContain('eyJ')
  })
})

describe('an upload whose grant limits it', () => {
  it.each([
    ['type', { sizeBytes: 10 }, 'contentType'],
    ['size', { contentType: 'image/png' }, 'sizeBytes'],
  ])('is not signed before its %s is announced', async (_what, body, missing) => {
    const answer = await post('/v1/uploads', body, bearer(await tokenOf()))
    expect([answer.status, (await answer.json()).detail]).toEqual([
      400,
      expect.stringContaining(`say ${missing}`),
    ])
  })
})

describe('a ticket', () => {
  const tickets = { secret: 'a secret of tickets, of 32 bytes or more' }
  let service: Service
  beforeAll(() => {
    service = serviceOf({ jwt, tickets })
  })

  it('in the path says who asks, and opens the grants it was made for', async () => {
    const answer = await post('/v1/tickets', { grants: ['avatars'] }, bearer(await tokenOf()), service)
    const { path, grants: opened } = await answer.json()
    expect(opened).toEqual(['avatars'])
    const upload = await post(`${path}/v1/uploads`, picture, {}, service)
    expect((await upload.json()).key).toMatch(/^avatars\/alice\//)
    expect(upload.headers.get('referrer-policy')).toBe('no-referrer')
  })

  it('does not get another ticket, is not made for grants of others, and is not a token', async () => {
    const { ticket, path } = await (await post('/v1/tickets', {}, bearer(await tokenOf()), service)).json()
    expect((await post(`${path}/v1/tickets`, {}, {}, service)).status).toBe(403)
    expect((await post('/v1/tickets', { grants: ['x'] }, bearer(await tokenOf()), service)).status).toBe(403)
    expect((await post('/v1/uploads', {}, bearer(ticket), service)).status).toBe(401)
  })

  it.each([
    ['forged', async () => (await tokenOf({ audience: 'cos-presign ticket' })) as string],
    ['a token of the caller', async () => (await tokenOf()) as string],
    ['nothing', async () => 'x'],
  ])('that is %s is refused', async (_, ticketOf) => {
    expect((await post(`/t/${await ticketOf()}/v1/uploads`, {}, {}, service)).status).toBe(401)
  })

  it('ends', async () => {
    let at = Date.now()
    const moving = createService({
      credential,
      domain,
      sts: false,
      authenticate: { jwt, tickets },
      grants,
      now: () => at,
    })
    const { path } = await (
      await post('/v1/tickets', { lifetimeSeconds: 30 }, bearer(await tokenOf()), moving)
    ).json()
    at += 31_000
    const answer = await post(`${path}/v1/uploads`, {}, {}, moving)
    expect(await answer.json()).toMatchObject({ status: 401, detail: 'The ticket has ended; get a new one' })
  })
})

describe('a request that cannot be', () => {
  it.each([
    ['is not JSON', '{', 400],
    ['has a member that is not known, because a misspelt limit is no limit', { sizebytes: 5 }, 400],
    ['has a text for a size', { sizeBytes: '5' }, 400],
    ['is too large', { filename: 'x'.repeat(1024 ** 2) }, 413],
  ])('because it %s is refused', async (_, body, status) => {
    const answer = await post('/v1/uploads', body, bearer(await tokenOf()))
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('x-request-id')).toBe((await answer.json()).requestId)
  })
})

describe('a configuration that cannot be', () => {
  const region = 'ap-guangzhou'
  const openJwt = { issuer: jwt.issuer, audience: jwt.audience, jwksUrl: 'https://login.example/jwks.json' }
  const withGrant = (change: object) => ({ grants: [{ ...grants[0], ...change }] })
  const withConstraints = (constraints: object) => withGrant({ constraints })

  it.each<[string, object, string]>([
    ['nobody could prove who they are', { authenticate: {} }, 'authenticate: must say how callers prove'],
    [
      'a secret could be guessed',
      { authenticate: { jwt: { ...jwt, secret: 'short' } } },
      'authenticate.jwt.secret: must have 32 bytes',
    ],
    ['no algorithm is allowed', { authenticate: { jwt: { ...jwt, algorithms: ['none'] } } }, 'never none'],
    [
      'the algorithm is one of no kind',
      { authenticate: { jwt: { ...openJwt, algorithms: ['none'] } } },
      'never none',
    ],
    [
      'the address of keys has a password',
      { authenticate: { jwt: { ...openJwt, jwksUrl: 'https://me:hidden@login.example/jwks.json' } } },
      'authenticate.jwt.jwksUrl: must have no name and no password',
    ],
    [
      'the address of keys is none',
      { authenticate: { jwt: { ...openJwt, jwksUrl: 'login.example/jwks.json' } } },
      'authenticate.jwt.jwksUrl: must be a URL that begins with',
    ],
    ['an option is misspelt', { grant: [] }, 'unknown: "grant"'],
    [
      'a constraint is misspelt',
      withConstraints({ maxSizeByte: 5 }),
      'The grant "avatars" cannot be: "constraints" has no parameter "maxSizeByte"',
    ],
    ['a constraint is of another type', withConstraints({ maxSizeBytes: '5' }), 'constraints.maxSizeBytes'],
    ['a constraint is a list', withConstraints({ contentType: ['image/png'] }), 'constraints.contentType'],
    ['no size is allowed', withConstraints({ minSizeBytes: 9, maxSizeBytes: 5 }), 'must not be more than'],
    ['the key is said twice', withConstraints({ key: 'a' }), '"constraints.key" says again'],
    [
      'the key could be of two callers',
      withGrant({ key: '{sub}-{filename}' }),
      'The grant "avatars" cannot be:',
    ],
    [
      'its keys are for nothing',
      { ...withGrant({ operations: ['credentials'] }), sts: { region } },
      'add what the keys are for',
    ],
    [
      'tickets are no proof of their own',
      withGrant({ callers: { methods: ['ticket'] } }),
      'must be one of jwt',
    ],
    [
      'nobody knows where the buckets are',
      { domain: undefined },
      '"region" must be given, or "endpoint" or "domain"',
    ],
    [
      'nobody knows where the buckets of a provider are',
      { domain: undefined, credential: () => credential },
      '"region" must be given, or "endpoint" or "domain"',
    ],
    ['a domain has a scheme', { domain: 'https://files.example.com' }, '"domain" must be a host'],
    [
      'the key has white space',
      { credential: { ...credential, secretKey: ' key' } },
      'credential: "secretKey" has white space',
    ],
    ['the STS is no host', { sts: { region, endpoint: 'a b' } }, 'sts: "endpoint" must be a host'],
    ['a timer cannot be that long', { timeoutMs: 2 ** 31 }, 'timeoutMs: '],
    [
      'paths cannot be put behind it',
      { links: { publicUrl: 'https://files.example.com/?a=b' } },
      'links.publicUrl: must be an address without a query',
    ],
    ['two grants have one name', { grants: [grants[0], grants[0]] }, 'Two grants are named "avatars"'],
  ])('because %s is refused at the start', (_, change, message) => {
    const options = { credential, domain, sts: false, authenticate: { jwt }, grants, ...change }
    expect(() => createService(options as ServiceOptions)).toThrow(
      expect.objectContaining({
        code: 'ERR_SERVICE_CONFIG_INVALID',
        message: expect.stringContaining(message),
      }),
    )
  })
})
