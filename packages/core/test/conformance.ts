/*
 * What the core promises on every runtime, as a function of a harness, the library and the known answers. It uses the language
 * alone: no timers, no console, no Node.js, no DOM. Its runners are conformance.test.ts (Node.js, Chromium, a bare ECMAScript
 * engine) and tools/runtimes.mjs (all of these, the newest Node.js, Bun, Deno and workerd).
 */

import type { CosClientOptions, SignatureTrace, SignParams } from '../src/index.ts'

/** What the suite needs of the library. */
export type Library = typeof import('../src/index.ts')

/** Known answers, as in the files of `vectors/`. */
export interface Vectors {
  readonly official: readonly (SignedExample & { readonly expected: Record<string, string> })[]
  readonly edgeCases: readonly EdgeCase[]
  readonly pythonSdk: readonly PythonAnswer[]
}

interface SignedExample {
  readonly secretId: string
  readonly secretKey: string
  readonly method: string
  readonly path: string
  readonly keyTime: string
  readonly params: SignParams['Params']
  readonly headers: Readonly<Record<string, string>>
}

interface EdgeCase extends SignedExample {
  readonly id: string
  readonly use: string
  readonly signTime: string
  readonly target: string
  readonly headerList: string
  readonly urlParamList: string
  readonly token?: string
  readonly needs?: string
  readonly signature: string
}

interface PythonAnswer {
  readonly now: number
  readonly config: CosClientOptions
  readonly call: SignParams
  readonly auth: string
  readonly url: string
  readonly downloadUrl: string
}

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
export function conformance(library: Library, vectors: Vectors, check: Check): void {
  documentation(library, vectors.official, check)
  edgeCases(library, vectors.edgeCases, check)
  pythonAnswers(library, vectors.pythonSdk, check)
  roundTrips(library, check)
  refusals(library, check)
  printing(library, check)
}

function documentation({ traceSignature }: Library, examples: Vectors['official'], check: Check): void {
  for (const { expected, ...example } of examples) {
    const trace = traceOf(traceSignature, example)
    for (const step of ['httpString', 'stringToSign', 'signature', 'authorization'] as const) {
      check(`gives the ${step} of the documentation`, trace[step], expected[step])
    }
  }
}

function edgeCases(
  { traceSignature, verifyRequest }: Library,
  cases: readonly EdgeCase[],
  check: Check,
): void {
  for (const example of cases) {
    const { id, method, target, secretId, secretKey, keyTime, signTime, signature } = example
    if (example.use === 'sign') {
      check(`signs ${id}`, traceOf(traceSignature, example).signature, signature)
    }
    const authorization =
      `q-sign-algorithm=sha1&q-ak=${secretId}&q-sign-time=${signTime}&q-key-time=${keyTime}` +
      `&q-header-list=${example.headerList}&q-url-param-list=${example.urlParamList}&q-signature=${signature}`
    const headers = Object.entries({ ...example.headers, authorization }).map(
      ([name, value]) => [name, toWire(value)] as const,
    )
    const answer = verifyRequest(
      { method, target, headers },
      () => ({ secretKey, securityToken: example.token }),
      { now: () => 1_557_990_000_000, allowHostWithoutPort: example.needs === 'allowHostWithoutPort' },
    )
    check(`verifies ${id}`, answer.ok && answer.path, example.path)
  }
}

function pythonAnswers({ CosClient }: Library, answers: readonly PythonAnswer[], check: Check): void {
  for (const { now, config, call, ...expected } of answers) {
    const client = new CosClient({ ...config, Compat: 'python', Now: () => now * 1000 })
    const { Method: _method, ...download } = call
    check('gives the auth of the Python SDK', client.getAuth(call), expected.auth)
    check('gives the URL of the Python SDK', client.getPresignedUrl(call), expected.url)
    const url = client.getPresignedDownloadUrl(download)
    check('gives the download URL of the Python SDK', url, expected.downloadUrl)
  }
}

/** What our signer makes of an example, its window as it stands. */
function traceOf(trace: Library['traceSignature'], example: SignedExample): SignatureTrace {
  const { method, path, params, headers, secretId, secretKey, keyTime } = example
  const [startsAt = 0, expiresAt = 0] = keyTime.split(';').map(Number)
  const options = { startsAt, expiresAt, now: () => startsAt * 1000 }
  return trace({ method, path, params, headers }, { secretId, secretKey }, options)
}

/** One character a byte of UTF-8, as a server sees header values. */
function toWire(text: string): string {
  return encodeURIComponent(text).replace(/%(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
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
