import { ANY_MISMATCH, type BrokenRequest } from './broken-request.ts'
import { flawedAuthorization, flawedQuery } from './flawed-signer.ts'
import { BUCKET, HOST, PERMANENT, type World } from './world.ts'

/* The path that was signed is not the one that arrived. */

const HOST_LINE = `host=${HOST}`

/** A URL that curl sends as it is, with a signature over `httpString`. */
function url(world: World, path: string, httpString: string, more = ''): string {
  const now = world.now()
  const query = flawedQuery({ ...PERMANENT, keyTime: `${now - 60};${now + 300}`, httpString })
  return `http://${HOST}${path}?${query}${more}`
}

const get = (path: string): string => `get\n${path}\n\n${HOST_LINE}\n`

export const BROKEN_PATHS: readonly BrokenRequest[] = [
  {
    name: 'the key was percent-encoded before it was signed (Chinese)',
    cause: 'path-encoded-before-signing',
    send: (world) => world.curl(url(world, '/%E5%9B%BE.jpg', get('/%E5%9B%BE.jpg'))),
    // COS shows the decoded path; that something else was signed shows nowhere.
    expected: { secret: ['path-encoded-before-signing'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'the key was percent-encoded before it was signed, slashes too',
    cause: 'path-encoded-before-signing',
    send: (world) => world.curl(url(world, '/a%20b/c.txt', get('/a%20b%2Fc.txt'))),
    expected: { secret: ['path-encoded-before-signing'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'the path was encoded twice: a program encodes, and its HTTP client again (Chinese)',
    cause: 'path-encoded-twice',
    send: (world) => world.curl(url(world, '/%25E5%259B%25BE.jpg', get('/图.jpg'))),
    // Escapes in a decoded path are no proof, but keys do not hold any.
    expected: {
      secret: ['path-encoded-twice'],
      request: ['path-encoded-twice'],
      xml: ['path-encoded-twice'],
    },
  },
  {
    name: 'the path was encoded twice (a space), sent by fetch',
    cause: 'path-encoded-twice',
    send: (world) =>
      world.fetch(
        world
          .localClient()
          .getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'a b.txt' })
          .replace('%20', '%2520'),
      ),
    expected: {
      secret: ['path-encoded-twice'],
      request: ['path-encoded-twice'],
      xml: ['path-encoded-twice'],
    },
  },
  {
    name: 'one more slash before the key in the URL',
    cause: 'path-slash-differs',
    send: (world) =>
      world.curl(
        world.client().getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'a.txt' }).replace('/a.txt', '//a.txt'),
      ),
    // A key does not begin with a slash (documentation 436/13324).
    expected: {
      secret: ['path-slash-differs'],
      request: ['path-slash-differs'],
      xml: ['path-slash-differs'],
    },
  },
  {
    name: 'the key was signed without the slash before it',
    cause: 'path-slash-differs',
    send: (world) => world.curl(url(world, '/a.txt', get('a.txt'))),
    expected: { secret: ['path-slash-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a key that begins with a slash was signed behind another',
    cause: 'path-slash-differs',
    send: (world) => world.curl(url(world, '/a.txt', get('//a.txt'))),
    expected: { secret: ['path-slash-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a slash at the end of the path was lost',
    cause: 'path-slash-differs',
    send: (world) =>
      world.curl(
        world
          .client()
          .getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'folder/' })
          .replace('/folder/?', '/folder?'),
      ),
    expected: { secret: ['path-slash-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a backslash in a URL, of which fetch makes a slash',
    cause: 'path-slash-differs',
    async send(world) {
      const signed = world.localClient().getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'a\\b.txt' })
      return await world.fetch(signed.replace('%5C', '\\'))
    },
    // The URL has a backslash where the server saw a slash; the server's side alone shows a usual path.
    expected: {
      offline: [],
      secret: ['path-slash-differs'],
      request: ['path-slash-differs'],
      xml: ANY_MISMATCH,
    },
  },
  {
    name: 'a space was sent as + in the path',
    cause: 'path-plus-for-space',
    send: (world) =>
      world.curl(
        world.client().getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'a b.txt' }).replace('%20', '+'),
      ),
    // The URL has a bare +, which encoders of keys never write; the XML shows a +, which may have been %2B.
    expected: { secret: ['path-plus-for-space'], request: ['path-plus-for-space'], xml: ANY_MISMATCH },
  },
  {
    name: 'a plus of the key was signed as a space',
    cause: 'path-plus-for-space',
    send: (world) => world.curl(url(world, '/a%2Bb.txt', get('/a b.txt'))),
    expected: { secret: ['path-plus-for-space'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'fetch collapsed .. in the path',
    cause: 'path-dots-collapsed',
    async send(world) {
      const signed = world.localClient().getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'a/../b.txt' })
      return await world.fetch(signed.replace('.%2F', './'))
    },
    // The URL has the dots and the server's path has not; alone, that path says nothing.
    expected: {
      offline: [],
      secret: ['path-dots-collapsed'],
      request: ['path-dots-collapsed'],
      xml: ANY_MISMATCH,
    },
  },
  {
    name: 'curl collapsed . in the path',
    cause: 'path-dots-collapsed',
    send: (world) => world.curl(url(world, '/a/./b.txt', get('/a/./b.txt'))),
    expected: { secret: ['path-dots-collapsed'], request: ['path-dots-collapsed'], xml: ANY_MISMATCH },
  },
  {
    name: 'the name of a file from macOS: signed composed, sent decomposed',
    cause: 'path-unicode-form',
    send: (world) =>
      world.curl(
        url(world, `/${encodeURIComponent('café.txt'.normalize('NFD'))}`, get('/café.txt'.normalize('NFC'))),
      ),
    expected: { secret: ['path-unicode-form'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'the bucket was signed as part of the path, as for path style',
    cause: 'path-holds-bucket',
    send: (world) => world.curl(url(world, '/a.txt', get(`/${BUCKET}/a.txt`))),
    expected: { secret: ['path-holds-bucket'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'the bucket was sent in the path too',
    cause: 'path-holds-bucket',
    send: (world) => world.curl(url(world, `/${BUCKET}/a.txt`, get('/a.txt'))),
    // The host names the bucket and the path does again.
    expected: { secret: ['path-holds-bucket'], request: ['path-holds-bucket'], xml: ['path-holds-bucket'] },
  },
  {
    name: 'the query was signed as part of the path',
    cause: 'path-holds-query',
    send: (world) => world.curl(url(world, '/a.txt', get('/a.txt?acl'), '&acl')),
    expected: { secret: ['path-holds-query'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'one character of the key is another',
    cause: 'path-differs',
    send: (world) =>
      world.curl(
        world
          .client()
          .getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'users/42/photo.jpg' })
          .replace('42', '43'),
      ),
    expected: { secret: ['path-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'one Chinese character of the key is another',
    cause: 'path-differs',
    send: (world) =>
      world.curl(
        url(
          world,
          `/${encodeURIComponent('二零二五/图.jpg').replaceAll('%2F', '/')}`,
          get('/二零二四/图.jpg'),
        ),
      ),
    expected: { secret: ['path-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'the key was signed in small letters',
    cause: 'path-differs',
    send: (world) => world.curl(url(world, '/Photos/IMG_0001.JPG', get('/photos/img_0001.jpg'))),
    expected: { secret: ['path-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'the signature of one object was used for quite another',
    cause: 'path-differs',
    send: (world) =>
      world.curl(
        world
          .client()
          .getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'reports/2025.pdf' })
          .replace('reports/2025.pdf', 'x'),
      ),
    // Too far from what was signed to be found; with the key, a wrong key and a quite other path look the same.
    expected: { secret: ANY_MISMATCH, request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a key in GBK instead of UTF-8, from a socket',
    cause: 'path-not-utf8',
    async send(world) {
      const now = world.now()
      const authorization = flawedAuthorization({
        ...PERMANENT,
        keyTime: `${now - 60};${now + 300}`,
        httpString: get('/文件.jpg'),
      })
      return await world.socket([
        'GET /%CE%C4%BC%FE.jpg HTTP/1.1',
        `Host: ${HOST}`,
        `Authorization: ${authorization}`,
        'Connection: close',
      ])
    },
    // The answer is InvalidURI, whose message says no more than that it cannot be read.
    expected: { secret: ['path-not-utf8'], request: ['path-not-utf8'], xml: ['refused-otherwise'] },
  },
  {
    name: 'the path was hashed as Latin-1 text of its UTF-8 bytes',
    cause: 'charset-differs',
    send: (world) =>
      world.curl(url(world, '/%C3%BC.txt', get(Buffer.from('/ü.txt', 'utf8').toString('latin1')))),
    expected: { secret: ['charset-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
]
