import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator, type InjectResponse } from '../src/index.ts'
import { BUCKET, createSender, KEY, md5Of, outcomeOf } from './sending.ts'

let emulator: Emulator
let send: ReturnType<typeof createSender>

beforeAll(() => {
  emulator = createEmulator({ credentials: [KEY], buckets: [BUCKET] })
  send = createSender(emulator)
})
afterAll(() => emulator.close())
beforeEach(() => send({ method: 'DELETE' }))

const append = (
  position: number | string,
  body: string,
  headers: Record<string, string> = {},
): Promise<InjectResponse> =>
  send({ method: 'POST', params: { append: '', position: String(position) }, body, headers })

describe('Append Object', () => {
  it('makes an object, goes on at its end, and says where that is', async () => {
    const first = await append(0, 'one ', { 'content-type': 'text/plain', 'x-cos-meta-a': 'b' })
    expect(first.headers).toMatchObject({
      etag: `"${createHash('md5').update('one ').digest('hex')}"`,
      'x-cos-next-append-position': '4',
    })
    const second = await append(4, 'two', { 'x-cos-meta-a': 'ignored' })
    expect(second.headers).toMatchObject({
      'x-cos-next-append-position': '7',
      // The MD5 of what was sent, as the vendor's Go SDK wants it.
      'x-cos-content-sha1': createHash('md5').update('two').digest('hex'),
    })
    const whole = await send()
    expect(whole.body.toString()).toBe('one two')
    expect(whole.headers).toMatchObject({
      'content-type': 'text/plain',
      'x-cos-meta-a': 'b',
      'x-cos-object-type': 'appendable',
      etag: second.headers.etag,
    })
    expect(second.headers.etag).toMatch(/^"[0-9a-f]{32}-2"$/)
    const plain = await send({ method: 'PUT', path: '/plain', body: 'one two' })
    expect(second.headers['x-cos-hash-crc64ecma']).toBe(plain.headers['x-cos-hash-crc64ecma'])
    const range = await send({ headers: { range: 'bytes=2-5' } })
    expect([range.statusCode, range.body.toString()]).toEqual([206, 'e tw'])
  })

  it.each([1, 3, 5, 100])(
    'at position %d of an object of 4 bytes is refused, and says the right one',
    async (position) => {
      await append(0, 'text')
      const refused = await append(position, 'x')
      expect(outcomeOf(refused)).toEqual([409, 'AppendPositionErr'])
      expect(refused.headers['x-cos-next-append-position']).toBe('4')
      expect((await send()).body.toString()).toBe('text')
    },
  )

  it('behind nothing is refused unless at 0', async () => {
    expect(outcomeOf(await append(4, 'x'))).toEqual([409, 'AppendPositionErr'])
    expect((await append(0, '')).statusCode).toBe(200)
    expect((await append(0, 'x')).statusCode).toBe(200)
  })

  it('to an object that was uploaded otherwise is refused, and such an upload ends appending', async () => {
    await send({ method: 'PUT', body: 'text' })
    expect(outcomeOf(await append(4, 'x'))).toEqual([409, 'ObjectNotAppendable'])
    await send({ method: 'DELETE' })
    await append(0, 'text')
    await send({ method: 'PUT', body: 'text' })
    expect((await send({ method: 'HEAD' })).headers['x-cos-object-type']).toBe('normal')
  })

  it('of many at one position lets exactly one through', async () => {
    await append(0, 'start')
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => append(5, `${index % 10}`)))
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, ...Array(19).fill(409)])
    expect((await send()).body.toString()).toMatch(/^start\d$/)
  })

  it('is checked like an upload, and leaves nothing of what it refused', async () => {
    await append(0, 'text')
    expect(outcomeOf(await append(4, 'x', { 'content-md5': md5Of('y') }))).toEqual([400, 'BadDigest'])
    for (const position of ['', '-1', 'x', '1e1']) {
      expect(outcomeOf(await append(position, 'x'))).toEqual([400, 'InvalidArgument'])
    }
    expect((await send()).body.toString()).toBe('text')
  })

  it('is not for intelligent tiering', async () => {
    const refused = await append(0, 'x', { 'x-cos-storage-class': 'INTELLIGENT_TIERING' })
    expect(outcomeOf(refused)).toEqual([400, 'NotSupportedStorageClass'])
  })
})
