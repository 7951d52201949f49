import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type InjectResponse } from '../src/index.ts'
import { BUCKET, createSender, elementsOf, KEY, outcomeOf } from './sending.ts'

const OTHER = 'otherbucket-1250000000'
const startMs = 1_600_000_000_000
const hostOf = (bucket: string): string => `${bucket}.cos.ap-guangzhou.myqcloud.com`
const SOURCE = `${hostOf(BUCKET)}/source`
const etag = createHash('md5').update('text').digest('hex')

let emulator: Emulator
let send: ReturnType<typeof createSender>

beforeAll(() => {
  emulator = createEmulator({
    credentials: [KEY],
    buckets: [BUCKET, OTHER],
    domains: { 'files.example.com': OTHER },
    now: () => startMs,
  })
  send = createSender(emulator)
})
afterAll(() => emulator.close())
beforeEach(async () => {
  emulator.clock.reset()
  for (const path of ['/o', '/source']) await send({ method: 'DELETE', path })
  await send({
    method: 'PUT',
    path: '/source',
    body: 'text',
    headers: {
      'content-type': 'text/plain',
      'x-cos-meta-a': 'of the source',
      'x-cos-storage-class': 'STANDARD_IA',
      'x-cos-tagging': 'k=source',
    },
  })
})

const copy = (
  headers: Record<string, string> = {},
  source: string = SOURCE,
  path = '/o',
): Promise<InjectResponse> =>
  send({ method: 'PUT', path, headers: { 'x-cos-copy-source': source, ...headers } })

describe('PUT Object - Copy', () => {
  it('copies bytes, headers and tags, and not the storage class', async () => {
    const answer = await copy()
    expect(answer.statusCode).toBe(200)
    expect(answer.body.toString()).toContain('<CopyObjectResult>')
    expect(elementsOf(answer)).toEqual({
      ETag: `&quot;${etag}&quot;`,
      CRC64: (await send({ path: '/source' })).headers['x-cos-hash-crc64ecma'],
      LastModified: '2020-09-13T12:26:40Z',
    })
    const found = await send()
    expect(found.body.toString()).toBe('text')
    expect(found.headers).toMatchObject({
      etag: `"${etag}"`,
      'content-type': 'text/plain',
      'x-cos-meta-a': 'of the source',
      'x-cos-tagging-count': '1',
    })
    expect(found.headers).not.toHaveProperty('x-cos-storage-class')
  })

  it('replaces headers and tags when told to, each by its own directive', async () => {
    await copy({
      'x-cos-metadata-directive': 'Replaced',
      'x-cos-meta-b': 'new',
      'x-cos-storage-class': 'MAZ_STANDARD',
      'x-cos-tagging': 'ignored=1&a=2',
    })
    const found = await send()
    expect(found.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-cos-meta-b': 'new',
      'x-cos-storage-class': 'MAZ_STANDARD',
      'x-cos-tagging-count': '1',
    })
    expect(found.headers).not.toHaveProperty('x-cos-meta-a')
    await copy({
      'x-cos-tagging-directive': 'Replaced',
      'x-cos-tagging': 'x=1&y=2',
      'x-cos-meta-b': 'ignored',
    })
    expect((await send()).headers).toMatchObject({
      'x-cos-tagging-count': '2',
      'x-cos-meta-a': 'of the source',
    })
    await copy({ 'x-cos-tagging-directive': 'Replaced' })
    expect((await send()).headers).not.toHaveProperty('x-cos-tagging-count')
    expect(outcomeOf(await copy({ 'x-cos-metadata-directive': 'Replace' }))).toEqual([400, 'InvalidArgument'])
    expect(outcomeOf(await copy({ 'x-cos-tagging-directive': 'x' }))).toEqual([400, 'InvalidArgument'])
  })

  it('to itself needs Replaced', async () => {
    expect(outcomeOf(await copy({}, SOURCE, '/source'))).toEqual([400, 'InvalidRequest'])
    const replaced = await copy(
      { 'x-cos-metadata-directive': 'Replaced', 'content-type': 'image/png' },
      SOURCE,
      '/source',
    )
    expect(replaced.statusCode).toBe(200)
    const found = await send({ path: '/source' })
    expect([found.headers['content-type'], found.body.toString()]).toEqual(['image/png', 'text'])
  })

  it.each([
    ['an encoded key', `${hostOf(OTHER)}/a%20b/%C3%BC`],
    ['a key with an encoded slash', `${hostOf(OTHER)}/a%20b%2F%C3%BC`],
    ['another suffix', `${OTHER}.cos.ap-beijing.tencentcos.cn/a%20b/%C3%BC`],
    ['a local host', `${OTHER}.localhost:9000/a%20b/%C3%BC`],
    ['a custom domain', 'files.example.com/a%20b/%C3%BC'],
    ['path style', `127.0.0.1:9000/${OTHER}/a%20b/%C3%BC`],
    ['the only version', `${hostOf(OTHER)}/a%20b/%C3%BC?versionId=null`],
  ])('finds its source by %s', async (_how, source) => {
    await send({ method: 'PUT', host: hostOf(OTHER), path: '/a b/ü', body: 'other' })
    expect((await copy({}, source)).statusCode).toBe(200)
    expect((await send()).body.toString()).toBe('other')
  })

  it('finds a source whose key came as bytes, not encoded', async () => {
    await send({ method: 'PUT', path: '/ü', body: 'bytes' })
    const source = Buffer.from(`${hostOf(BUCKET)}/ü`).toString('latin1')
    const answer = await send({ method: 'PUT', unsignedHeaders: { 'x-cos-copy-source': source } })
    expect(answer.statusCode).toBe(200)
    expect((await send()).body.toString()).toBe('bytes')
  })

  it('of keys with other characters finds exactly those', async () => {
    for (const key of ['a%2Fb', 'a+b', 'a?b', 'a#b', '../x', '//']) {
      await send({ method: 'PUT', path: `/${key}`, body: key })
      expect((await copy({}, `${hostOf(BUCKET)}/${encodeURIComponent(key)}`)).statusCode).toBe(200)
      expect((await send()).body.toString()).toBe(key)
    }
  })

  it.each([
    ['no key', `${hostOf(BUCKET)}/`, [400, 'InvalidCopySource']],
    ['no address', 'source', [400, 'InvalidCopySource']],
    ['no bucket', '127.0.0.1:9000/source', [400, 'InvalidCopySource']],
    ['a leading slash', `/${BUCKET}/source`, [400, 'InvalidCopySource']],
    ['nothing', '', [400, 'InvalidCopySource']],
    ['a broken encoding', `${hostOf(BUCKET)}/%zz`, [400, 'InvalidCopySource']],
    ['no such bucket', `${hostOf('none-1250000000')}/source`, [404, 'NoSuchCopySource']],
    ['no such object', `${hostOf(BUCKET)}/none`, [404, 'NoSuchCopySource']],
    ['another version', `${SOURCE}?versionId=abc`, [501, 'NotImplemented']],
  ])('refuses a source of %s', async (_what, source, outcome) => {
    const answer = await copy({}, source)
    expect(outcomeOf(answer)).toEqual(outcome)
    expect((await send()).statusCode).toBe(404)
  })

  it.each([
    ['if-match', `"${etag}"`, true],
    ['if-match', etag, true],
    ['if-match', 'other', false],
    ['if-none-match', 'other', true],
    ['if-none-match', `"${etag}"`, false],
    ['if-modified-since', 'Sun, 13 Sep 2020 12:26:39 GMT', true],
    ['if-modified-since', 'Sun, 13 Sep 2020 12:26:40 GMT', false],
    ['if-unmodified-since', 'Sun, 13 Sep 2020 12:26:40 GMT', true],
    ['if-unmodified-since', 'Sun, 13 Sep 2020 12:26:39 GMT', false],
  ])('on the condition %s: %s is %s', async (name, value, isCopied) => {
    const headers = { [`x-cos-copy-source-${name}`]: value }
    expect(outcomeOf(await copy(headers))).toEqual(isCopied ? [200, undefined] : [412, 'PreconditionFailed'])
  })

  it('overwrites only what it may', async () => {
    await copy()
    expect(outcomeOf(await copy({ 'x-cos-forbid-overwrite': 'true' }))).toEqual([409, 'FileAlreadyExists'])
    expect((await copy()).statusCode).toBe(200)
  })

  it('makes a normal object of an appendable one, and keeps the ETag of one that came in parts', async () => {
    await send({ method: 'DELETE', path: '/source' })
    for (const [position, body] of [
      ['0', 'one '],
      ['4', 'two'],
    ] as const)
      await send({ method: 'POST', path: '/source', params: { append: '', position }, body })
    await copy()
    const found = await send()
    expect(found.body.toString()).toBe('one two')
    expect(found.headers['x-cos-object-type']).toBe('normal')
    expect(found.headers.etag).toMatch(/-2"$/)
  })
})

