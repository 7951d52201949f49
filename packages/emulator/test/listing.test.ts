import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type InjectResponse } from '../src/index.ts'
import { childrenOf, parseXml, textOf, type XmlElement } from '../src/parse-xml.ts'
import { BUCKET, createSender, elementsOf, KEY, outcomeOf } from './sending.ts'

const KEYS = ['a b+c&<>"\'.txt', 'dir/1', 'dir/2', 'dir/sub/3', 'dir2/4', 'é', '\u0001']

let emulator: Emulator
let send: ReturnType<typeof createSender>

beforeAll(async () => {
  emulator = createEmulator({ credentials: [KEY], buckets: [BUCKET], now: () => 1_600_000_000_123 })
  send = createSender(emulator)
  for (const key of KEYS) await send({ method: 'PUT', path: `/${key}`, body: key })
  for (const key of KEYS) await send({ method: 'POST', path: `/${key}`, params: { uploads: '' } })
})
afterAll(() => emulator.close())

const list = (params: Record<string, string> = {}): Promise<InjectResponse> => send({ path: '/', params })
const rootOf = ({ body }: InjectResponse): XmlElement => {
  const root = parseXml(body)
  if (root === undefined) throw new Error(`No XML: ${body.toString()}`)
  return root
}
const namesOf = (answer: InjectResponse, element: string, name: string): (string | undefined)[] =>
  childrenOf(rootOf(answer), element).map((child) => textOf(child, name))

describe('GET Bucket', () => {
  it('lists all objects in the order of their bytes, as COS writes them', async () => {
    const answer = await list()
    expect(answer.headers['content-type']).toBe('application/xml')
    const root = rootOf(answer)
    expect(root.name).toBe('ListBucketResult')
    expect(root.children.slice(0, 5).map(({ name, text }) => [name, text])).toEqual([
      ['Name', BUCKET],
      ['Prefix', ''],
      ['Marker', ''],
      ['MaxKeys', '1000'],
      ['IsTruncated', 'false'],
    ])
    const contents = childrenOf(root, 'Contents')
    expect(contents.map((object) => textOf(object, 'Key'))).toEqual(['%01', ...KEYS.slice(0, -1)])
    expect(contents[2]?.children.map(({ name, text }) => [name, text])).toEqual([
      ['Key', 'dir/1'],
      ['LastModified', '2020-09-13T12:26:40.123Z'],
      ['ETag', `"${createHash('md5').update('dir/1').digest('hex')}"`],
      ['Size', '5'],
      ['Owner', ''],
      ['StorageClass', 'STANDARD'],
    ])
    const owner = contents[2]?.children.find(({ name }) => name === 'Owner')
    expect(owner && [textOf(owner, 'ID'), textOf(owner, 'DisplayName')]).toEqual(['1250000000', '1250000000'])
    expect(root.children.map(({ name }) => name)).not.toContain('EncodingType')
  })

  it('rolls up by a delimiter, behind a prefix', async () => {
    const all = await list({ delimiter: '/' })
    expect(namesOf(all, 'CommonPrefixes', 'Prefix')).toEqual(['dir/', 'dir2/'])
    const inside = await list({ delimiter: '/', prefix: 'dir/' })
    expect(namesOf(inside, 'CommonPrefixes', 'Prefix')).toEqual(['dir/sub/'])
    expect(namesOf(inside, 'Contents', 'Key')).toEqual(['dir/1', 'dir/2'])
    expect(elementsOf(inside)).toMatchObject({ Delimiter: '/' })
  })

  it('goes on at NextMarker, which is there only when there is more', async () => {
    const seen: unknown[] = []
    for (let marker: string | undefined = ''; marker !== undefined; ) {
      const page: InjectResponse = await list({
        delimiter: '/',
        'max-keys': '1',
        'encoding-type': 'url',
        marker,
      })
      seen.push(...namesOf(page, 'Contents', 'Key'), ...namesOf(page, 'CommonPrefixes', 'Prefix'))
      const next = textOf(rootOf(page), 'NextMarker')
      expect(textOf(rootOf(page), 'IsTruncated')).toBe(String(next !== undefined))
      marker = next && decodeURIComponent(next)
    }
    expect(seen).toEqual(['%01', 'a%20b%2Bc%26%3C%3E%22%27.txt', 'dir/', 'dir2/', '%C3%A9'])
  })

  it('encodes on demand what XML could not hold, with the slash as it is and a space as %20', async () => {
    const page = await list({
      'encoding-type': 'url',
      delimiter: '/',
      'max-keys': '2',
      marker: '\u0001',
      prefix: '',
    })
    expect(elementsOf(page)).toMatchObject({
      EncodingType: 'url',
      Marker: '%01',
      Delimiter: '/',
      NextMarker: 'dir/',
    })
    expect(namesOf(page, 'Contents', 'Key')).toEqual(['a%20b%2Bc%26%3C%3E%22%27.txt'])
    const accent = await list({ 'encoding-type': 'url', prefix: 'é' })
    expect(namesOf(accent, 'Contents', 'Key')).toEqual(['%C3%A9'])
    expect(elementsOf(accent)).toMatchObject({ Prefix: '%C3%A9' })
  })

  it('takes the empty parameters that the Python SDK sends for absent ones', async () => {
    const params = { prefix: '', delimiter: '', marker: '', 'max-keys': '', 'encoding-type': '' }
    expect(namesOf(await list(params), 'Contents', 'Key')).toHaveLength(KEYS.length)
  })

  it('has at most 1,000 entries, or none when that is asked for', async () => {
    expect(elementsOf(await list({ 'max-keys': '5000' })).MaxKeys).toBe('1000')
    const none = await list({ 'max-keys': '0' })
    expect(elementsOf(none)).toMatchObject({ MaxKeys: '0', IsTruncated: 'false' })
    expect(namesOf(none, 'Contents', 'Key')).toEqual([])
  })

  it.each([
    ['max-keys', '-1'],
    ['max-keys', 'x'],
    ['max-keys', '1e3'],
    ['encoding-type', 'base64'],
  ])('refuses %s=%s', async (name, value) => {
    expect(outcomeOf(await list({ [name]: value }))).toEqual([400, 'InvalidArgument'])
  })

  it('needs a bucket', async () => {
    const answer = await send({ path: '/', host: 'nosuch-1250000000.cos.ap-guangzhou.myqcloud.com' })
    expect(outcomeOf(answer)).toEqual([404, 'NoSuchBucket'])
  })
})

