import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { format, inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Credential, createCredential, redact, signRequest } from '../src/index.ts'
import { clientOf, get, host, keys, now, token } from './fixtures.ts'

/** What console.log writes. */
function logged(...values: unknown[]): string {
  let text = ''
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      text += chunk
      done()
    },
  })
  new Console({ stdout }).log(...values)
  return text
}

/** What printing on a console makes of a value, alone, nested and looked into as far as it goes. */
const onConsole = (value: unknown): string[] => [
  logged(value),
  logged('with text', [{ value }]),
  format('%s %o %O', value, value, value),
  inspect(value, { depth: 9, showHidden: true, getters: false }),
  inspect(new Map([['it', value]]), { depth: 9 }),
]

/** Every other way a value gets into a log, an error or a message. */
const converted = (value: object): string[] => [
  JSON.stringify(value) ?? '',
  JSON.stringify({ nested: [value] }),
  String(value),
  `${value}`,
  `${[value]}`,
  JSON.stringify({ ...value }),
  JSON.stringify(Object.entries(value)),
  JSON.stringify(structuredClone({ ...value })),
  Object.values(value).join(),
]

const forms = (secret: string): string[] => [secret, encodeURIComponent(secret)]

function expectSecretFree(texts: readonly string[], secrets: readonly string[]): void {
  for (const text of texts) for (const secret of secrets.flatMap(forms)) expect(text).not.toContain(secret)
}

describe('what prints itself without its secrets', () => {
  const credential = createCredential({
    secretId: keys.SecretId,
    secretKey: keys.SecretKey,
    securityToken: token,
    expiresAt: 1_800_000_000,
  })
  const secrets = [keys.SecretKey, token]

  it('is a client, in every form', () => {
    const client = clientOf({ Token: token })
    client.getPresignedUrl(get)
    expectSecretFree([...onConsole(client), ...converted(client)], [...secrets, keys.SecretId])
  })

  it('is a credential, in every form', () => {
    signRequest({ method: 'GET', path: '/o' }, credential, { now })
    expectSecretFree([...onConsole(credential), ...converted(credential)], [...secrets, keys.SecretId])
    expect(`${credential}`).toBe('Credential(AKI***r01)')
    expect(JSON.stringify(credential)).toBe('{"secretId":"AKI***r01"}')
    expect(logged(credential)).toContain('AKI***r01')
  })

  it('is a credential that still reads as usual and cannot be changed', () => {
    const { secretId, secretKey, securityToken, expiresAt } = credential
    expect([secretId, secretKey, securityToken, expiresAt]).toEqual([
      keys.SecretId,
      keys.SecretKey,
      token,
      1_800_000_000,
    ])
    expect(() => Object.assign(credential as { secretKey: string }, { secretKey: 'x' })).toThrow(TypeError)
    expect(() => Object.assign(credential, { other: 'x' })).toThrow(TypeError)
  })

  it('is a short id, wholly hidden', () => {
    expect(`${createCredential({ secretId: 'AKIDshort', secretKey: 'x' })}`).toBe('Credential(***)')
  })

  it('is an error, whatever it is about', () => {
    const client = clientOf({ Token: token, TokenExpiresAt: 5 })
    const calls: (() => unknown)[] = [
      () => client.getPresignedUrl(get),
      () => clientOf({ Token: token }).getPresignedUrl({ ...get, Params: { 'x-cos-security-token': 'x' } }),
      () => clientOf({ SecretKey: ` ${keys.SecretKey}` }),
      () => clientOf({ Token: `${token}\n` }),
      () => clientOf({ Region: keys.SecretKey }),
      () => signRequest({ method: 'GET', path: token }, credential),
      () => signRequest({ method: 'GET', path: '/o' }, keys.SecretKey as unknown as Credential),
    ]
    for (const call of calls) {
      const error = thrownBy(call)
      expect(error).toBeInstanceOf(Error)
      expectSecretFree(
        [...onConsole(error), ...converted(error), error.stack ?? '', error.message],
        [keys.SecretKey, token],
      )
    }
  })
})

describe('what prints redacted on a console, and is complete for sending', () => {
  const client = clientOf({ Token: token })
  const Headers = { 'x-cos-server-side-encryption-customer-key': 'test-CUSTOMER-key=', Range: 'bytes=0-1' }
  const hidden = [token, 'test-CUSTOMER-key=']

  it('is a presigned result', () => {
    const presigned = client.presign({ ...get, Headers })
    const texts = onConsole(presigned)
    expectSecretFree(texts, hidden)
    for (const text of texts) expect(text).not.toMatch(/q-signature(?:=|%3D)[0-9a-f]/)
    expect(logged(presigned)).toContain(`https://${host}/a/b.txt?***`)
    expect(logged(presigned)).toContain('bytes=0-1')
    expect(presigned.url).toContain(encodeURIComponent(token))
    expect(JSON.parse(JSON.stringify(presigned))).toEqual({ ...presigned })
    expect(Object.keys(presigned)).toEqual([
      'method',
      'url',
      'headers',
      'startsAt',
      'expiresAt',
      'effectiveExpiresAt',
    ])
  })

  it('is an authorised result', () => {
    const authorized = client.authorize({ ...get, Headers })
    const texts = onConsole(authorized)
    expectSecretFree(texts, hidden)
    for (const text of texts) expect(text).not.toMatch(/q-signature=[0-9a-f]/)
    expect(JSON.parse(JSON.stringify(authorized)).headers).toEqual({
      ...Headers,
      Authorization: authorized.authorization,
      'x-cos-security-token': token,
    })
  })
})

