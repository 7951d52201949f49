import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type InjectResponse } from '../src/index.ts'
import { childrenOf, parseXml, textOf, type XmlElement } from '../src/parse-xml.ts'
import { BUCKET, createSender, elementsOf, KEY, md5Of, outcomeOf, type Sent } from './sending.ts'

const MIB = 1024 ** 2

let emulator: Emulator
let send: ReturnType<typeof createSender>

beforeAll(() => {
  emulator = createEmulator({ credentials: [KEY], buckets: [BUCKET], now: () => 1_600_000_000_000 })
  send = createSender(emulator)
})
afterAll(() => emulator.close())

async function initiate(headers: Record<string, string> = {}, path = '/o'): Promise<string> {
  const answer = await send({ method: 'POST', path, params: { uploads: '' }, headers })
  expect(answer.statusCode).toBe(200)
  expect(elementsOf(answer)).toMatchObject({ Bucket: BUCKET, Key: path.slice(1) })
  return elementsOf(answer).UploadId ?? ''
}

function putPart(
  uploadId: string,
  partNumber: number | string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<InjectResponse> {
  return send({ method: 'PUT', params: { partNumber: String(partNumber), uploadId }, body, headers })
}

type Listed = readonly [number: number | string, etag: string]

function toComplete(parts: readonly Listed[]): string {
  const items = parts.map(
    ([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`,
  )
  return `<CompleteMultipartUpload>${items.join('')}</CompleteMultipartUpload>`
}

function complete(
  uploadId: string,
  parts: readonly Listed[] | string,
  sent: Sent = {},
): Promise<InjectResponse> {
  const body = typeof parts === 'string' ? parts : toComplete(parts)
  return send({ method: 'POST', params: { uploadId }, body, ...sent })
}

const listParts = (uploadId: string, params: Record<string, string> = {}): Promise<InjectResponse> =>
  send({ params: { uploadId, ...params } })

function rootOf({ body }: InjectResponse): XmlElement {
  const root = parseXml(body)
  if (root === undefined) throw new Error(`No XML: ${body.toString()}`)
  return root
}

const md5 = (bytes: string | Buffer): string => createHash('md5').update(bytes).digest('hex')

describe('a multipart upload', () => {
  it('becomes one object with the headers and tags of its initiation', async () => {
    const uploadId = await initiate({
      'content-type': 'text/plain',
      'x-cos-meta-a': 'b',
      'x-cos-storage-class': 'STANDARD_IA',
      'x-cos-tagging': 'k=v',
    })
    const [first, last] = [Buffer.alloc(MIB, 'first'), Buffer.from('123456789')]
    await putPart(uploadId, 1, first)
    const part = await putPart(uploadId, 2, last)
    expect(part.headers).toMatchObject({
      etag: `"${md5(last)}"`,
      'x-cos-hash-crc64ecma': '11051210869376104954',
    })
    expect((await send()).statusCode).toBe(404)
    const answer = await complete(uploadId, [
      [1, `"${md5(first)}"`],
      [2, md5(last).toUpperCase()],
    ])
    expect(answer.statusCode).toBe(200)
    const root = rootOf(answer)
    expect(answer.body.toString()).toContain(' xmlns="http://www.qcloud.com/document/product/436/7751">')
    expect(root.children.map(({ name, text }) => [name, text])).toEqual([
      ['Location', `http://${BUCKET}.cos.ap-guangzhou.myqcloud.com/o`],
      ['Bucket', BUCKET],
      ['Key', 'o'],
      ['ETag', expect.stringMatching(/^"[0-9a-f]{32}-2"$/)],
    ])
    const whole = await send()
    expect(whole.body.equals(Buffer.concat([first, last]))).toBe(true)
    expect(whole.headers).toMatchObject({
      etag: textOf(root, 'ETag'),
      'content-type': 'text/plain',
      'x-cos-meta-a': 'b',
      'x-cos-storage-class': 'STANDARD_IA',
      'x-cos-tagging-count': '1',
      'x-cos-object-type': 'normal',
    })
    const plain = await send({ method: 'PUT', path: '/plain', body: whole.body })
    expect(whole.headers['x-cos-hash-crc64ecma']).toBe(plain.headers['x-cos-hash-crc64ecma'])
    expect(answer.headers['x-cos-hash-crc64ecma']).toBe(plain.headers['x-cos-hash-crc64ecma'])
    expect(outcomeOf(await listParts(uploadId))).toEqual([404, 'NoSuchUpload'])
    expect(outcomeOf(await complete(uploadId, [[1, md5(first)]]))).toEqual([404, 'NoSuchUpload'])
  })

  it('takes the last part of a number, and forgets parts that are not listed', async () => {
    const uploadId = await initiate()
    for (const body of ['older', 'newer']) await putPart(uploadId, 1, body)
    await putPart(uploadId, 2, 'not listed')
    expect(outcomeOf(await complete(uploadId, [[1, md5('older')]]))).toEqual([400, 'InvalidPart'])
    expect((await complete(uploadId, [[1, md5('newer')]])).statusCode).toBe(200)
    expect((await send()).body.toString()).toBe('newer')
  })

  it('of one key has its place beside others', async () => {
    const [one, two] = [await initiate({}, '/a b/ü'), await initiate({}, '/a b/ü')]
    expect(one).not.toBe(two)
    const put = (uploadId: string, body: string) =>
      send({ method: 'PUT', path: '/a b/ü', params: { partNumber: '1', uploadId }, body })
    await put(one, 'one')
    await put(two, 'two')
    const answer = await complete(two, [[1, md5('two')]], { path: '/a b/ü' })
    expect(elementsOf(answer).Location).toBe(`http://${BUCKET}.cos.ap-guangzhou.myqcloud.com/a%20b/%C3%BC`)
    expect((await send({ path: '/a b/ü' })).body.toString()).toBe('two')
    expect((await send({ path: '/a b/ü', params: { uploadId: one } })).statusCode).toBe(200)
  })

  it('that is aborted is gone with its parts', async () => {
    const uploadId = await initiate()
    await putPart(uploadId, 1, 'x')
    const abort = () => send({ method: 'DELETE', params: { uploadId } })
    expect((await abort()).statusCode).toBe(204)
    expect(outcomeOf(await abort())).toEqual([404, 'NoSuchUpload'])
    expect(outcomeOf(await putPart(uploadId, 1, 'x'))).toEqual([404, 'NoSuchUpload'])
  })

  it('keeps its bucket from being deleted', async () => {
    const host = 'full-1250000000.cos.ap-guangzhou.myqcloud.com'
    await emulator.createBucket('full-1250000000')
    const initiated = await send({ method: 'POST', host, params: { uploads: '' } })
    const { UploadId: uploadId = '' } = elementsOf(initiated)
    const deleteBucket = () => send({ method: 'DELETE', host, path: '/' })
    expect(outcomeOf(await deleteBucket())).toEqual([409, 'BucketNotEmpty'])
    await send({ method: 'DELETE', host, params: { uploadId } })
    expect((await deleteBucket()).statusCode).toBe(204)
  })
})

