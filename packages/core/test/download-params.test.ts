import COS from 'cos-nodejs-sdk-v5'
import { describe, expect, it } from 'vitest'
import {
  type DownloadUrlParams,
  parsePresignedUrl,
  toContentDisposition,
  verifyRequest,
} from '../src/index.ts'
import { clientOf, get, host, keys, now, object } from './fixtures.ts'

const client = clientOf()
const download = (params: Partial<DownloadUrlParams>): ReturnType<typeof parsePresignedUrl> =>
  parsePresignedUrl(client.getPresignedDownloadUrl({ ...object, ...params }))

describe('Filename and Disposition', () => {
  it.each<[Partial<DownloadUrlParams>, string]>([
    [{ Filename: 'Übersicht 値.pdf' }, toContentDisposition('Übersicht 値.pdf')],
    [{ Filename: 'a.pdf', Disposition: 'inline' }, `inline; filename="a.pdf"; filename*=UTF-8''a.pdf`],
    [{ Disposition: 'inline' }, 'inline'],
    [{ Disposition: 'attachment' }, 'attachment'],
  ])('%j are a signed parameter', (params, value) => {
    const { params: sent, urlParamList } = download({ ...params, Params: { versionId: '1' } })
    expect(sent).toEqual([
      ['versionId', '1'],
      ['response-content-disposition', value],
    ])
    expect(urlParamList).toEqual(['response-content-disposition', 'versionid'])
  })

  it('are for every call that makes a URL for GET or HEAD', () => {
    const named = { ...object, Filename: 'a.pdf' }
    expect(client.getPresignedUrl({ ...named, Method: 'HEAD' })).toContain('response-content-disposition')
    expect(client.presign({ ...named, Method: 'GET' }).url).toContain('response-content-disposition')
    expect(() => client.presign({ ...named, Method: 'PUT' })).toThrow(/must be one of GET, HEAD/)
    expect(() => client.getAuth({ ...get, Filename: 'a' } as never)).toThrow(/no parameter "Filename"/)
  })

  it.each<[Partial<DownloadUrlParams>, RegExp]>([
    [{ Filename: '' }, /"Filename" must not be empty/],
    [{ Filename: 'a\ud800' }, /"Filename" holds a lone surrogate/],
    [{ Filename: 'a'.repeat(241) }, /"Filename" has 241 UTF-8 bytes/],
    [{ Filename: 7 as never }, /"Filename" must be a string/],
    [{ Disposition: 'form-data' as never }, /"Disposition" must be one of/],
    [
      { Filename: 'a', Params: { 'Response-Content-Disposition': 'x' } },
      /"Params" must not hold "Response-Content-Disposition"/,
    ],
  ])('refuses %j', (params, message) => {
    expect(() => download(params)).toThrow(message)
  })
})

/** Rules of image and media processing, as the documentation of data processing writes them. */
const RULES: readonly Readonly<Record<string, string>>[] = [
  { 'imageMogr2/thumbnail/200x': '' },
  { 'imageMogr2/thumbnail/!50p/format/webp|watermark/2/text/5rC05Y2w/fill/I0ZGRkZGRg==': '' },
  { 'watermark/1/image/aHR0cDovL2V4YW1wbGUuY29tL2EucG5n/gravity/southeast': '' },
  { imageInfo: '' },
  { 'ci-process': 'snapshot', time: '1.5', format: 'jpg' },
  { 'ci-process': 'doc-preview', page: '1', dstType: 'png' },
  { 'imageMogr2/cut/600x600x100x10': '', versionId: 'MTg0NDUxNzgxMjEzNTUzOTI5MjQ' },
]

describe('data-processing parameters', () => {
  it.each(RULES)('%j are signed, names and values, as the vendor’s SDK signs them', (rule) => {
    const url = client.getPresignedDownloadUrl({ ...object, Params: rule })
    const { signature, keyTime, params } = parsePresignedUrl(url)
    expect(Object.fromEntries(params)).toEqual(rule)
    const theirs = COS.getAuthorization({
      SecretId: keys.SecretId,
      SecretKey: keys.SecretKey,
      Method: 'GET',
      Key: object.Key,
      Query: rule,
      Headers: { Host: host },
      KeyTime: `${keyTime.startsAt};${keyTime.expiresAt}`,
    })
    expect(theirs).toContain(`q-signature=${signature}`)
  })

  it.each(RULES)('%j cannot be changed, and are verified however the sender writes them', (rule) => {
    const url = client.getPresignedDownloadUrl({ ...object, Params: rule })
    const accepts = (target: string): boolean =>
      verifyRequest({ method: 'GET', target, headers: { host } }, () => ({ secretKey: keys.SecretKey }), {
        now,
      }).ok
    const target = url.slice(`https://${host}`.length)
    expect(accepts(target)).toBe(true)
    // A browser and the vendor's console write the slashes, and no "=" after a name without value.
    expect(accepts(target.replaceAll('%2F', '/').replace(/=(?=&|$)/g, ''))).toBe(true)
    const [name] = Object.keys(rule) as [string]
    expect(accepts(target.replace(encodeURIComponent(name).slice(0, 9), 'imageView'))).toBe(false)
  })
})
