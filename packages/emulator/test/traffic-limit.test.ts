import { mkdtemp, rm } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { presignUrl } from 'cos-presign'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.ts'
import { BUCKET, createSender, KEY, outcomeOf, type Sent } from './sending.ts'

const NAME = 'x-cos-traffic-limit'
/** 100 KiB a second, the slowest there is. */
const SLOWEST = '819200'
const BYTES = Buffer.alloc(51_200, 'slow')
/** What half a second's bytes may take, the clock's roughness taken off. */
const LEAST_MS = 480

let emulator: Emulator
let send: ReturnType<typeof createSender>

beforeAll(async () => {
  emulator = createEmulator({ credentials: [KEY], buckets: [BUCKET] })
  send = createSender(emulator)
  await send({ method: 'PUT', body: BYTES })
})
afterAll(() => emulator.close())

const timed = async (sent: Sent) => {
  const startedAt = performance.now()
  const answer = await send(sent)
  return { answer, ms: performance.now() - startedAt }
}

describe('x-cos-traffic-limit', () => {
  it.each<[string, Sent]>([
    ['header of an upload', { method: 'PUT', path: '/u', body: BYTES, headers: { [NAME]: SLOWEST } }],
    ['parameter of an upload', { method: 'PUT', path: '/u', body: BYTES, params: { [NAME]: SLOWEST } }],
    ['header of a download', { headers: { [NAME]: SLOWEST } }],
    ['parameter of a download', { params: { [NAME]: SLOWEST } }],
  ])('as a %s makes it slow, and leaves the bytes as they are', async (_, sent) => {
    const { answer, ms } = await timed(sent)
    expect(answer.statusCode).toBe(200)
    expect(ms).toBeGreaterThan(LEAST_MS)
    expect(ms).toBeLessThan(LEAST_MS * 10)
    const stored = sent.method === 'PUT' ? await send({ path: '/u' }) : answer
    expect(stored.body.equals(BYTES)).toBe(true)
  })

  it.each(['1', '819199', '838860801', '1e6', '-819200', '0x100000', 'fast', '819200.5'])(
    'of %s is refused',
    async (limit) => {
      expect(outcomeOf(await send({ headers: { [NAME]: limit } }))).toEqual([400, 'InvalidArgument'])
      const put = await send({ method: 'PUT', path: '/refused', body: 'x', params: { [NAME]: limit } })
      expect(outcomeOf(put)).toEqual([400, 'InvalidArgument'])
      expect((await send({ path: '/refused' })).statusCode).toBe(404)
    },
  )

  it('of the fastest is no brake for a small object', async () => {
    const { answer, ms } = await timed({ headers: { [NAME]: '838860800' } })
    expect(answer.body.equals(BYTES)).toBe(true)
    expect(ms).toBeLessThan(LEAST_MS)
  })

  it('on a range and on HEAD is taken as well', async () => {
    const range = await send({ headers: { [NAME]: SLOWEST, range: 'bytes=0-3' } })
    expect([range.statusCode, range.body.toString()]).toEqual([206, 'slow'])
    expect((await send({ method: 'HEAD', headers: { [NAME]: SLOWEST } })).statusCode).toBe(200)
  })
})

describe('a slow download from a disk', () => {
  it('ends when its client goes, and lets the file go', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'cos-presign-limit-'))
    const onDisk = createEmulator({ credentials: [KEY], buckets: [BUCKET], defaultBucket: BUCKET, dataDir })
    const { port } = await onDisk.listen()
    await createSender(onDisk)({ method: 'PUT', body: Buffer.alloc(10_000_000) })
    const url = presignUrl(
      { method: 'GET', scheme: 'http', host: `127.0.0.1:${port}`, path: '/o', params: { [NAME]: SLOWEST } },
      KEY,
    )
    await new Promise<void>((resolve, reject) => {
      const request = get(url, (response) =>
        response.once('data', () => request.destroy()).once('close', resolve),
      )
      request.once('error', reject)
    })
    const startedAt = performance.now()
    await onDisk.close()
    expect(performance.now() - startedAt).toBeLessThan(1500)
    await rm(dataDir, { recursive: true })
  })
})