describe('a part', () => {
  it.each(['0', '10001', '-1', 'x', '1.5', ''])('has no number %j', async (partNumber) => {
    const uploadId = await initiate()
    expect(outcomeOf(await putPart(uploadId, partNumber, 'x'))).toEqual([400, 'InvalidArgument'])
  })

  it('is checked like an object', async () => {
    const uploadId = await initiate()
    const wrong = await putPart(uploadId, 1, 'x', { 'content-md5': md5Of('y') })
    expect(outcomeOf(wrong)).toEqual([400, 'BadDigest'])
    const short = await send({
      method: 'PUT',
      params: { partNumber: '1', uploadId },
      body: 'x',
      headers: { 'content-length': '2' },
    })
    expect(outcomeOf(short)).toEqual([400, 'IncompleteBody'])
    expect(childrenOf(rootOf(await listParts(uploadId)), 'Part')).toEqual([])
    const right = await putPart(uploadId, 10_000, 'x', { 'content-md5': md5Of('x') })
    expect(right.statusCode).toBe(200)
  })

  it('belongs to the upload of its key and bucket alone', async () => {
    const uploadId = await initiate()
    const elsewhere = { method: 'PUT', params: { partNumber: '1', uploadId }, body: 'x' }
    expect(outcomeOf(await send({ ...elsewhere, path: '/other' }))).toEqual([404, 'NoSuchUpload'])
    expect(outcomeOf(await putPart('', 1, 'x'))).toEqual([404, 'NoSuchUpload'])
  })
})

describe('List Parts', () => {
  it('pages through the parts, as COS writes them', async () => {
    const uploadId = await initiate({ 'x-cos-storage-class': 'ARCHIVE' })
    for (const number of [3, 1, 10_000]) await putPart(uploadId, number, `part ${number}`)
    const first = rootOf(await listParts(uploadId, { 'max-parts': '2', 'encoding-type': 'url' }))
    expect(first.name).toBe('ListPartsResult')
    expect(first.children.map(({ name, text }) => [name, text])).toEqual([
      ['Bucket', BUCKET],
      ['EncodingType', 'url'],
      ['Encoding-type', 'url'],
      ['Key', 'o'],
      ['UploadId', uploadId],
      ['Initiator', ''],
      ['Owner', ''],
      ['StorageClass', 'ARCHIVE'],
      ['PartNumberMarker', '0'],
      ['NextPartNumberMarker', '3'],
      ['MaxParts', '2'],
      ['IsTruncated', 'true'],
      ['Part', ''],
      ['Part', ''],
    ])
    const rest = rootOf(await listParts(uploadId, { 'part-number-marker': '3' }))
    expect(textOf(rest, 'IsTruncated')).toBe('false')
    expect(textOf(rest, 'NextPartNumberMarker')).toBeUndefined()
    const [part] = childrenOf(rest, 'Part')
    expect(part?.children.map(({ name, text }) => [name, text])).toEqual([
      ['PartNumber', '10000'],
      ['LastModified', '2020-09-13T12:26:40.000Z'],
      ['ETag', `"${md5('part 10000')}"`],
      ['Size', '10'],
    ])
  })

  it.each([
    ['max-parts', 'x'],
    ['part-number-marker', '-1'],
    ['encoding-type', 'x'],
  ])('refuses %s=%s', async (name, value) => {
    const uploadId = await initiate()
    expect(outcomeOf(await listParts(uploadId, { [name]: value }))).toEqual([400, 'InvalidArgument'])
  })
})