describe('List Multipart Uploads', () => {
  it('lists what is under way, as COS writes it', async () => {
    const root = rootOf(await list({ uploads: '', prefix: 'dir/', 'max-uploads': '1' }))
    expect(root.name).toBe('ListMultipartUploadsResult')
    const [upload] = childrenOf(root, 'Upload')
    const uploadId = upload && textOf(upload, 'UploadId')
    expect(uploadId).toMatch(/^1600000000[0-9a-f]{60}$/)
    expect(root.children.slice(0, 8).map(({ name, text }) => [name, text])).toEqual([
      ['Bucket', BUCKET],
      ['KeyMarker', ''],
      ['UploadIdMarker', ''],
      ['NextKeyMarker', 'dir/1'],
      ['NextUploadIdMarker', uploadId],
      ['MaxUploads', '1'],
      ['IsTruncated', 'true'],
      ['Prefix', 'dir/'],
    ])
    expect(upload?.children.map(({ name }) => name)).toEqual([
      'Key',
      'UploadId',
      'StorageClass',
      'Initiator',
      'Owner',
      'Initiated',
    ])
    expect(upload && textOf(upload, 'Initiated')).toBe('2020-09-13T12:26:40.123Z')
  })

  it('pages by key and id, and rolls up', async () => {
    const seen: unknown[] = []
    for (let params: Record<string, string> | undefined = {}; params !== undefined; ) {
      const page: InjectResponse = await list({
        uploads: '',
        delimiter: '/',
        'max-uploads': '1',
        'encoding-type': 'url',
        ...params,
      })
      seen.push(...namesOf(page, 'Upload', 'Key'), ...namesOf(page, 'CommonPrefixes', 'Prefix'))
      const root = rootOf(page)
      const key = textOf(root, 'NextKeyMarker')
      params =
        key === undefined
          ? undefined
          : {
              'key-marker': decodeURIComponent(key),
              'upload-id-marker': textOf(root, 'NextUploadIdMarker') ?? '',
            }
    }
    expect(seen).toEqual(['%01', 'a%20b%2Bc%26%3C%3E%22%27.txt', 'dir/', 'dir2/', '%C3%A9'])
  })

  it('says in both spellings how it is encoded, as the official clients read it', async () => {
    const root = rootOf(await list({ uploads: '', 'encoding-type': 'url', delimiter: '/' }))
    expect([textOf(root, 'EncodingType'), textOf(root, 'Encoding-Type')]).toEqual(['url', 'url'])
    expect([textOf(root, 'Delimiter'), textOf(root, 'delimiter')]).toEqual(['/', '/'])
    const names = (element: string) => childrenOf(root, element).map((child) => textOf(child, 'Prefix'))
    expect(names('CommonPrefixs')).toEqual(names('CommonPrefixes'))
  })

  it('ignores an id without a key', async () => {
    const page = await list({ uploads: '', 'upload-id-marker': 'zzz' })
    expect(namesOf(page, 'Upload', 'Key')).toHaveLength(KEYS.length)
  })
})
