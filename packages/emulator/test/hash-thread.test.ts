import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { createDistantHashes, type DistantHashes } from '../src/digests/hash-thread.ts'
import { createHashes } from '../src/digests/hashes.ts'
import { createEmulator } from '../src/index.ts'
import { BUCKET, createSender, KEY, md5Of, outcomeOf } from './sending.ts'

const open: DistantHashes[] = []
afterEach(() => {
  for (const hashes of open.splice(0)) hashes.abandon()
})

function openHashes(withSha1 = false): DistantHashes {
  const hashes = createDistantHashes(withSha1)
  if (hashes === undefined) throw new Error('One processor only, or too many bodies')
  open.push(hashes)
  return hashes
}

// With one processor there is no such thread.
describe.runIf(availableParallelism() > 1)('hashes of the thread', () => {
  it.each([0, 1, 262_143, 262_144, 262_145, 3_000_001])(
    'of %d bytes are those of this thread',
    async (size) => {
      const bytes = randomBytes(size)
      const near = createHashes(true)
      near.update(bytes)
      const distant = openHashes(true)
      for (let start = 0; start < size; start += 65_536)
        await distant.update(bytes.subarray(start, start + 65_536))
      expect(await distant.values()).toEqual(near.values())
    },
  )

  it('of many bodies at once are kept apart', async () => {
    const bodies = Array.from({ length: 4 }, () => randomBytes(1_500_000))
    const values = await Promise.all(
      bodies.map(async (bytes) => {
        const hashes = openHashes()
        await hashes.update(bytes)
        return await hashes.values()
      }),
    )
    const expected = bodies.map((bytes) => {
      const hashes = createHashes(false)
      hashes.update(bytes)
      return hashes.values()
    })
    expect(values).toEqual(expected)
  })

  it('are for few bodies at once, and the place of one that is abandoned is free again', () => {
    const taken = Array.from({ length: 4 }, () => openHashes())
    expect(createDistantHashes(false)).toBeUndefined()
    taken[0]?.abandon()
    taken[0]?.abandon()
    openHashes()
    expect(createDistantHashes(false)).toBeUndefined()
  })

  it('may be given one large chunk', async () => {
    const bytes = Buffer.alloc(10_000_000, 'abc')
    const [near, distant] = [createHashes(false), openHashes()]
    near.update(bytes)
    await distant.update(bytes)
    expect(await distant.values()).toEqual(near.values())
  })
})

describe('a large upload', () => {
  const emulator = createEmulator({ credentials: [KEY], buckets: [BUCKET] })
  const send = createSender(emulator)
  const body = randomBytes(2_000_000)

  it('is checked like a small one', async () => {
    const put = (headers: Record<string, string>) => send({ method: 'PUT', body, headers })
    expect(outcomeOf(await put({ 'content-md5': md5Of('x') }))).toEqual([400, 'BadDigest'])
    expect(outcomeOf(await put({ 'x-cos-content-sha1': '0'.repeat(40) }))).toEqual([400, 'InvalidSHA1Digest'])
    expect(outcomeOf(await put({ 'content-length': '2000001' }))).toEqual([400, 'IncompleteBody'])
    expect((await send()).statusCode).toBe(404)
    const stored = await put({ 'content-md5': md5Of(body) })
    expect(stored.headers.etag).toBe(`"${Buffer.from(md5Of(body), 'base64').toString('hex')}"`)
    await emulator.close()
  })
})
