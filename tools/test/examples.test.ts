import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/* The programs in examples/ are documentation, so they must run, and print what they say. */

const run = promisify(execFile)

it.each([
  [
    'upload-and-download',
    ['upload: 200 ETag "', 'download: 200 Hello, COS!', 'another type: 403 SignatureDoesNotMatch'],
  ],
  [
    'temporary-key',
    [
      'a credential prints as Credential(AKI***001)',
      'ends with the key: true',
      'with its token: 200',
      'without it: 403',
      'an hour later: 400 ExpiredToken',
    ],
  ],
  [
    'least-privilege',
    [
      'enforced: contentType, maxSizeBytes',
      'a picture of this user: 200',
      'a page: 403',
      'a picture of another user: 403',
      'its condition string_like of cos:content-type is image/*, and the request has text/html',
    ],
  ],
  [
    'why-was-i-refused',
    [
      'the answer alone: content-type-differs (likely)',
      'with the key: content-type-differs (certain): Content-Type was signed as image/png and sent as text/plain;charset=UTF-8.',
      'send these headers: {"content-type":"image/png"}',
    ],
  ],
  [
    'upload-with-limits',
    [
      'enforced: keyPrefix, contentType, maxSizeBytes',
      'a picture: 204',
      'a page: 403 AccessDenied',
      'too much: 400 EntityTooLarge',
      'an announced size: enforced keyPrefix, contentType, maxSizeBytes',
      'another size: 403 SignatureDoesNotMatch',
      'announced too much: ERR_CONSTRAINT_BROKEN',
    ],
  ],
  [
    'verify-in-your-server',
    [
      'signed: AKIDexample00000001 may read /a b/ü.txt',
      'changed: mismatch: The signature is not the one of this request',
      'unsigned: anonymous: The request carries no signature',
    ],
  ],
])('examples/%s.mjs runs and prints what it promises', async (name, lines) => {
  const script = fileURLToPath(new URL(`../../examples/${name}.mjs`, import.meta.url))
  const { stdout } = await run(process.execPath, [script])
  for (const line of lines) expect(stdout).toContain(line)
})
