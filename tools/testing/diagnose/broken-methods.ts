import { ANY_MISMATCH, type BrokenRequest } from './broken-request.ts'
import { flawedQuery } from './flawed-signer.ts'
import { BUCKET, HOST, PERMANENT } from './world.ts'

/* The method that was signed is not the one that was sent. */

const object = { Bucket: BUCKET, Key: 'photo.png' } as const

export const BROKEN_METHODS: readonly BrokenRequest[] = [
  {
    name: 'HEAD with a URL for GET',
    cause: 'method-differs',
    send: (world) => world.curl('-I', world.client().getPresignedDownloadUrl(object)),
    // The answer to a HEAD has no document: without the key it has no reason at all.
    expected: {
      secret: ['method-differs'],
      request: ['refused-without-reason'],
      xml: ['refused-without-reason'],
    },
  },
  {
    name: 'PUT with a URL for GET',
    cause: 'method-differs',
    send: (world) =>
      world.curl(
        '-X',
        'PUT',
        '-H',
        'Content-Type: image/png',
        '--data-binary',
        'x',
        world.client().getPresignedDownloadUrl(object),
      ),
    expected: { secret: ['method-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'DELETE with a URL for GET',
    cause: 'method-differs',
    send: (world) => world.curl('-X', 'DELETE', world.client().getPresignedDownloadUrl(object)),
    expected: { secret: ['method-differs'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
  {
    name: 'a URL for an upload was opened, as a browser does',
    cause: 'method-differs',
    send: (world) =>
      world.fetch(
        world
          .localClient()
          .getPresignedUrl({ ...object, Method: 'PUT', Headers: { 'Content-Type': 'image/png' } }),
      ),
    // Content-Type is signed, which belongs to an upload, and was not sent: both are true, and both show.
    expected: {
      secret: ['method-differs', 'header-missing'],
      request: ['method-differs', 'header-missing'],
      xml: ['method-differs', 'header-missing'],
    },
  },
  {
    name: 'POST with a URL for PUT',
    cause: 'method-differs',
    send: (world) =>
      world.curl(
        '-H',
        'Content-Type: image/png',
        '--data-binary',
        'x',
        world.client().getPresignedUrl({ ...object, Method: 'PUT' }),
      ),
    // There is no POST of an object without a parameter that says which.
    expected: { secret: ['method-differs'], request: ['method-differs'], xml: ['method-differs'] },
  },
  {
    name: 'a URL for a download with a file name was used for an upload',
    cause: 'method-differs',
    send: (world) =>
      world.curl(
        '-X',
        'PUT',
        '-H',
        'Content-Type: image/png',
        '--data-binary',
        'x',
        world
          .client()
          .getPresignedDownloadUrl({ ...object, Params: { 'response-content-disposition': 'attachment' } }),
      ),
    expected: { secret: ['method-differs'], request: ['method-differs'], xml: ['method-differs'] },
  },
  {
    name: 'the method was signed in capitals',
    cause: 'signer-step-wrong',
    send(world) {
      const now = world.now()
      const query = flawedQuery({
        ...PERMANENT,
        keyTime: `${now - 60};${now + 300}`,
        httpString: `GET\n/photo.png\n\nhost=${HOST}\n`,
      })
      return world.curl(`http://${HOST}/photo.png?${query}`)
    },
    expected: { secret: ['signer-step-wrong'], request: ANY_MISMATCH, xml: ANY_MISMATCH },
  },
]
