/*
 * What the core promises on every runtime, as a function of a harness and the library. It uses the language alone: no timers, no
 * console, no Node.js, no DOM. Its runners are conformance.test.ts (Node.js, Chromium, a bare ECMAScript engine).
 */

/** What the suite needs of the library. */
export type Library = typeof import('../src/index.ts')

/** Takes each check: a sentence, what came out, and what should. */
export type Check = (sentence: string, actual: unknown, expected: unknown) => void

const at = 1_557_989_753
const key = {
  secretId: 'AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q',
  secretKey: 'BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz',
}
const Bucket = 'examplebucket-1250000000'
const host = `${Bucket}.cos.ap-guangzhou.myqcloud.com`

/** Runs every check. */
export function conformance(library: Library, check: Check): void {
  documentation(library, check)
  roundTrips(library, check)
  refusals(library, check)
  printing(library, check)
}

function documentation({ traceSignature, createCredential }: Library, check: Check): void {
  const trace = traceSignature(
    {
      method: 'PUT',
      path: '/exampleobject(腾讯云)',
      headers: {
        Date: 'Thu, 16 May 2019 06:45:51 GMT',
        Host: 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com',
        'Content-Type': 'text/plain',
        'Content-Length': '13',
        'Content-MD5': 'mQ/fVh815F3k6TAUm8m0eg==',
        'x-cos-acl': 'private',
        'x-cos-grant-read': 'uin="100000000011"',
      },
    },
    createCredential(key),
    { startsAt: 1557989151, expiresAt: 1557996351, now: () => 1557989151000 },
  )
  check('hashes as the documentation does', trace.httpStringSha1, '8b2751e77f43a0995d6e9eb9477f4b685cca4172')
  check('signs as the documentation does', trace.signature, '3b8851a11a569213c17ba8fa7dcf2abec6935172')
}

const KEYS = [
  'o',
  'a/../b',
  'a//b',
  'a%2Fb',
  'a+b',
  ' ',
  'a b ',
  '🦊/値',
  "!'()*~",
  '\u0000\u001f',
  './x',
  'é'.repeat(400),
]

function roundTrips({ CosClient, verifyRequest, parsePresignedUrl }: Library, check: Check): void {
  const token = 'tok/en+=&%20'
  for (const Token of [undefined, token]) {
    const client = new CosClient({
      Region: 'ap-guangzhou',
      SecretId: key.secretId,
      SecretKey: key.secretKey,
      Token,
      Now: () => at * 1000,
    })
    for (const Key of KEYS) {
      const { url } = client.presign({
        Method: 'GET',
        Bucket,
        Key,
        Params: { 'response-content-type': 'text/plain; ü' },
      })
      const target = url.slice(`https://${host}`.length)
      const answer = verifyRequest(
        { method: 'GET', target, headers: { Host: host } },
        () => ({ ...key, securityToken: Token }),
        { now: () => at * 1000 },
      )
      check(`verifies the key ${JSON.stringify(Key)}`, answer.ok && answer.path, `/${Key}`)
      check('parses what it wrote', parsePresignedUrl(url).secretId, key.secretId)
      const forged = verifyRequest(
        { method: 'PUT', target, headers: { Host: host } },
        () => ({ ...key, securityToken: Token }),
        { now: () => at * 1000 },
      )
      check('refuses another method', forged.ok ? 'ok' : forged.code, 'mismatch')
    }
  }
}

function refusals({ CosClient, SignatureError }: Library, check: Check): void {
  const client = new CosClient({
    Region: 'ap-guangzhou',
    SecretId: key.secretId,
    SecretKey: key.secretKey,
    TokenExpiresAt: 5,
    Now: () => at * 1000,
  })
  const thrown = (call: () => unknown): unknown => {
    try {
      return call()
    } catch (error) {
      return error instanceof SignatureError ? error.code : (error as Error).name
    }
  }
  check(
    'a dead key',
    thrown(() => client.getAuth({ Method: 'GET', Bucket, Key: 'o' })),
    'ERR_CREDENTIAL_EXPIRED',
  )
  check(
    'half of a surrogate pair',
    thrown(() => client.getAuth({ Method: 'GET', Bucket, Key: '\ud83e' })),
    'RangeError',
  )
  check(
    'a number for a key',
    thrown(() => client.getAuth({ Method: 'GET', Bucket, Key: 5 as unknown as string })),
    'TypeError',
  )
}

function printing({ createCredential, redact }: Library, check: Check): void {
  const credential = createCredential({ ...key, securityToken: 'tok' })
  check('a credential as JSON', JSON.stringify(credential), '{"secretId":"AKI***U5q"}')
  check('a credential as text', `${credential}`, 'Credential(AKI***U5q)')
  check(
    'a redacted URL',
    redact('https://h/o?q-ak=AKIDQjz3ltompVjBni5&q-signature=0123'),
    'https://h/o?q-ak=AKI***ni5&q-signature=***',
  )
}
