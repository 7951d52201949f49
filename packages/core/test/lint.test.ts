import { describe, expect, it } from 'vitest'
import { type LintOptions, lint, presignUpload } from '../src/index.ts'
import { clientOf, get, now, object, token } from './fixtures.ts'

const temporary = clientOf({ Token: token })
const codes = (url: string, options: LintOptions = {}): string[] =>
  lint(url, { now, ...options }).map(({ code }) => code)
const put = { ...get, Method: 'PUT' } as const

describe('lint', () => {
  it('has nothing to say of a URL that leaves nothing open', () => {
    const download = { ...get, Params: { 'response-content-type': 'image/png' } }
    expect(codes(temporary.getPresignedUrl(download))).toEqual([])
    const announced = { 'Content-Type': 'image/png', 'Content-Length': 7 }
    const upload = presignUpload(
      temporary,
      { ...object, Headers: announced },
      { forbidOverwrite: true, acl: 'private' },
    )
    expect(codes(upload.url)).toEqual([])
    expect(codes(temporary.getPresignedUrl({ ...get, Method: 'DELETE' }), { method: 'DELETE' })).toEqual([])
  })

  it.each<[string, string, LintOptions]>([
    ['http', clientOf({ Token: token, Scheme: 'http' }).getPresignedUrl(get), {}],
    ['host-unsigned', temporary.getPresignedUrl({ ...get, SignHost: false }), {}],
    ['params-unsigned', `${temporary.getPresignedUrl(get)}&imageMogr2/thumbnail/200x`, {}],
    ['overrides-unsigned', temporary.getPresignedUrl(get), {}],
    ['content-type-unsigned', temporary.getPresignedUrl(put), { method: 'PUT' }],
    ['size-unsigned', temporary.getPresignedUrl(put), { method: 'PUT' }],
    ['overwrite-allowed', temporary.getPresignedUrl(put), { method: 'PUT' }],
    ['acl-unsigned', temporary.getPresignedUrl({ ...put, Headers: { 'content-type': 'a/b' } }), {}],
    ['long-life', temporary.getPresignedUrl({ ...get, Expired: 86_401 }), {}],
    ['long-life', temporary.getPresignedUrl({ ...get, Expired: 61 }), { maxLifeSeconds: 60 }],
    ['permanent-key', clientOf().getPresignedUrl(get), {}],
    ['token-unsigned', `${clientOf().getPresignedUrl(get)}&x-cos-security-token=abc`, {}],
    ['token-missing', clientOf({ SecretId: `AKID${'x'.repeat(60)}` }).getPresignedUrl(get), {}],
  ])('finds %s', (code, url, options) => {
    const findings = lint(url, { now, ...options })
    const found = findings.find((finding) => finding.code === code)
    expect(found?.message).toMatch(/^[A-Z].*\.$/)
    expect(found?.nextStep).toMatch(/^[A-Z].*\.$/)
    expect(JSON.stringify(findings)).not.toContain(token)
  })

  it('finds none of these where it is not so', () => {
    const url = temporary.getPresignedUrl({ ...get, Expired: 86_400 })
    expect(codes(url)).toEqual(['overrides-unsigned'])
    const part = temporary.getPresignedUrl({
      ...put,
      Params: { partNumber: 1, uploadId: 'x' },
      Headers: { 'Content-Length': 7 },
    })
    expect(codes(part)).toEqual([])
  })

  it('names unsigned parameters, and not the signed ones', () => {
    const url = temporary.getPresignedUrl({
      ...get,
      Params: { 'imageMogr2/thumbnail/200x': '', versionId: 1 },
    })
    const message = lint(`${url}&a%5B=1`, { now }).find(({ code }) => code === 'params-unsigned')?.message
    expect(message).toContain('"a["')
    expect(message).not.toContain('imageMogr2')
  })

  it('says what is no presigned URL, and which option is wrong', () => {
    expect(() => lint('https://example.com/')).toThrow(
      expect.objectContaining({ code: 'ERR_PRESIGNED_URL_MALFORMED' }),
    )
    const url = temporary.getPresignedUrl(get)
    expect(() => lint(url, { method: 'PATCH' as never })).toThrow(/"method"/)
    expect(() => lint(url, { maxLifeSeconds: 0 })).toThrow(/"maxLifeSeconds"/)
    expect(() => lint(url, { age: 1 } as never)).toThrow(/"age"/)
  })
})
