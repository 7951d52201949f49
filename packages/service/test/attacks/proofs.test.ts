import { generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createService } from '../../src/index.ts'
import { CREDENTIAL, GRANTS } from '../fixture.ts'
import { JWT, REQUESTS_WITHOUT_KEY, requestsFor, TICKETS, useAttackedService } from './attacked-service.ts'

const { cos, send, get, tokenFor } = useAttackedService()
const EVERYTHING = [...REQUESTS_WITHOUT_KEY, ...requestsFor('own/holder/x')]

interface Parts {
  readonly secret?: string
  readonly issuer?: string
  readonly audience?: string
  readonly expires?: string
  readonly notBefore?: string
  readonly claims?: Record<string, unknown>
}

async function signed(parts: Parts): Promise<string> {
  const token = new SignJWT(parts.claims ?? { sub: 'holder' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(parts.issuer ?? JWT.issuer)
    .setAudience(parts.audience ?? JWT.audience)
    .setExpirationTime(parts.expires ?? '5m')
  if (parts.notBefore !== undefined) token.setNotBefore(parts.notBefore)
  return await token.sign(new TextEncoder().encode(parts.secret ?? JWT.secret))
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** A token with a header of the attacker's, and the signature of a good one or none. */
async function withHeader(header: object, signature?: ''): Promise<string> {
  const [, payload, good] = (await tokenFor('holder')).split('.')
  return `${encode(header)}.${payload}.${signature ?? good}`
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const PROOFS: readonly (readonly [string, () => Promise<Record<string, string>> | Record<string, string>])[] =
  [
    ['nothing', () => ({})],
    [
      'a token that is forged',
      async () => bearer(await signed({ secret: 'another secret of thirty-two bytes' })),
    ],
    ['a token that has expired', async () => bearer(await signed({ expires: '-1m' }))],
    ['a token that is not valid yet', async () => bearer(await signed({ notBefore: '5m' }))],
    ['a token for another audience', async () => bearer(await signed({ audience: 'other' }))],
    ['a token of another issuer', async () => bearer(await signed({ issuer: 'https://evil.example' }))],
    ['a token of nobody', async () => bearer(await signed({ claims: {} }))],
    ['a token of a list', async () => bearer(await signed({ claims: { sub: ['holder'] } as never }))],
    ['alg: none without a signature', async () => bearer(await withHeader({ alg: 'none' }, ''))],
    ['alg: NONE', async () => bearer(await withHeader({ alg: 'NONE' }, ''))],
    ['alg: none with a signature', async () => bearer(await withHeader({ alg: 'none' }))],
    ['no alg', async () => bearer(await withHeader({}))],
    ['another alg', async () => bearer(await withHeader({ alg: 'RS256' }))],
    [
      'a key of its own',
      async () => bearer(await withHeader({ alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } })),
    ],
    [
      'keys from elsewhere',
      async () => bearer(await withHeader({ alg: 'HS256', jku: 'https://evil.example' })),
    ],
    ['a critical header', async () => bearer(await withHeader({ alg: 'HS256', crit: ['x'], x: 1 }))],
    [
      'a changed subject',
      async () => {
        const [header, , signature] = (await tokenFor('other')).split('.')
        const payload = encode({ sub: 'holder', iss: JWT.issuer, aud: JWT.audience, exp: 9_999_999_999 })
        return bearer(`${header}.${payload}.${signature}`)
      },
    ],
    ['a token of 100 kB', async () => bearer(`${await tokenFor('holder')}${'a'.repeat(100_000)}`)],
    [
      'an API key with one digit changed',
      () => ({ 'x-api-key': cos.fixture.apiKey.replace(/.$/, (last) => (last === '0' ? '1' : '0')) }),
    ],
    ['an API key of another name', () => ({ 'x-api-key': cos.fixture.apiKey.replace('holder', 'other') })],
    ['the digest of nothing', () => ({ 'x-api-key': `cpk___proto___${'0'.repeat(64)}` })],
    ['a password', () => ({ authorization: `Basic ${btoa('holder:password of the holder')}` })],
    ['a ticket as a token', async () => bearer((await get<{ ticket: string }>('/v1/tickets', {})).ticket)],
  ]

describe('whoever proves nothing', () => {
  it.each(PROOFS)('gets nothing from any route: %s', async (_, headersOf) => {
    const headers = await headersOf()
    for (const [what, method, path, json] of EVERYTHING) {
      const { status, text } = await send(path, { method, json, headers })
      expect([what, status]).toEqual([what, 401])
      expect(text).not.toMatch(/eyJ|q-signature|cpk_/)
    }
  })
})

describe('a public key', () => {
  it('is no secret that a token could be signed with', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const { secret: _secret, ...rest } = JWT
    const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'a', alg: 'RS256' }] }
    const service = createService({
      credential: CREDENTIAL,
      region: 'ap-guangzhou',
      sts: false,
      grants: GRANTS,
      log: false,
      authenticate: { jwt: { ...rest, jwks } },
    })
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    for (const secret of [pem, pem.trim(), JSON.stringify(jwks.keys[0])]) {
      const request = new Request('http://service/v1/uploads', {
        method: 'POST',
        headers: bearer(await signed({ secret })),
        body: '{}',
      })
      expect((await service.fetch(request)).status).toBe(401)
    }
    // The log that is searched has a line of this test as well.
    await send('/v1/uploads', { json: {}, headers: {} })
  })
})

