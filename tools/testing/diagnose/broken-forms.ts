import type { BrokenRequest } from './broken-request.ts'
import { flawedAuthorization, flawedQuery } from './flawed-signer.ts'
import { BUCKET, HOST, OTHER, PERMANENT, type World } from './world.ts'

/* There is no signature, or none that can be read; or the signature is right and something else is wrong. */

const object = { Bucket: BUCKET, Key: 'a.txt' } as const

function presigned(world: World): string {
  return world.client().getPresignedDownloadUrl(object)
}

/** COS treats what it cannot recognise as anonymous: AccessDenied, which a policy may say as well. */
const DENIED = ['access-denied'] as const

export const BROKEN_FORMS: readonly BrokenRequest[] = [
  {
    name: 'no signature at all',
    cause: 'unsigned',
    send: (world) => world.curl(presigned(world).replace(/\?.*/, '')),
    expected: { secret: ['unsigned'], request: ['unsigned'], xml: DENIED },
  },
  {
    name: 'a URL without quotes in a shell',
    cause: 'url-cut',
    send: (world) => world.shell(`curl ${presigned(world)}`),
    // The command has the URL bare.
    expected: { secret: ['url-cut'], request: ['url-cut'], xml: DENIED },
  },
  {
    name: 'the end of the URL was lost in a mail',
    cause: 'url-cut',
    send: (world) => world.curl(presigned(world).replace(/&q-url-param-list=.*/, '')),
    expected: { secret: ['url-cut'], request: ['url-cut'], xml: DENIED },
  },
  {
    name: 'the URL was copied out of HTML',
    cause: 'url-html-escaped',
    send: (world) => world.curl(presigned(world).replaceAll('&', '&amp;')),
    expected: { secret: ['url-html-escaped'], request: ['url-html-escaped'], xml: DENIED },
  },
  {
    name: 'the whole URL was encoded once more (encodeURI), sent by fetch',
    cause: 'url-encoded-twice',
    send: (world) => world.fetch(encodeURI(world.localClient().getPresignedDownloadUrl(object))),
    expected: { secret: ['url-encoded-twice'], request: ['url-encoded-twice'], xml: DENIED },
  },
  {
    name: 'the query was encoded as one text',
    cause: 'url-encoded-twice',
    send: (world) => world.curl(presigned(world).replace(/(?<=\?).*/, (query) => encodeURIComponent(query))),
    expected: { secret: ['url-encoded-twice'], request: ['url-encoded-twice'], xml: DENIED },
  },
  {
    name: 'the signature of S3',
    cause: 'other-signature',
    send: (world) =>
      world.curl(
        '-H',
        'Authorization: AWS4-HMAC-SHA256 Credential=AKID/20260101/ap-guangzhou/s3/aws4_request, SignedHeaders=host, Signature=00',
        `http://${HOST}/a.txt`,
      ),
    expected: { secret: ['other-signature'], request: ['other-signature'], xml: DENIED },
  },
  {
    name: 'a presigned URL in a client that signs by itself, with another key',
    cause: 'signed-twice',
    send(world) {
      const now = world.now()
      const authorization = flawedAuthorization({
        ...PERMANENT,
        secretKey: OTHER.secretKey,
        keyTime: `${now - 60};${now + 300}`,
        httpString: `get\n/a.txt\n\nhost=${HOST}\n`,
      })
      return world.curl('-H', `Authorization: ${authorization}`, presigned(world))
    },
    expected: { secret: ['signed-twice'], request: ['signed-twice'], xml: ['signature-mismatch'] },
  },
  {
    name: 'a field of the Authorization value was left out',
    cause: 'signature-malformed',
    async send(world) {
      const now = world.now()
      const authorization = flawedAuthorization({
        ...PERMANENT,
        keyTime: `${now - 60};${now + 300}`,
        httpString: `get\n/a.txt\n\nhost=${HOST}\n`,
      })
      return await world.socket([
        'GET /a.txt HTTP/1.1',
        `Host: ${HOST}`,
        `Authorization: ${authorization.replace(/&q-key-time=[^&]*/, '')}`,
        'Connection: close',
      ])
    },
    expected: { secret: ['signature-malformed'], request: ['signature-malformed'], xml: DENIED },
  },
  {
    name: 'an algorithm that COS does not know',
    cause: 'algorithm-unsupported',
    send(world) {
      const now = world.now()
      const query = flawedQuery({
        ...PERMANENT,
        algorithm: 'sha256',
        keyTime: `${now - 60};${now + 300}`,
        httpString: `get\n/a.txt\n\nhost=${HOST}\n`,
      })
      return world.curl(`http://${HOST}/a.txt?${query}`)
    },
    // VerifyAlgorithmNotSupported.
    expected: {
      secret: ['algorithm-unsupported'],
      request: ['algorithm-unsupported'],
      xml: ['algorithm-unsupported'],
    },
  },
  {
    name: 'a preflight that no rule of the bucket allows',
    cause: 'cors-refused',
    send: (world) =>
      world.curl(
        '-X',
        'OPTIONS',
        '-H',
        'Origin: https://page.example.com',
        '-H',
        'Access-Control-Request-Method: PUT',
        `http://${HOST}/a.txt`,
      ),
    expected: { offline: [], secret: ['cors-refused'], request: ['cors-refused'], xml: ['cors-refused'] },
  },
  {
    name: 'an object that is not there',
    cause: 'object-missing',
    send: (world) => world.curl(presigned(world)),
    expected: {
      offline: [],
      secret: ['object-missing'],
      request: ['object-missing'],
      xml: ['object-missing'],
    },
  },
  {
    name: 'a bucket that is not there',
    cause: 'bucket-missing',
    send: (world) =>
      world.curl(world.client().getPresignedDownloadUrl({ ...object, Bucket: 'otherbucket-1250000000' })),
    expected: {
      offline: [],
      secret: ['bucket-missing'],
      request: ['bucket-missing'],
      xml: ['bucket-missing'],
    },
  },
  {
    name: 'Content-MD5 of another body',
    cause: 'body-differs',
    send: (world) =>
      world.curl(
        '-X',
        'PUT',
        '-H',
        'Content-Type: text/plain',
        '-H',
        'Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==',
        '--data-binary',
        'not empty',
        world.client().getPresignedUrl({ ...object, Method: 'PUT' }),
      ),
    expected: { offline: [], secret: ['body-differs'], request: ['body-differs'], xml: ['body-differs'] },
  },
]
