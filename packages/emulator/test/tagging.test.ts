import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type InjectResponse } from '../src/index.ts'
import { BUCKET, createSender, elementsOf, KEY, md5Of, outcomeOf } from './sending.ts'

let emulator: Emulator
let send: ReturnType<typeof createSender>

beforeAll(() => {
  emulator = createEmulator({ credentials: [KEY], buckets: [BUCKET] })
  send = createSender(emulator)
})
afterAll(() => emulator.close())
beforeEach(() => send({ method: 'PUT', body: 'text' }))

type Tags = readonly (readonly [key: string, value: string])[]

function toTagging(tags: Tags): string {
  const items = tags.map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`)
  return `<Tagging><TagSet>${items.join('')}</TagSet></Tagging>`
}

const put = (body: string, path = '/o'): Promise<InjectResponse> =>
  send({ method: 'PUT', path, params: { tagging: '' }, body, headers: { 'content-md5': md5Of(body) } })
const get = (path = '/o'): Promise<InjectResponse> => send({ path, params: { tagging: '' } })
const countOf = async (): Promise<string | undefined> =>
  (await send({ method: 'HEAD' })).headers['x-cos-tagging-count']

describe('tags of an object', () => {
  it('are put, counted, given back, replaced and deleted', async () => {
    expect(outcomeOf(await get())).toEqual([404, 'NoSuchTagSet'])
    expect(await countOf()).toBeUndefined()
    const tags = toTagging([
      ['age', '18'],
      ['名', 'a b+c-d=e.f_g:h/i@j'],
    ])
    expect((await put(tags)).statusCode).toBe(200)
    expect((await get()).body.toString()).toContain(tags)
    expect(await countOf()).toBe('2')
    await put(toTagging([['one', '']]))
    expect(await countOf()).toBe('1')
    expect((await send()).body.toString()).toBe('text')
    const remove = () => send({ method: 'DELETE', params: { tagging: '' } })
    expect((await remove()).statusCode).toBe(204)
    expect((await remove()).statusCode).toBe(204)
    expect(outcomeOf(await get())).toEqual([404, 'NoSuchTagSet'])
  })

  it('come with an upload, URL-encoded', async () => {
    await send({ method: 'PUT', body: 'x', headers: { 'x-cos-tagging': 'a%20b=c%2Bd&e=f+g&h' } })
    expect((await get()).body.toString()).toContain(
      toTagging([
        ['a b', 'c+d'],
        ['e', 'f g'],
        ['h', ''],
      ]),
    )
    await send({ method: 'PUT', body: 'x' })
    expect(outcomeOf(await get())).toEqual([404, 'NoSuchTagSet'])
  })

  it.each([
    ['eleven', Array.from({ length: 11 }, (_, index) => [`k${index}`, ''] as const)],
    [
      'two of one key',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    ['one without a key', [['', '1']]],
    ['one with a long key', [['k'.repeat(129), '1']]],
    ['one with a long value', [['k', 'v'.repeat(257)]]],
    ['one with another character', [['k', '*']]],
  ] as [string, Tags][])(
    'are refused when there are %s, in the body and in the header',
    async (_what, tags) => {
      expect(outcomeOf(await put(toTagging(tags)))).toEqual([400, 'InvalidTag'])
      const header = tags.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')
      const refused = await send({ method: 'PUT', body: 'new', headers: { 'x-cos-tagging': header } })
      expect(outcomeOf(refused)).toEqual([400, 'InvalidTag'])
      expect((await send()).body.toString()).toBe('text')
    },
  )

  it('may be as many and as long as COS allows', async () => {
    const tags = Array.from(
      { length: 10 },
      (_, index) => [`${index}`.padEnd(128, '値'), 'é'.repeat(256)] as const,
    )
    expect((await put(toTagging(tags))).statusCode).toBe(200)
    expect(await countOf()).toBe('10')
  })

  it('are refused in a broken header or document', async () => {
    const refused = await send({ method: 'PUT', body: 'x', headers: { 'x-cos-tagging': 'a=%zz' } })
    expect(outcomeOf(refused)).toEqual([400, 'InvalidTag'])
    for (const body of ['<Tagging/>', '<Tagging><TagSet><Tag/></TagSet></Tagging>', '<Tag/>', 'x'])
      expect(outcomeOf(await put(body))).toEqual([400, 'MalformedXML'])
  })

  it('need an object', async () => {
    expect(outcomeOf(await get('/none'))).toEqual([404, 'NoSuchKey'])
    expect(outcomeOf(await put(toTagging([['a', 'b']]), '/none'))).toEqual([404, 'NoSuchKey'])
    const removed = await send({ method: 'DELETE', path: '/none', params: { tagging: '' } })
    expect(outcomeOf(removed)).toEqual([404, 'NoSuchKey'])
  })
})

describe('x-cos-forbid-overwrite', () => {
  const upload = (value: string, body = 'new') =>
    send({ method: 'PUT', body, headers: { 'x-cos-forbid-overwrite': value } })

  it('keeps what is there, and lets a new object be made', async () => {
    const refused = await upload('true')
    expect([outcomeOf(refused), elementsOf(refused).Resource]).toEqual([
      [409, 'FileAlreadyExists'],
      `${BUCKET}.cos.ap-guangzhou.myqcloud.com/o`,
    ])
    expect((await send()).body.toString()).toBe('text')
    await send({ method: 'DELETE' })
    expect((await upload('TRUE')).statusCode).toBe(200)
    expect((await upload('false', 'newer')).statusCode).toBe(200)
    expect(outcomeOf(await upload('yes'))).toEqual([400, 'InvalidArgument'])
  })

  it('lets exactly one of many uploads at once through', async () => {
    await send({ method: 'DELETE' })
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => upload('true', `${index}`)))
    const winners = answers.flatMap(({ statusCode }, index) => (statusCode === 200 ? [`${index}`] : []))
    expect(winners).toHaveLength(1)
    expect((await send()).body.toString()).toBe(winners[0])
  })
})

describe('versionId', () => {
  it('names the one version that there is, and no other', async () => {
    for (const versionId of ['null', '']) {
      expect((await send({ params: { versionId } })).statusCode).toBe(200)
      expect(
        (await send({ method: 'DELETE', path: '/none', params: { VersionId: versionId } })).statusCode,
      ).toBe(204)
    }
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const refused = await send({ method, params: { versionId: 'MTg0NDUw' }, body: '' })
      expect(outcomeOf(refused)).toEqual([501, 'NotImplemented'])
    }
    expect((await send()).body.toString()).toBe('text')
  })
})
