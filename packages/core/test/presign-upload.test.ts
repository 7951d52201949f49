import { describe, expect, it } from 'vitest'
import {
  type DownloadUrlParams,
  parsePresignedUrl,
  presignUpload,
  type UploadConstraints,
  verifyRequest,
} from '../src/index.ts'
import { bucket, clientOf, host, keys, now } from './fixtures.ts'

const client = clientOf()
const params = { Bucket: bucket, Key: 'users/42/a.png' }
const announced = { 'Content-Type': 'image/png', 'Content-Length': 48_213 }

const upload = (
  constraints: UploadConstraints,
  more: Partial<DownloadUrlParams> = {},
): ReturnType<typeof presignUpload> => presignUpload(client, { ...params, ...more }, constraints)

/** Whether a PUT with these headers would be accepted. */
function accepts(url: string, headers: Readonly<Record<string, string>>): boolean {
  const target = url.slice(url.indexOf('/', 'https://'.length))
  const request = { method: 'PUT', target, headers: { host, ...headers } }
  return verifyRequest(request, () => ({ secretKey: keys.SecretKey }), { now }).ok
}

describe('presignUpload', () => {
  it.each<[UploadConstraints, string, string, string]>([
    [{ contentType: 'image/png' }, 'Content-Type', 'image/png', 'text/html'],
    [{ sizeBytes: 13 }, 'Content-Length', '13', '14'],
    [
      { contentMd5: 'mQ/fVh815F3k6TAUm8m0eg==' },
      'Content-MD5',
      'mQ/fVh815F3k6TAUm8m0eg==',
      '1B2M2Y8AsgTpgAmY7PhCfg==',
    ],
    [{ forbidOverwrite: true }, 'x-cos-forbid-overwrite', 'true', 'false'],
    [{ storageClass: 'ARCHIVE' }, 'x-cos-storage-class', 'ARCHIVE', 'STANDARD'],
    [{ acl: 'private' }, 'x-cos-acl', 'private', 'public-read'],
    [{ speedLimitBitsPerSecond: 819_200 }, 'x-cos-traffic-limit', '819200', '838860800'],
  ])('enforces %j by the signed header %s', (constraints, name, value, other) => {
    const { url, headers, method, enforced, notEnforced } = upload(constraints)
    expect({ method, headers, enforced, notEnforced }).toEqual({
      method: 'PUT',
      headers: { [name]: value },
      enforced: Object.keys(constraints),
      notEnforced: [],
    })
    expect(accepts(url, headers)).toBe(true)
    expect(accepts(url, { [name]: other })).toBe(false)
    expect(accepts(url, {})).toBe(false)
  })

  it('enforces key and prefix by the path', () => {
    expect(upload({ key: 'users/42/a.png' })).toMatchObject({ enforced: ['key'], headers: {} })
    expect(upload({ keyPrefix: 'users/42/' }, { Key: '/users/42/a.png' })).toMatchObject({
      enforced: ['keyPrefix'],
    })
    expect(parsePresignedUrl(upload({ keyPrefix: 'users/42/' }).url).path).toBe('/users/42/a.png')
  })

  it('does not claim a family, a range of sizes or an address, and says why', () => {
    const constraints = {
      contentType: 'image/*',
      minSizeBytes: 1,
      maxSizeBytes: 5_000_000,
      clientIps: ['203.0.113.7'],
    }
    const { enforced, notEnforced, headers } = upload(constraints)
    expect({ enforced, headers }).toEqual({ enforced: [], headers: {} })
    expect(notEnforced.map(({ constraint }) => constraint)).toEqual(Object.keys(constraints))
    for (const { reason } of notEnforced) expect(reason).toMatch(/: .*temporary key$/)
  })

  it('enforces a family and a range by what was announced', () => {
    const constraints = { contentType: 'image/*', minSizeBytes: 1, maxSizeBytes: 5_000_000 }
    const { url, headers, enforced, notEnforced } = upload(constraints, { Headers: announced })
    expect({ enforced, notEnforced }).toEqual({ enforced: Object.keys(constraints), notEnforced: [] })
    expect(headers).toEqual({ 'Content-Type': 'image/png', 'Content-Length': '48213' })
    expect(accepts(url, headers)).toBe(true)
    expect(accepts(url, { ...headers, 'Content-Type': 'image/svg+xml' })).toBe(false)
    expect(accepts(url, { ...headers, 'Content-Length': '48214' })).toBe(false)
  })

  it('keeps an announced header that a constraint asks for, in the sender’s spelling', () => {
    expect(
      upload({ contentType: 'image/png' }, { Headers: [['content-type', 'image/png']] }).headers,
    ).toEqual({
      'content-type': 'image/png',
    })
  })

  it.each<[string, UploadConstraints, Partial<DownloadUrlParams>]>([
    ['key', { key: 'users/42/b.png' }, {}],
    ['keyPrefix', { keyPrefix: 'users/43/' }, {}],
    ['contentType', { contentType: 'image/jpeg' }, { Headers: announced }],
    ['contentType', { contentType: 'text/*' }, { Headers: announced }],
    ['contentType', { contentType: 'image/*' }, { Headers: { 'content-type': 'image/png,text/html' } }],
    ['contentType', { contentType: 'image/*' }, { Headers: { 'content-type': 'image/' } }],
    ['sizeBytes', { sizeBytes: 13 }, { Headers: announced }],
    ['minSizeBytes', { minSizeBytes: 50_000 }, { Headers: announced }],
    ['minSizeBytes', { minSizeBytes: 0 }, { Headers: { 'Content-Length': '-1' } }],
    ['maxSizeBytes', { maxSizeBytes: 48_212 }, { Headers: announced }],
    ['maxSizeBytes', { maxSizeBytes: 48_212 }, { Headers: { 'Content-Length': '9'.repeat(400) } }],
    ['minSizeBytes', { maxSizeBytes: 48_212 }, { Headers: { 'Content-Length': '1e3' } }],
    ['acl', { acl: 'private' }, { Headers: { 'X-COS-ACL': 'public-read' } }],
    ['forbidOverwrite', { forbidOverwrite: true }, { Headers: { 'x-cos-forbid-overwrite': false } }],
  ])('refuses what %s of %j does not allow: %j', (constraint, constraints, more) => {
    expect(() => upload(constraints, more)).toThrow(
      expect.objectContaining({
        code: 'ERR_CONSTRAINT_BROKEN',
        message: expect.stringContaining(`"${constraint}"`),
      }),
    )
  })

  it('refuses what is no upload of an object, and names it', () => {
    expect(() => upload({}, { Key: '/' })).toThrow(/"Key" must name an object/)
    expect(() => upload({}, { Key: 1 as never })).toThrow(/"Key"/)
    expect(() => upload({}, { Method: 'GET' } as never)).toThrow(/"params" has no parameter "Method"/)
    expect(() => presignUpload(client, undefined as never, {})).toThrow(/"params"/)
    expect(() => upload({ size: 1 } as never)).toThrow(/"constraints" has no parameter "size"/)
  })

  it('passes on time, parameters and whether the host is signed', () => {
    const { url, expiresAt } = upload({}, { Expired: 60, Params: { 'x-test': 1 }, SignHost: false })
    expect(expiresAt).toBe(1_700_000_060)
    expect(parsePresignedUrl(url)).toMatchObject({ headerList: [], params: [['x-test', '1']] })
  })
})
