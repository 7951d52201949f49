import { ANY_MISMATCH, type BrokenRequest } from './broken-request.ts'
import { flawedQuery } from './flawed-signer.ts'
import { BUCKET, HOST, PERMANENT, type World } from './world.ts'

/* A parameter that was signed is not the one that arrived. */

const object = { Method: 'GET', Bucket: BUCKET, Key: 'a.txt' } as const

/** A URL with a signature over the line of parameters given, and whatever query. */
function url(world: World, line: string, list: string, more: string): string {
  const now = world.now()
  const query = flawedQuery({
    ...PERMANENT,
    keyTime: `${now - 60};${now + 300}`,
    httpString: `get\n/a.txt\n${line}\nhost=${HOST}\n`,
    urlParamList: list,
  })
  return `http://${HOST}/a.txt?${query}${more}`
}

export const BROKEN_QUERIES: readonly BrokenRequest[] = [
  {
    name: 'a value was encoded twice in the URL',
    cause: 'parameter-encoded-twice',
    send(world) {
      const Params = { 'response-content-disposition': 'attachment; filename="a b.txt"' }
      const signed = world.client().getPresignedUrl({ ...object, Params })
      return world.curl(signed.replace(/(?<=disposition=).*/, (value) => encodeURIComponent(value)))
    },
    expected: {
      secret: ['parameter-encoded-twice'],
      request: ['parameter-encoded-twice'],
      xml: ['parameter-encoded-twice'],
    },
  },
  {
    name: 'a value was signed encoded twice',
    cause: 'parameter-encoded-twice',
    send: (world) => world.curl(url(world, 'prefix=a%2520b', 'prefix', '&prefix=a%20b')),
    expected: { secret: ['parameter-encoded-twice'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a / was signed as it is',
    cause: 'parameter-not-encoded',
    send: (world) => world.curl(url(world, 'prefix=a/b/', 'prefix', '&prefix=a%2Fb%2F')),
    expected: { secret: ['parameter-not-encoded'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: "a * and ' were signed as encodeURIComponent leaves them",
    cause: 'parameter-not-encoded',
    send: (world) =>
      world.curl(
        url(
          world,
          "response-content-disposition=it's*%2F",
          'response-content-disposition',
          '&response-content-disposition=it%27s%2A%2F',
        ),
      ),
    expected: { secret: ['parameter-not-encoded'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a space was signed as +',
    cause: 'parameter-plus-for-space',
    send: (world) => world.curl(url(world, 'prefix=a+b', 'prefix', '&prefix=a+b')),
    expected: { secret: ['parameter-plus-for-space'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a plus was sent bare, and is read as a space',
    cause: 'parameter-plus-for-space',
    send: (world) => world.curl(url(world, 'prefix=a%2Bb', 'prefix', '&prefix=a+b')),
    expected: { secret: ['parameter-plus-for-space'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a signed parameter was left out',
    cause: 'parameter-missing',
    send: (world) =>
      world.curl(
        world
          .client()
          .getPresignedUrl({ ...object, Params: { versionId: 'MTg0NDY3' } })
          .replace('&versionId=MTg0NDY3', ''),
      ),
    // The list names it. In the XML it has an empty value, and a version id is never empty.
    expected: { secret: ['parameter-missing'], request: ['parameter-missing'], xml: ['parameter-missing'] },
  },
  {
    name: 'a signed parameter was sent twice',
    cause: 'repeated',
    send: (world) =>
      world.curl(
        `${world.client().getPresignedUrl({ ...object, Params: { 'response-content-type': 'text/plain' } })}&response-content-type=text%2Fhtml`,
      ),
    // The XML has no value for it; that there were two does not show.
    expected: { secret: ['repeated'], request: ['repeated'], xml: ['parameter-missing'] },
  },
  {
    name: 'one character of a value is another',
    cause: 'parameter-differs',
    send: (world) =>
      world.curl(
        world
          .client()
          .getPresignedUrl({ ...object, Params: { 'response-content-type': 'text/plain' } })
          .replace('plain', 'plaim'),
      ),
    expected: { secret: ['parameter-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a parameter without a value was signed without its =',
    cause: 'signer-step-wrong',
    send: (world) => world.curl(url(world, 'acl', 'acl', '&acl')),
    expected: { secret: ['signer-step-wrong'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'the names of parameters were signed in capitals',
    cause: 'signer-step-wrong',
    send: (world) => world.curl(url(world, 'versionId=MTg0', 'versionid', '&versionId=MTg0')),
    expected: { secret: ['signer-step-wrong'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a parameter was signed and is not in the list',
    cause: 'list-incomplete',
    send: (world) => world.curl(url(world, 'acl=', '', '&acl')),
    expected: { secret: ['list-incomplete'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
]