describe('redact', () => {
  const { url } = clientOf({ Token: token }).presign(get)
  const { headers, authorization } = clientOf({ Token: token }).authorize(get)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)

  it.each([
    ['a URL', url],
    ['two URLs in one line', `from ${url} to ${url}`],
    ['a URL with a fragment', `${url}#top`],
    ['a URL in another', `https://proxy.example/?to=${encodeURIComponent(url)}&x=1`],
    ['a URL in a URL in another', `https://p.example/?to=${encodeURIComponent(encodeURIComponent(url))}`],
    ['a merged signature', `https://${host}/o?sign=${encodeURIComponent(authorization)}`],
    ['header lines', lines.join('\r\n')],
    ['header lines in upper case', lines.join('\n').replaceAll(/^[\w-]+/gm, (name) => name.toUpperCase())],
    ['an Authorization value alone', authorization],
    ['JSON of a result', JSON.stringify({ url, headers })],
    ['pretty JSON of a result', JSON.stringify({ url, headers }, null, 2)],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ url }))],
    ['a printed object', inspect({ url, headers: { ...headers } })],
    ['a curl line', `curl ${lines.map((line) => `-H '${line}'`).join(' ')} '${url}'`],
    ['a curl line in double quotes', `curl ${lines.map((line) => `-H "${line}"`).join(' ')} "${url}"`],
    ['a request line', `GET ${url.slice(`https://${host}`.length)} HTTP/1.1`],
    ['a Markdown link', `[photo](${url})`],
    ['an HTML link', `<a href="${url.replaceAll('&', '&amp;')}">photo</a>`],
  ])('takes signature, token and id out of %s', (_, text) => {
    const clean = redact(text)
    expectSecretFree([clean], [token, keys.SecretId])
    expect(clean).not.toMatch(/q-signature(?:=|%(?:25)*3D)[0-9a-f]/i)
    const [signature = ''] = /[0-9a-f]{40}/.exec(url) ?? []
    expect(clean).not.toContain(signature)
    expectSecretFree([redact(clean)], [token, keys.SecretId])
  })

  it('leaves everything else, so that two texts can still be compared', () => {
    const { startsAt, expiresAt } = clientOf().presign(get)
    expect(redact(clientOf({ Token: token }).getPresignedUrl(get))).toBe(
      [
        `https://${host}/a/b.txt?q-sign-algorithm=sha1&q-ak=AKI***r01`,
        `q-sign-time=${startsAt}%3B${expiresAt}&q-key-time=${startsAt}%3B${expiresAt}`,
        'q-header-list=host&q-url-param-list=x-cos-security-token&q-signature=***&x-cos-security-token=***',
      ].join('&'),
    )
    for (const text of [
      '',
      'nothing here',
      `https://${host}/o?a=1`,
      'x-cos-meta-a: b',
      'token ring',
      'the token: it is missing',
      'q-header-list=host;x-cos-security-token&q-url-param-list=x-cos-security-token%3Bz',
    ]) {
      expect(redact(text)).toBe(text)
    }
  })

  it('takes out the token under each of its names', () => {
    for (const text of [
      'x-cos-security-token=abcdef',
      'x-ci-security-token=abcdef',
      'X-COS-SECURITY-TOKEN: abcdef',
      'x-ci-security-token: abcdef',
      '"x-cos-security-token":"abcdef"',
      'x-cos-security-token%3Dabcdef',
    ]) {
      expect(redact(text), text).not.toContain('abcdef')
    }
  })

  it.each([
    'COS_SECRET_KEY=$',
    "export COS_TOKEN='$'",
    'TENCENTCLOUD_SESSION_TOKEN="$"',
    'secretKey = $',
    '    token: $\n    region: x',
    '"Token":"$"',
    '"SessionToken" : "$"',
    "{ secretKey: '$' }",
    JSON.stringify(JSON.stringify({ TmpSecretKey: '$' })),
    '"Token":"$\\/and\\/$"',
    "rawHeaders: [\n  'x-cos-security-token',\n  '$' ]",
    '[["x-cos-security-token","$"]]',
    'x-cos-server-side-encryption-customer-key: $',
    'Authorization: TC3-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=$',
    'https://h/o?X-Amz-Signature=$&X-Amz-Security-Token=$',
    'authorization: Bearer $',
    '"Authorization":"Basic $"',
  ])('takes the secret out of %s', (template) => {
    const secret = 'abc123+/secret/xyz=='
    const text = template.replaceAll('$', () => secret)
    for (const piece of ['abc123', 'secret/xyz', 'xyz==']) expect(redact(text)).not.toContain(piece)
    expect(redact(text)).toContain('***')
    expect(redact(redact(text))).toBe(redact(text))
  })

  it.each([
    'TENCENTCLOUD_SECRET_ID=AKIDabcdefghijklxyz',
    '"TmpSecretId":"AKIDabcdefghijklxyz"',
    "{ secretId: 'AKIDabcdefghijklxyz' }",
    'secretId: AKIDabcdefghijklxyz',
  ])('shortens the id in %s, once', (text) => {
    const short = text.replace('AKIDabcdefghijklxyz', 'AKI***xyz')
    expect(redact(text)).toBe(short)
    expect(redact(short)).toBe(short)
  })

  it('works on any text whatever', () => {
    const piece = fc.constantFrom('q-ak=', 'q-signature=', 'q-ak%3D', '&', '%26', '%', '"', ':', ' ', 'a')
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'binary' }))), (pieces) => {
        expect(typeof redact(pieces.join(''))).toBe('string')
      }),
    )
  })
})

function thrownBy(call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}
