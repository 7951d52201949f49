import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diagnose, type Evidence } from '../../src/diagnose/index.ts'
import { CosClient, parsePresignedUrl } from '../../src/index.ts'
import { bucket, keys, now, token } from '../fixtures.ts'

/** Texts that look like evidence, and what is left of them after something went wrong. */
const URL_TEXT = new CosClient({ Region: 'ap-guangzhou', ...keys, Token: token, Now: now }).getPresignedUrl({
  Method: 'GET',
  Bucket: bucket,
  Key: 'a b/图+c.txt',
  Params: { 'response-content-type': 'text/plain' },
})
const TEXTS = [
  URL_TEXT,
  `curl -X PUT -H 'Content-Type: image/png' --data-binary $'a\\x41' "${URL_TEXT}"`,
  `<?xml version='1.0'?><Error><Code>SignatureDoesNotMatch</Code><StringToSign>sha1\n1;2\n${'0'.repeat(40)}\n</StringToSign><FormatString>get\n/a\n\nhost=b&amp;x=&#x41;\n</FormatString><Resource>/a</Resource></Error>`,
  `GET /a?b=c HTTP/1.1\r\nHost: h\r\nAuthorization: q-sign-algorithm=sha1&q-ak=a\r\n\r\nHTTP/1.1 403 Forbidden\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n<Error/>`,
  JSON.stringify({
    log: {
      entries: [
        {
          request: { method: 'GET', url: URL_TEXT, headers: [] },
          response: { status: 403, content: { text: 'eA==', encoding: 'base64' } },
        },
      ],
    },
  }),
  'q-sign-algorithm=sha1&q-ak=x&q-sign-time=1;2&q-key-time=1;2&q-header-list=host&q-url-param-list=&q-signature=0',
]

/** A text with a piece taken out, doubled, or put in from elsewhere. */
const mangled = fc
  .tuple(
    fc.constantFrom(...TEXTS),
    fc.nat(),
    fc.nat(),
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...TEXTS, '%', "'", '"', '<', '&', '\0', '\ud800'),
    ),
  )
  .map(([text, from, length, put]) => {
    const start = from % text.length
    return text.slice(0, start) + put + text.slice(start + (length % 40))
  })

describe('diagnose', () => {
  it('answers any evidence whatever, without throwing', () => {
    const piece = fc.oneof(
      mangled,
      fc.string({ unit: 'binary' }),
      fc.anything({ withBigInt: true, withDate: true, withMap: true }),
    )
    fc.assert(
      fc.property(fc.oneof(piece, fc.array(piece, { maxLength: 4 })), (evidence) => {
        const { verdict } = diagnose(evidence as Evidence, { now })
        expect(['sound', 'explained', 'open', 'nothing-found']).toContain(verdict)
      }),
      { numRuns: 1000 },
    )
  })

  it('answers any secret whatever, without throwing', () => {
    fc.assert(
      fc.property(mangled, fc.string({ unit: 'binary' }), (evidence, secretKey) => {
        expect(() => diagnose(evidence, { now, credential: { secretKey } })).not.toThrow()
      }),
      { numRuns: 10 },
    )
  })

  it('answers evidence whose members throw', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no')
        },
        has: () => {
          throw new Error('no')
        },
        ownKeys: () => {
          throw new Error('no')
        },
      },
    )
    const getter = {
      get url(): string {
        throw new Error('no')
      },
    }
    const list = {
      url: URL_TEXT,
      headers: {
        [Symbol.iterator](): never {
          throw new Error('no')
        },
      },
    }
    for (const evidence of [
      hostile,
      getter,
      list,
      { request: hostile },
      { body: hostile },
      Object.create(null),
    ]) {
      expect(diagnose(evidence as Evidence).unread).toEqual([0])
    }
  })

  it.each(['\f', '\v', '\u00a0', '\u2003', '\u2028', '\u3000', '\ufeff'])(
    'takes the white space %j for a part of a word, as a shell does',
    (space) => {
      const { request } = diagnose(`curl https://h/ -X A${space}B`)
      expect(request).toMatchObject({ method: `A${space}B`, url: 'https://h/' })
    },
  )

  it('has no half of a character in its answer, whatever the error document refers to', () => {
    const { compare } = diagnose('<Error><FormatString>get\n/&#xD800;a\n\nhost=h\n</FormatString></Error>')
    expect(compare?.httpString).toBe('get\n/\ufffda\n\nhost=h\n')
  })

  it('answers JSON that is nested as deep as one likes', () => {
    expect(diagnose(`${'['.repeat(100_000)}`).unread).toEqual([0])
    expect(diagnose(`${'['.repeat(5000)}${']'.repeat(5000)}`).unread).toEqual([0])
  })

  it('never shows a secret it was given, wherever it turns up', () => {
    const secrets = [keys.SecretKey, token, encodeURIComponent(token)]
    const holding = fc
      .tuple(mangled, fc.constantFrom(...secrets), fc.nat())
      .map(([text, secret, at]) => text.slice(0, at % text.length) + secret + text.slice(at % text.length))
    fc.assert(
      fc.property(fc.array(holding, { minLength: 1, maxLength: 3 }), (evidence) => {
        const credential = { secretId: keys.SecretId, secretKey: keys.SecretKey, securityToken: token }
        const shown = JSON.stringify(diagnose(evidence, { now, credential }))
        for (const secret of secrets) expect(shown).not.toContain(secret)
      }),
      { numRuns: 40 },
    )
  })

  it('shows neither signature nor token of a URL that was broken', () => {
    const { signature } = parsePresignedUrl(URL_TEXT)
    const broken = [
      URL_TEXT.replaceAll('&', '&amp;'),
      encodeURI(URL_TEXT),
      URL_TEXT.replace(/(?<=\?).*/, (query) => encodeURIComponent(query)),
      URL_TEXT.replace('sha1', 'sha256'),
      URL_TEXT.replace('q-key-time', 'q-keytime'),
      URL_TEXT.replace(/%3B/g, ';').replace('%3D', '='),
      `curl ${URL_TEXT}`,
      `curl -H 'x-cos-security-token: ${token}' '${URL_TEXT}'`,
      `error: GET ${URL_TEXT} was refused`,
    ]
    for (const evidence of broken) {
      const shown = JSON.stringify(diagnose([evidence, TEXTS[2] as string], { now }))
      for (const secret of [token, encodeURIComponent(token), signature])
        expect(shown, evidence).not.toContain(secret)
    }
  })

  it('gives the same answer for the same evidence', () => {
    fc.assert(
      fc.property(mangled, (evidence) => {
        expect(diagnose(evidence, { now })).toEqual(diagnose(evidence, { now }))
      }),
      { numRuns: 50 },
    )
  })
})
