import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import COS from 'cos-nodejs-sdk-v5'
import { createCredential } from 'cos-presign'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.ts'

/* The vendor's SDK for Node.js, unmodified, against the operations on objects: what it expects of COS, it must find here. */

const Bucket = 'examplebucket-1250000000'
const Region = 'ap-guangzhou'
const MIB = 1024 ** 2
const key = createCredential({ secretId: 'AKIDpermanent00001', secretKey: 'test-secret-permanent' })

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-sdk-'))
})
afterAll(() => rm(directory, { recursive: true }))

describe.each(['memory', 'disk'])('cos-nodejs-sdk-v5 with the %s store', (where) => {
  let emulator: Emulator
  let cos: COS
  const operations: (string | undefined)[] = []

  beforeAll(async () => {
    emulator = createEmulator({
      credentials: [key],
      buckets: [Bucket],
      onRequest: ({ operation }) => operations.push(operation),
      ...(where === 'disk' ? { dataDir: join(directory, 'data') } : {}),
    })
    const { url } = await emulator.listen()
    cos = new COS({
      SecretId: key.secretId,
      SecretKey: key.secretKey,
      Proxy: url,
      Protocol: 'http:',
      ChunkRetryTimes: 0,
      CopySliceSize: 2 * MIB,
      CopyChunkSize: MIB,
    })
  })
  afterAll(() => emulator.close())

  const put = (Key: string, Body: string | Buffer, more: Partial<COS.PutObjectParams> = {}) =>
    cos.putObject({ Bucket, Region, Key, Body, ...more })
  const uploadsOf = async (Prefix: string): Promise<COS.MultipartListResult['Upload']> =>
    (await cos.multipartList({ Bucket, Region, Prefix, Delimiter: '', EncodingType: 'url' })).Upload
  const get = async (Key: string): Promise<Buffer> =>
    (await cos.getObject({ Bucket, Region, Key })).Body as Buffer

  it('lists a bucket page by page, with folders and encoded keys', async () => {
    const keys = ['list/a b+c', 'list/deep/1', 'list/deep/2', 'list/値', 'list/&<>']
    for (const Key of keys) await put(Key, 'x')
    const seen: string[] = []
    for (let Marker: string | undefined = ''; Marker !== undefined; ) {
      const page: COS.GetBucketResult = await cos.getBucket({
        Bucket,
        Region,
        Prefix: 'list/',
        Delimiter: '/',
        Marker,
        MaxKeys: 2,
        EncodingType: 'url',
      })
      for (const { Key } of page.Contents) seen.push(decodeURIComponent(Key))
      for (const { Prefix } of page.CommonPrefixes) seen.push(decodeURIComponent(Prefix))
      Marker = page.IsTruncated === 'true' ? decodeURIComponent(page.NextMarker ?? '') : undefined
    }
    expect(seen.sort()).toEqual(['list/&<>', 'list/a b+c', 'list/deep/', 'list/値'].sort())
    const plain = await cos.getBucket({ Bucket, Region, Prefix: 'list/&' })
    expect(plain.Contents).toMatchObject([
      { Key: 'list/&<>', Size: '1', ETag: '"9dd4e461268c8034f5c8564e155c67a6"', StorageClass: 'STANDARD' },
    ])
    expect(await cos.getBucket({ Bucket, Region, Prefix: 'none' })).toMatchObject({ Contents: [] })
  })

  it('uploads in parts by hand: initiates, uploads, lists, completes', async () => {
    const object = { Bucket, Region, Key: 'multipart/値 a+b' }
    const [first, last] = [randomBytes(MIB), Buffer.from('end')]
    const { UploadId } = await cos.multipartInit({ ...object, Headers: { 'x-cos-meta-a': 'b' } })
    const parts: COS.Part[] = []
    for (const [index, Body] of [first, last].entries()) {
      const PartNumber = index + 1
      const { ETag } = await cos.multipartUpload({ ...object, UploadId, PartNumber, Body })
      parts.push({ PartNumber, ETag })
    }
    const listed = await cos.multipartListPart({ ...object, UploadId })
    expect(listed.Part).toMatchObject(
      parts.map(({ PartNumber, ETag }) => ({ PartNumber: `${PartNumber}`, ETag })),
    )
    expect((await uploadsOf('multipart/')).map((upload) => upload.UploadId)).toEqual([UploadId])
    const { ETag, Location } = await cos.multipartComplete({ ...object, UploadId, Parts: parts })
    expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/)
    expect(Location).toContain(`${Bucket}.cos.${Region}.myqcloud.com/`)
    expect((await get(object.Key)).equals(Buffer.concat([first, last]))).toBe(true)
    expect((await cos.headObject(object)).headers).toMatchObject({ etag: ETag, 'x-cos-meta-a': 'b' })
  })

  it('is told in COS’s codes why a completion fails, and aborts', async () => {
    const object = { Bucket, Region, Key: 'multipart/aborted' }
    const { UploadId } = await cos.multipartInit(object)
    await cos.multipartUpload({ ...object, UploadId, PartNumber: 1, Body: 'small' })
    const last = await cos.multipartUpload({ ...object, UploadId, PartNumber: 2, Body: 'end' })
    const complete = (Parts: COS.Part[]) => cos.multipartComplete({ ...object, UploadId, Parts })
    const part = (PartNumber: number, ETag: string): COS.Part => ({ PartNumber, ETag })
    await expect(complete([part(1, 'x'), part(2, last.ETag)])).rejects.toMatchObject({ code: 'InvalidPart' })
    await cos.multipartAbort({ ...object, UploadId })
    await expect(complete([part(2, last.ETag)])).rejects.toMatchObject({
      statusCode: 404,
      code: 'NoSuchUpload',
    })
  })

  it('uploads a file in slices, goes on with an interrupted one, and sends only what is missing', async () => {
    const bytes = randomBytes(4 * MIB + 5)
    const FilePath = join(directory, `slices-${where}`)
    await writeFile(FilePath, bytes)
    const object = { Bucket, Region, Key: 'slices' }
    const { UploadId } = await cos.multipartInit(object)
    await cos.multipartUpload({ ...object, UploadId, PartNumber: 1, Body: bytes.subarray(0, MIB) })
    operations.length = 0
    const loaded: number[] = []
    const result = await cos.sliceUploadFile({
      ...object,
      FilePath,
      SliceSize: MIB,
      ChunkSize: MIB,
      onProgress: (progress) => loaded.push(progress.loaded),
    })
    expect(result.ETag).toMatch(/-5"$/)
    expect(operations.filter((operation) => operation === 'UploadPart')).toHaveLength(4)
    expect(loaded.at(-1)).toBe(bytes.length)
    expect((await get('slices')).equals(bytes)).toBe(true)
    expect(await uploadsOf('slices')).toEqual([])
  })

  it('uploads small and large files by uploadFile and uploadFiles', async () => {
    const large = randomBytes(2 * MIB)
    const [small, big] = [join(directory, `small-${where}`), join(directory, `big-${where}`)]
    await writeFile(small, 'small')
    await writeFile(big, large)
    await cos.uploadFile({ Bucket, Region, Key: 'files/small', FilePath: small, SliceSize: MIB })
    const outcome = await cos.uploadFiles({
      files: [
        { Bucket, Region, Key: 'files/big', FilePath: big },
        { Bucket, Region, Key: 'files/other', FilePath: small },
      ],
      SliceSize: MIB,
    })
    expect(outcome.files.map(({ error }: { error: unknown }) => error)).toEqual([null, null])
    expect((await get('files/small')).toString()).toBe('small')
    expect((await get('files/big')).equals(large)).toBe(true)
  })

  it('copies, whole and in parts', async () => {
    const bytes = randomBytes(3 * MIB)
    await put('copy/a b+c', bytes, { Headers: { 'x-cos-meta-a': 'b' } })
    const CopySource = `${Bucket}.cos.${Region}.myqcloud.com/${encodeURIComponent('copy/a b+c')}`
    const copied = await cos.putObjectCopy({ Bucket, Region, Key: 'copy/whole', CopySource })
    expect(copied.ETag).toMatch(/^"[0-9a-f]{32}"$/)
    expect((await cos.headObject({ Bucket, Region, Key: 'copy/whole' })).headers?.['x-cos-meta-a']).toBe('b')
    await cos.sliceCopyFile({ Bucket, Region, Key: 'copy/parts', CopySource })
    for (const Key of ['copy/whole', 'copy/parts']) expect((await get(Key)).equals(bytes)).toBe(true)
    expect((await cos.headObject({ Bucket, Region, Key: 'copy/parts' })).headers?.etag).toMatch(/-3"$/)
    await expect(
      cos.putObjectCopy({ Bucket, Region, Key: 'x', CopySource: `${CopySource}none` }),
    ).rejects.toMatchObject({ statusCode: 404 })
  })

  it('deletes many objects at once, those that are not there too', async () => {
    for (const Key of ['many/1', 'many/&2']) await put(Key, 'x')
    const Objects = [{ Key: 'many/1' }, { Key: 'many/&2' }, { Key: 'many/none' }]
    const result = await cos.deleteMultipleObject({ Bucket, Region, Objects })
    expect(result.Deleted.map(({ Key }) => Key)).toEqual(['many/1', 'many/&2', 'many/none'])
    expect(result.Error).toEqual([])
    expect((await cos.getBucket({ Bucket, Region, Prefix: 'many/' })).Contents).toEqual([])
    const quiet = await cos.deleteMultipleObject({ Bucket, Region, Objects, Quiet: true })
    expect(quiet.Deleted).toEqual([])
  })

  it('tags: puts, gets and deletes, and takes none for an empty list', async () => {
    const object = { Bucket, Region, Key: 'tagged' }
    await put('tagged', 'x', { Headers: { 'x-cos-tagging': 'a=b' } })
    expect((await cos.getObjectTagging(object)).Tags).toEqual([{ Key: 'a', Value: 'b' }])
    const Tags = [
      { Key: 'c', Value: 'd e' },
      { Key: 'f', Value: 'g' },
    ]
    await cos.putObjectTagging({ ...object, Tags })
    expect((await cos.getObjectTagging(object)).Tags).toEqual(Tags)
    await cos.deleteObjectTagging(object)
    expect((await cos.getObjectTagging(object)).Tags).toEqual([])
  })

  it('appends', async () => {
    const object = { Bucket, Region, Key: 'appended' }
    const first = await cos.appendObject({ ...object, Position: 0, Body: 'one ' })
    const Position = Number(first.headers?.['x-cos-next-append-position'])
    await cos.appendObject({ ...object, Position, Body: 'two' })
    expect((await get('appended')).toString()).toBe('one two')
    await expect(cos.appendObject({ ...object, Position: 1, Body: 'x' })).rejects.toMatchObject({
      statusCode: 409,
      code: 'AppendPositionErr',
    })
  })

  it('restores an archived object', async () => {
    const object = { Bucket, Region, Key: 'archived' }
    await put('archived', 'x', { StorageClass: 'ARCHIVE' })
    await expect(cos.getObject(object)).rejects.toMatchObject({ code: 'InvalidObjectState' })
    const RestoreRequest = { Days: 1, CASJobParameters: { Tier: 'Expedited' } } as const
    expect((await cos.restoreObject({ ...object, RestoreRequest })).statusCode).toBe(202)
    await expect(cos.restoreObject({ ...object, RestoreRequest })).rejects.toMatchObject({
      code: 'RestoreAlreadyInProgress',
    })
  })

  it('aborts all uploads of a key', async () => {
    const object = { Bucket, Region, Key: 'abandoned' }
    for (let count = 0; count < 3; count++) await cos.multipartInit(object)
    await cos.abortUploadTask({ ...object, Level: 'file' })
    expect(await uploadsOf('abandoned')).toEqual([])
  })
})