describe('Complete Multipart Upload', () => {
  const small = md5('small')
  const large = md5(Buffer.alloc(MIB))
  it.each<[string, Listed[] | string, string]>([
    ['no XML', 'parts', 'MalformedXML'],
    ['nothing', '', 'MissingRequestBodyError'],
    ['another document', '<Delete/>', 'MalformedXML'],
    ['no parts', [], 'MalformedXML'],
    ['a part without a number', [['', small]], 'MalformedXML'],
    ['a part without an ETag', [[1, '']], 'MalformedXML'],
    [
      'more than 10,000 parts',
      Array.from({ length: 10_001 }, (_, index) => [index + 1, small]),
      'MalformedXML',
    ],
    [
      'more XML than that needs',
      `<CompleteMultipartUpload>${' '.repeat(2_600_000)}</CompleteMultipartUpload>`,
      'XMLSizeLimit',
    ],
    [
      'parts in another order',
      [
        [2, small],
        [1, large],
      ],
      'InvalidPartOrder',
    ],
    [
      'a part twice',
      [
        [1, large],
        [1, large],
      ],
      'InvalidPartOrder',
    ],
    [
      'a part that was not uploaded',
      [
        [1, large],
        [2, small],
        [3, small],
      ],
      'InvalidPart',
    ],
    ['another ETag', [[1, small]], 'InvalidPart'],
    [
      'a gap',
      [
        [1, large],
        [5, small],
      ],
      'InvalidPart',
    ],
    ['a gap at the beginning', [[2, small]], 'InvalidPart'],
    [
      'a small part that is not the last',
      [
        [1, large],
        [2, small],
        [3, large],
      ],
      'EntityTooSmall',
    ],
  ])('refuses %s, and the upload goes on', async (what, parts, code) => {
    const uploadId = await initiate({}, '/refused')
    const put = (number: number, body: string | Buffer) =>
      send({ method: 'PUT', path: '/refused', params: { partNumber: String(number), uploadId }, body })
    await put(1, Buffer.alloc(MIB))
    await put(2, 'small')
    await put(5, 'small')
    if (what.startsWith('a small')) await put(3, Buffer.alloc(MIB))
    expect(outcomeOf(await complete(uploadId, parts, { path: '/refused' }))).toEqual([400, code])
    expect((await send({ path: '/refused' })).statusCode).toBe(404)
    const right = await complete(
      uploadId,
      [
        [1, large],
        [2, small],
      ],
      { path: '/refused' },
    )
    expect(right.statusCode).toBe(200)
    await send({ method: 'DELETE', path: '/refused' })
  })

  it('is refused when the object must not be overwritten, until it may', async () => {
    await send({ method: 'PUT', body: 'older' })
    const forbidding = { 'x-cos-forbid-overwrite': 'true' }
    const initiated = await send({ method: 'POST', params: { uploads: '' }, headers: forbidding })
    expect(outcomeOf(initiated)).toEqual([409, 'FileAlreadyExists'])
    const uploadId = await initiate()
    await putPart(uploadId, 1, 'newer')
    const refused = await complete(uploadId, [[1, md5('newer')]], { headers: forbidding })
    expect(outcomeOf(refused)).toEqual([409, 'FileAlreadyExists'])
    expect((await complete(uploadId, [[1, md5('newer')]])).statusCode).toBe(200)
  })

  it('takes 10,000 parts', async () => {
    const uploadId = await initiate({}, '/many')
    // All but the last must have 1 MB, so only the last of so many can be sent here; the others are missing.
    await send({ method: 'PUT', path: '/many', params: { partNumber: '10000', uploadId }, body: 'x' })
    const parts = Array.from({ length: 10_000 }, (_, index): Listed => [index + 1, `&quot;${md5('x')}&quot;`])
    const startedAt = performance.now()
    expect(outcomeOf(await complete(uploadId, parts, { path: '/many' }))).toEqual([400, 'InvalidPart'])
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })
})
