import { SignJWT } from 'jose'
import { afterEach, expect } from 'vitest'
import type { ServiceOptions } from '../../src/index.ts'
import { type CosFixture, useCos } from '../cos.ts'
import { BUCKET, CREDENTIAL } from '../fixture.ts'

export const JWT = {
  secret: 'a shared secret of thirty-two bytes',
  issuer: 'https://issuer.example',
  audience: 'signing',
}
export const TICKETS = { secret: 'a secret of tickets, of 32 bytes or more' }
export const APP = 'https://app.example.com'

const UUID = '00000000-0000-4000-8000-000000000000'
/** A key that the grant `fresh` covers, of an object that another caller may have uploaded. */
export const FRESH_KEY = `fresh/${UUID}-report.pdf`

const GRANTS: ServiceOptions['grants'] = [
  {
    name: 'own',
    bucket: BUCKET,
    key: 'own/{sub}/{path}',
    operations: ['upload', 'multipart', 'download', 'delete', 'credentials', 'link'],
    clientMayChooseKey: true,
  },
  {
    name: 'fresh',
    bucket: BUCKET,
    key: 'fresh/{uuid}-{filename}',
    operations: ['upload', 'multipart', 'download', 'credentials'],
  },
  {
    name: 'pictures',
    bucket: BUCKET,
    key: 'pictures/{sub}/{uuid}.{ext}',
    operations: ['upload', 'multipart', 'credentials'],
    constraints: { contentType: 'image/png', maxSizeBytes: 100, acl: 'private' },
  },
  {
    name: 'once',
    bucket: BUCKET,
    key: 'once/{sub}/{path}',
    operations: ['upload', 'multipart', 'download'],
    clientMayChooseKey: true,
    constraints: { forbidOverwrite: true },
  },
]

/** What was answered, its text read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** A request of an attacker. */
export interface Attack {
  readonly method?: string
  /** Sent as JSON, by POST. */
  readonly json?: unknown
  /** Sent as it is, by POST. */
  readonly body?: string
  /** What else than the API key of the caller `holder` says who asks. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A service with all its routes, before a COS; after each test its log is searched for everything that must not be there. */
export interface AttackedService {
  readonly cos: CosFixture
  /** One request with the API key of `holder`, unless other headers are given. */
  send(path: string, attack?: Attack): Promise<Answer>
  /** As `send`, and reads the JSON of a good answer. */
  get<T>(path: string, json?: unknown): Promise<T>
  /** A token of the service's issuer. */
  tokenFor(sub: string): Promise<string>
}

/** What is a secret in an answer, whatever the dialect. */
const HANDED_OUT =
  /q-signature(?:=|":")([\da-f]{40})|"(?:secretKey|tmpSecretKey|TmpSecretKey|sessionToken|securityToken|SecurityToken|ticket)":"([^"]+)"|"qSignature":"([\da-f]{40})"/g

export function useAttackedService(): AttackedService {
  const cos = useCos({
    // One id is one caller here, however it is proved.
    grants: GRANTS.map((grant) => ({ callers: { methods: ['api-key', 'jwt'] }, ...grant })),
    sts: 'late',
    links: {},
    authenticate: { jwt: JWT, tickets: TICKETS },
    dialects: { tencentSamples: 'on' },
    cors: { origins: [APP], credentials: true },
  })
  const secrets = new Set([CREDENTIAL.secretKey, JWT.secret, TICKETS.secret])
  let searched = 0

  function noteSent(path: string, headers: Readonly<Record<string, string>>): void {
    const values = [headers.authorization?.replace(/^Bearer +/, ''), headers['x-api-key'], headers.referer]
    for (const value of values) if (value !== undefined && value.length > 15) secrets.add(value)
    const ticket = /^\/t\/([^/]{16,})/.exec(path)?.[1]
    if (ticket !== undefined) secrets.add(ticket)
  }

  afterEach(() => {
    const log = cos.fixture.entries.map((entry) => JSON.stringify(entry))
    const found = log.filter((line) => Array.from(secrets).some((secret) => line.includes(secret)))
    expect(found).toEqual([])
    expect(log.length).toBeGreaterThan(searched)
    searched = log.length
  })

  async function send(path: string, { method, json, body, headers }: Attack = {}): Promise<Answer> {
    const sent = json === undefined ? body : JSON.stringify(json)
    const proof = headers ?? { 'x-api-key': cos.fixture.apiKey }
    noteSent(path, proof)
    const request = new Request(`http://service${path}`, {
      method: method ?? (sent === undefined ? 'GET' : 'POST'),
      headers: proof,
      body: sent ?? null,
    })
    const response = await cos.fixture.service.fetch(request)
    const text = await response.text()
    for (const [, ...groups] of text.matchAll(HANDED_OUT)) {
      for (const secret of groups) if (secret !== undefined) secrets.add(secret)
    }
    return { status: response.status, headers: response.headers, text }
  }

  return {
    cos,
    send,
    async get<T>(path: string, json?: unknown) {
      const { status, text } = await send(path, { json })
      expect([status, text]).toEqual([200, expect.any(String)])
      return JSON.parse(text) as T
    },
    async tokenFor(sub) {
      return await new SignJWT({ sub })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(JWT.issuer)
        .setAudience(JWT.audience)
        .setExpirationTime('5m')
        .sign(new TextEncoder().encode(JWT.secret))
    },
  }
}

