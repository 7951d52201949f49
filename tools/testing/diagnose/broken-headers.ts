import { ANY_MISMATCH, type BrokenRequest } from './broken-request.ts'
import { flawedAuthorization, flawedQuery } from './flawed-signer.ts'
import { BUCKET, HOST, PERMANENT, type World } from './world.ts'

/* A header that was signed is not the one that arrived. */

const put = { Method: 'PUT', Bucket: BUCKET, Key: 'photo.png' } as const

/** Lines of a PUT from a socket, signed over `headers` in their canonical form. */
function putHead(world: World, headers: string, list: string, sent: readonly string[]): string[] {
  const now = world.now()
  const authorization = flawedAuthorization({
    ...PERMANENT,
    keyTime: `${now - 60};${now + 300}`,
    httpString: `put\n/photo.png\n\n${headers}\n`,
    headerList: list,
  })
  return [
    'PUT /photo.png HTTP/1.1',
    `Host: ${HOST}`,
    `Authorization: ${authorization}`,
    ...sent,
    'Connection: close',
  ]
}

export const BROKEN_HEADERS: readonly BrokenRequest[] = [
  {
    name: 'fetch set the Content-Type of a string, image/png was signed',
    cause: 'content-type-differs',
    send(world) {
      const { url } = world.localClient().presign({ ...put, Headers: { 'Content-Type': 'image/png' } })
      return world.fetch(url, { method: 'PUT', body: 'not really a picture' })
    },
    // text/plain;charset=UTF-8, so written, is what fetch sets by itself.
    expected: {
      offline: ['header-missing'],
      secret: ['content-type-differs'],
      request: ['content-type-differs'],
      xml: ['content-type-differs'],
    },
  },
  {
    name: 'curl set the Content-Type of a form, application/json was signed',
    cause: 'content-type-differs',
    send(world) {
      const { url } = world.client().presign({ ...put, Headers: { 'Content-Type': 'application/json' } })
      return world.curl('-X', 'PUT', '--data-binary', '{"a":1}', url)
    },
    expected: {
      secret: ['content-type-differs'],
      request: ['content-type-differs'],
      xml: ['content-type-differs'],
    },
  },
  {
    name: 'a client added the charset to Content-Type',
    cause: 'content-type-differs',
    send(world) {
      const { url } = world.client().presign({ ...put, Headers: { 'Content-Type': 'application/json' } })
      return world.curl(
        '-X',
        'PUT',
        '-H',
        'Content-Type: application/json; charset=utf-8',
        '--data-binary',
        '{}',
        url,
      )
    },
    // The type was chosen, and is a usual one.
    expected: { secret: ['content-type-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'another picture type than was signed',
    cause: 'content-type-differs',
    send(world) {
      const { url } = world.client().presign({ ...put, Headers: { 'Content-Type': 'image/png' } })
      return world.curl('-X', 'PUT', '-H', 'Content-Type: image/webp', '--data-binary', 'x', url)
    },
    expected: { secret: ['content-type-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'Content-Type was signed and not sent',
    cause: 'header-missing',
    send: (world) =>
      world.socket(
        putHead(world, `content-type=image%2Fpng&host=${HOST}`, 'content-type;host', ['Content-Length: 1']),
        'x',
      ),
    // The request shows all its headers; the XML shows an empty value, which no client sends.
    expected: { secret: ['header-missing'], request: ['header-missing'], xml: ['header-missing'] },
  },
  {
    name: 'x-cos-acl was signed and not sent by curl',
    cause: 'header-missing',
    send(world) {
      const { url } = world.client().presign({ ...put, Headers: { 'x-cos-acl': 'private' } })
      return world.curl('-X', 'PUT', '-H', 'Content-Type: image/png', '--data-binary', 'x', url)
    },
    expected: { secret: ['header-missing'], request: ['header-missing'], xml: ['header-missing'] },
  },
  {
    name: 'one character of the metadata is another',
    cause: 'header-differs',
    send(world) {
      const { url } = world.client().presign({ ...put, Headers: { 'x-cos-meta-owner': 'user-42' } })
      return world.curl(
        '-X',
        'PUT',
        '-H',
        'x-cos-meta-owner: user-43',
        '-H',
        'Content-Type:',
        '--data-binary',
        'x',
        url,
      )
    },
    expected: { secret: ['header-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'Content-Length was signed for another body',
    cause: 'header-differs',
    send: (world) =>
      world.socket(
        putHead(world, `content-length=5&host=${HOST}`, 'content-length;host', ['Content-Length: 6']),
        'longer',
      ),
    expected: { secret: ['header-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'another Range than was signed',
    cause: 'header-differs',
    send(world) {
      const { url } = world
        .client()
        .presign({ Method: 'GET', Bucket: BUCKET, Key: 'a.txt', Headers: { Range: 'bytes=0-9' } })
      return world.curl('-r', '0-8', url)
    },
    expected: { secret: ['header-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a header value was signed with the space before it, which HTTP drops',
    cause: 'header-white-space',
    send: (world) =>
      world.socket(
        putHead(world, `host=${HOST}&x-cos-meta-a=%20b`, 'host;x-cos-meta-a', [
          'x-cos-meta-a:  b',
          'Content-Length: 1',
        ]),
        'x',
      ),
    expected: { secret: ['header-white-space'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a header value was signed without being encoded',
    cause: 'header-not-encoded',
    send: (world) =>
      world.socket(
        putHead(world, `content-type=image/png&host=${HOST}`, 'content-type;host', [
          'Content-Type: image/png',
          'Content-Length: 1',
        ]),
        'x',
      ),
    expected: { secret: ['header-not-encoded'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a header that was signed once was sent twice',
    cause: 'repeated',
    send: (world) =>
      world.socket(
        putHead(world, `host=${HOST}&x-cos-meta-a=b`, 'host;x-cos-meta-a', [
          'x-cos-meta-a: b',
          'x-cos-meta-a: b',
          'Content-Length: 1',
        ]),
        'x',
      ),
    // The request shows both; the XML one value, as any other.
    expected: {
      secret: ['repeated', 'header-differs'],
      request: ['repeated'],
      xml: ANY_MISMATCH,
    },
  },
  {
    name: 'a header was signed and is not in the list',
    cause: 'list-incomplete',
    send: (world) =>
      world.socket(
        putHead(world, `content-type=image%2Fpng&host=${HOST}`, 'host', [
          'Content-Type: image/png',
          'Content-Length: 1',
        ]),
        'x',
      ),
    expected: { secret: ['list-incomplete'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a gateway asked the origin under another host',
    cause: 'host-differs',
    send: (world) =>
      world.fetch(
        world
          .localClient(PERMANENT, world.proxyPort)
          .getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'a.txt' }),
      ),
    // The URL and the server's string name two hosts.
    expected: { offline: [], secret: ['host-differs'], request: ['host-differs'], xml: ANY_MISMATCH },
  },
  {
    name: 'the host was replaced by the accelerating one after signing',
    cause: 'host-differs',
    send: (world) =>
      world.curl(
        world
          .client()
          .getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'a.txt' })
          .replace('cos.ap-guangzhou', 'cos.accelerate'),
      ),
    expected: { secret: ['host-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'the host of another region',
    cause: 'host-differs',
    send: (world) =>
      world.curl(
        world
          .client()
          .getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'a.txt' })
          .replace('guangzhou', 'shanghai'),
      ),
    expected: { secret: ['host-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'the other suffix of the same host',
    cause: 'host-differs',
    send: (world) =>
      world.curl(
        world
          .client()
          .getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'a.txt' })
          .replace('myqcloud.com', 'tencentcos.cn'),
      ),
    expected: { secret: ['host-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a Host header that is not the host of the URL',
    cause: 'host-differs',
    send: (world) =>
      world.curl(
        '-H',
        'Host: files.example.com',
        world.client().getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'a.txt' }),
      ),
    expected: { secret: ['host-differs'], request: ['host-differs'], xml: ANY_MISMATCH },
  },
  {
    name: 'the host of the CDN',
    cause: 'host-is-cdn',
    send: (world) =>
      world.curl(
        world
          .client()
          .getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'a.txt' })
          .replace(`cos.ap-guangzhou.myqcloud`, 'file.myqcloud'),
      ),
    // With the key it is found that the host of COS was signed.
    expected: { secret: ['host-differs', 'host-is-cdn'], request: ['host-is-cdn'], xml: ['host-is-cdn'] },
  },
  {
    name: 'the usual port was signed with the host, and is not sent with it',
    cause: 'host-port-differs',
    send(world) {
      const now = world.now()
      const query = flawedQuery({
        ...PERMANENT,
        keyTime: `${now - 60};${now + 300}`,
        httpString: `get\n/a.txt\n\nhost=${HOST}%3A80\n`,
      })
      return world.curl(`http://${HOST}:80/a.txt?${query}`)
    },
    // curl sends no :80, and neither the request nor the XML shows that it was signed.
    expected: { secret: ['host-port-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
]