describe('Upload Part - Copy', () => {
  const copyPart = (
    uploadId: string,
    headers: Record<string, string> = {},
    source: string = SOURCE,
  ): Promise<InjectResponse> =>
    send({
      method: 'PUT',
      params: { partNumber: '1', uploadId },
      headers: { 'x-cos-copy-source': source, ...headers },
    })

  async function initiate(): Promise<string> {
    return elementsOf(await send({ method: 'POST', params: { uploads: '' } })).UploadId ?? ''
  }

  it.each([
    ['all of it', {}, 'text'],
    ['a range', { 'x-cos-copy-source-range': 'bytes=1-2' }, 'ex'],
  ])('makes a part of %s', async (_what, headers, expected) => {
    const uploadId = await initiate()
    const answer = await copyPart(uploadId, headers)
    const hex = createHash('md5').update(expected).digest('hex')
    expect(answer.body.toString()).toContain('<CopyPartResult>')
    expect(elementsOf(answer)).toMatchObject({
      ETag: `&quot;${hex}&quot;`,
      LastModified: '2020-09-13T12:26:40.000Z',
    })
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${hex}</ETag></Part></CompleteMultipartUpload>`
    expect((await send({ method: 'POST', params: { uploadId }, body })).statusCode).toBe(200)
    expect((await send()).body.toString()).toBe(expected)
  })

  it.each([
    ['bytes=0-4', [416, 'InvalidRange']],
    ['bytes=2-1', [400, 'InvalidArgument']],
    ['bytes=1-', [400, 'InvalidArgument']],
    ['bytes=-1', [400, 'InvalidArgument']],
    ['1-2', [400, 'InvalidArgument']],
  ])('refuses the range %s', async (range, outcome) => {
    const answer = await copyPart(await initiate(), { 'x-cos-copy-source-range': range })
    expect(outcomeOf(answer)).toEqual(outcome)
  })

  it('needs an upload, a source, and what the conditions say', async () => {
    expect(outcomeOf(await copyPart('none'))).toEqual([404, 'NoSuchUpload'])
    const uploadId = await initiate()
    expect(outcomeOf(await copyPart(uploadId, {}, `${hostOf(BUCKET)}/none`))).toEqual([
      404,
      'NoSuchCopySource',
    ])
    const refused = await copyPart(uploadId, { 'x-cos-copy-source-if-match': 'other' })
    expect(outcomeOf(refused)).toEqual([412, 'PreconditionFailed'])
  })
})