/** Every way to ask for something about one key: path and, for a POST, the body. */
export function requestsFor(
  key: string,
): readonly (readonly [what: string, method: string, path: string, json?: unknown])[] {
  const q = encodeURIComponent(key)
  const parts = { parts: [{ PartNumber: 1, ETag: '"x"' }] }
  return [
    ['a download', 'POST', '/v1/downloads', { key }],
    ['an upload', 'POST', '/v1/uploads', { key }],
    ['a form', 'POST', '/v1/uploads', { key, form: 'post' }],
    ['a signature for a GET', 'POST', '/v1/authorizations', { method: 'GET', key }],
    ['a signature for a PUT', 'POST', '/v1/authorizations', { method: 'PUT', key }],
    ['a signature for a DELETE', 'POST', '/v1/authorizations', { method: 'DELETE', key }],
    [
      'a signature to begin parts',
      'POST',
      '/v1/authorizations',
      { method: 'POST', key, params: { uploads: '' } },
    ],
    [
      'a signature for a part',
      'POST',
      '/v1/authorizations',
      { method: 'PUT', key, params: { uploadId: 'x', partNumber: '1' } },
    ],
    ['a temporary key', 'POST', '/v1/credentials', { key }],
    ['an upload in parts', 'POST', '/v1/multipart', { key }],
    ['parts to sign', 'POST', '/v1/multipart/x/parts', { key, partNumbers: [1] }],
    ['a list of parts', 'GET', `/v1/multipart/x/parts?key=${q}`],
    ['a completion', 'POST', '/v1/multipart/x/complete', { key }],
    ['an abortion', 'DELETE', `/v1/multipart/x?key=${q}`],
    ['a confirmation', 'POST', '/v1/confirm', { key }],
    ['a link', 'POST', '/links', { key }],
    ['a part of Uppy', 'GET', `/s3/multipart/x/1?key=${q}`],
    ['parts of Uppy', 'GET', `/s3/multipart/x/batch?partNumbers=1&key=${q}`],
    ['a list of Uppy', 'GET', `/s3/multipart/x?key=${q}`],
    ['a completion of Uppy', 'POST', `/s3/multipart/x/complete?key=${q}`, parts],
    ['an abortion of Uppy', 'DELETE', `/s3/multipart/x?key=${q}`],
    ['a part of signRequest', 'POST', '/s3/presign', { method: 'PUT', key, uploadId: 'x', partNumber: 1 }],
    ['a completion of signRequest', 'POST', '/s3/presign', { method: 'POST', key, uploadId: 'x' }],
    ['a deletion of signRequest', 'POST', '/s3/presign', { method: 'DELETE', key }],
    ['a session', 'GET', `/sts?key=${q}`],
    ['a session for an upload', 'POST', '/sts-scope', [{ action: 'name/cos:PutObject', prefix: key }]],
    ['a session for a download', 'POST', '/sts-scope', [{ action: 'name/cos:GetObject', prefix: key }]],
    ['a ready signature', 'POST', '/authorization', { Method: 'GET', Key: key }],
    ['a ready signature by path', 'POST', '/authorization', { Method: 'PUT', Key: '', Pathname: `/${key}` }],
  ]
}

/** Routes that need no key. */
export const REQUESTS_WITHOUT_KEY = [
  ['an upload', 'POST', '/v1/uploads', {}],
  ['a ticket', 'POST', '/v1/tickets', {}],
  ['an upload of Uppy', 'GET', '/s3/params?filename=a'],
  ['parts of Uppy', 'POST', '/s3/multipart', { filename: 'a' }],
  ['a session', 'POST', '/sts', {}],
  ['a sample’s key', 'GET', '/getKeyAndCredentials'],
  ['a sample’s signature', 'GET', '/put-sign'],
  ['a sample’s form', 'POST', '/post-policy', {}],
  ['another sample’s signature', 'GET', '/sts-direct-sign'],
] as const
