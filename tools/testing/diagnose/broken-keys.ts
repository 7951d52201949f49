import { ANY_MISMATCH, type BrokenRequest } from './broken-request.ts'
import { type Flawed, flawedQuery, hmac, sha1 } from './flawed-signer.ts'
import { BUCKET, HOST, OTHER, PERMANENT, TEMPORARY, type World } from './world.ts'

/* The key, its token, or a step of the computation is another. */

const object = { Bucket: BUCKET, Key: 'a.txt' } as const

/** A GET of the object with a signature that one thing is wrong with. */
function url(world: World, flaw: Partial<Flawed>, more = ''): string {
  const now = world.now()
  const query = flawedQuery({
    ...PERMANENT,
    keyTime: `${now - 60};${now + 300}`,
    httpString: `get\n/a.txt\n\nhost=${HOST}\n`,
    ...flaw,
  })
  return `http://${HOST}/a.txt?${query}${more}`
}

/** Found with the key, and otherwise like any mismatch. */
const STEP = { secret: ['signer-step-wrong'], request: ANY_MISMATCH, xml: ANY_MISMATCH } as const

export const BROKEN_KEYS: readonly BrokenRequest[] = [
  {
    name: 'a wrong SecretKey in the SDK',
    cause: 'wrong-key',
    send: (world) =>
      world.sdk({ ...PERMANENT, secretKey: 'a-mistyped-secret-key' }, (cos) =>
        cos.putObject({ Bucket: BUCKET, Region: 'ap-guangzhou', Key: 'a b.txt', Body: 'x' }),
      ),
    // The error of the SDK holds the document of COS, and no signature to compute again.
    expected: { secret: ANY_MISMATCH, request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a wrong SecretKey in a presigned URL',
    cause: 'wrong-key',
    send: (world) =>
      world.curl(
        world.client({ ...PERMANENT, secretKey: 'a-mistyped-secret-key' }).getPresignedDownloadUrl(object),
      ),
    // With the right key nothing near is found: a wrong key and quite another request look the same.
    expected: { secret: ANY_MISMATCH, request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'the key was replaced at the server, and not at the signer',
    cause: 'wrong-key',
    async send(world) {
      const key = { ...PERMANENT, secretKey: 'the-key-before-it-was-replaced' }
      return { ...(await world.curl(world.client(key).getPresignedDownloadUrl(object))), key }
    },
    // With the key that the signer has all is right: so the server has another.
    expected: { offline: [], secret: ['wrong-key'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'the line end of a file was read as part of the key',
    cause: 'key-with-white-space',
    send: (world) => world.curl(url(world, { secretKey: `${PERMANENT.secretKey}\n` })),
    expected: { secret: ['key-with-white-space'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'the quotes of an environment file were read as part of the key',
    cause: 'key-with-white-space',
    send: (world) => world.curl(url(world, { secretKey: `"${PERMANENT.secretKey}"` })),
    expected: { secret: ['key-with-white-space'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'the SecretId of one key with the SecretKey of another',
    cause: 'id-of-another-key',
    async send(world) {
      const mixed = { ...OTHER, secretId: PERMANENT.secretId }
      return { ...(await world.curl(world.client(mixed).getPresignedDownloadUrl(object))), key: OTHER }
    },
    expected: { secret: ['id-of-another-key'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'one character of the SecretId is another',
    cause: 'key-unknown',
    send: (world) =>
      world.curl(
        world
          .client({ ...PERMANENT, secretId: PERMANENT.secretId.replace('1', '2') })
          .getPresignedDownloadUrl(object),
      ),
    // InvalidAccessKeyId for an id as long as a permanent one; the XML does not show the id.
    expected: { secret: ['key-unknown'], request: ['key-unknown'], xml: ['key-not-accepted'] },
  },
  {
    name: 'SecretId and SecretKey were swapped',
    cause: 'id-and-key-swapped',
    send: (world) =>
      world.curl(
        world
          .client({ secretId: PERMANENT.secretKey, secretKey: PERMANENT.secretId })
          .getPresignedDownloadUrl(object),
      ),
    // A SecretId has 36 characters and begins with AKID, a SecretKey has 32: that shows in the request.
    expected: { secret: ['id-and-key-swapped'], request: ['id-and-key-swapped'], xml: ['key-not-accepted'] },
  },
  {
    name: 'a temporary key without its token',
    cause: 'token-missing',
    send: (world) =>
      world.curl(
        world
          .client({ secretId: TEMPORARY.secretId, secretKey: TEMPORARY.secretKey })
          .getPresignedDownloadUrl(object),
      ),
    // The id is longer than a permanent one; the emulator's message says what COS's does not.
    expected: { secret: ['token-missing'], request: ['token-missing'], xml: ['token-missing'] },
  },
  {
    name: 'a temporary key without its token, in the SDK',
    cause: 'token-missing',
    send: (world) =>
      world.sdk({ secretId: TEMPORARY.secretId, secretKey: TEMPORARY.secretKey }, (cos) =>
        cos.getObject({ Bucket: BUCKET, Region: 'ap-guangzhou', Key: 'a.txt' }),
      ),
    // The error of the SDK shows no SecretId: only the message is left.
    expected: { secret: ['token-missing'], request: ['token-missing'], xml: ['token-missing'] },
  },
  {
    name: 'the token of an earlier key',
    cause: 'token-wrong',
    async send(world) {
      const earlier = { ...TEMPORARY, securityToken: 'the-token-of-the-key-before-this-one' }
      return { ...(await world.curl(world.client(earlier).getPresignedDownloadUrl(object))), key: TEMPORARY }
    },
    expected: { secret: ['token-wrong'], request: ['token-wrong'], xml: ['token-wrong'] },
  },
  {
    name: 'the token was encoded twice',
    cause: 'token-broken',
    async send(world) {
      const signed = world.client(TEMPORARY).getPresignedDownloadUrl(object)
      const twice = signed.replace(/(?<=security-token=).*/, (value) => encodeURIComponent(value))
      return { ...(await world.curl(twice)), key: TEMPORARY }
    },
    // A token that still holds %2F after it was decoded; the message speaks of a token that is not the right one.
    expected: { secret: ['token-broken'], request: ['token-broken'], xml: ['token-wrong'] },
  },
  {
    name: 'the token was cut off',
    cause: 'token-broken',
    async send(world) {
      const signed = world.client(TEMPORARY).getPresignedDownloadUrl(object)
      return { ...(await world.curl(signed.slice(0, -12))), key: TEMPORARY }
    },
    // Without the token to compare, one that was cut is a wrong one.
    expected: { secret: ['token-broken'], request: ['token-wrong'], xml: ['token-wrong'] },
  },
  {
    name: 'the sign key was used as bytes',
    cause: 'signer-step-wrong',
    send: (world) =>
      world.curl(
        url(world, {
          finish: ({ signKey, stringToSign }) => hmac(Buffer.from(signKey, 'hex'), stringToSign),
        }),
      ),
    expected: STEP,
  },
  {
    name: 'the SecretKey was used instead of the sign key',
    cause: 'signer-step-wrong',
    send: (world) =>
      world.curl(url(world, { finish: ({ secretKey, stringToSign }) => hmac(secretKey, stringToSign) })),
    expected: STEP,
  },
  {
    name: 'StringToSign without its last line end',
    cause: 'signer-step-wrong',
    send: (world) =>
      world.curl(
        url(world, { finish: ({ signKey, stringToSign }) => hmac(signKey, stringToSign.trimEnd()) }),
      ),
    expected: STEP,
  },
  {
    name: 'HttpString without its last line end',
    cause: 'signer-step-wrong',
    send: (world) => world.curl(url(world, { httpString: `get\n/a.txt\n\nhost=${HOST}` })),
    expected: STEP,
  },
  {
    name: 'the signature of a POST policy over a request',
    cause: 'signer-step-wrong',
    send: (world) =>
      world.curl(url(world, { finish: ({ signKey, httpString }) => hmac(signKey, sha1(httpString)) })),
    expected: STEP,
  },
  {
    name: 'q-sign-time and q-key-time differ, and one was used for both',
    cause: 'times-differ',
    send(world) {
      const now = world.now()
      const keyTime = `${now - 600};${now + 600}`
      return world.curl(
        url(world, {
          keyTime,
          signTime: `${now - 60};${now + 300}`,
          finish: ({ signKey, httpString }) => hmac(signKey, `sha1\n${keyTime}\n${sha1(httpString)}\n`),
        }),
      )
    },
    expected: { secret: ['times-differ'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a URL was prolonged by hand',
    cause: 'window-edited',
    send(world) {
      const now = world.now()
      const signed = url(world, { keyTime: `${now - 1000};${now - 100}` })
      return world.curl(signed.replaceAll(`${now - 100}`, `${now + 86_400}`))
    },
    // The life of 900 s is a usual one, so it is found.
    expected: { secret: ['window-edited'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'one digit of the signature is another',
    cause: 'signature-edited',
    send: (world) => world.curl(url(world, {}).replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))),
    expected: { secret: ['signature-edited'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
]