describe('a ticket', () => {
  async function ticketFor(body: object = {}): Promise<string> {
    return (await get<{ ticket: string }>('/v1/tickets', body)).ticket
  }

  it.each<[string, () => Promise<string>]>([
    ['forged', async () => await signed({ audience: 'cos-presign ticket' })],
    ['signed with the secret of tokens', async () => await signed({ secret: JWT.secret })],
    ['a token', async () => await tokenFor('holder')],
    ['changed', async () => (await ticketFor()).replace(/^[^.]+/, encode({ alg: 'none' }))],
    ['without its signature', async () => (await ticketFor()).replace(/[^.]+$/, '')],
    ['for another audience', async () => await signed({ secret: TICKETS.secret, audience: 'other' })],
    [
      'over',
      async () => await signed({ secret: TICKETS.secret, audience: 'cos-presign ticket', expires: '-1m' }),
    ],
    ['encoded twice', async () => encodeURIComponent(encodeURIComponent(`${await ticketFor()}/`))],
  ])('that is %s opens nothing', async (_, ticketOf) => {
    const ticket = await ticketOf()
    for (const [what, method, path, json] of EVERYTHING) {
      const { status } = await send(`/t/${ticket}${path}`, { method, json, headers: {} })
      expect([what, status]).toEqual([what, 401])
    }
  })

  it('opens nothing from a Referer, a query, a cookie or a header, and is in no answer that tells a page where it was', async () => {
    const ticket = await ticketFor()
    const places = [
      ['/s3/params?filename=a', { referer: `http://service/t/${ticket}/s3/params` }],
      [`/s3/params?filename=a&ticket=${ticket}`, {}],
      ['/s3/params?filename=a', { cookie: `ticket=${ticket}` }],
      ['/s3/params?filename=a', { 'x-api-key': ticket }],
    ] as const
    for (const [path, headers] of places) expect((await send(path, { headers })).status).toBe(401)
    for (const path of ['/s3/params?filename=a&grant=fresh', '/s3/nowhere', '/s3/params?grant=none']) {
      const { headers, text } = await send(`/t/${ticket}${path}`, { headers: {} })
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(text).not.toContain(ticket)
    }
  })

  it('for one grant opens no other, and makes no ticket', async () => {
    const ticket = await ticketFor({ grants: ['pictures'] })
    for (const [what, method, path, json] of requestsFor('own/holder/x')) {
      const { status } = await send(`/t/${ticket}${path}`, { method, json, headers: {} })
      expect([what, status]).toEqual([what, 403])
    }
    expect((await send(`/t/${ticket}/v1/tickets`, { json: {}, headers: {} })).status).toBe(403)
  })
})

it('a caller whose subject could mean another place in a key has nothing', async () => {
  for (const sub of [
    '..',
    'holder/x',
    '../holder',
    'holder%2f',
    'holder\\',
    '*',
    'hol\u0000der',
    ' holder',
    '$uin',
  ]) {
    const headers = bearer(await tokenFor(sub))
    const json = { grant: 'own', key: `own/${sub}/x` }
    expect((await send('/v1/downloads', { json, headers })).status).toBe(403)
    expect((await send('/v1/credentials', { json: { grant: 'own' }, headers })).status).toBe(403)
  }
})
