import { presignUrl } from 'cos-presign'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../src/index.ts'
import { BUCKET, createSender, elementsOf, KEY, outcomeOf, type Sent } from './sending.ts'

const OTHER = 'otherbucket-1250000000'
const temporary = {
  secretId: 'AKIDtemporary00001',
  secretKey: 'test-secret-temporary',
  securityToken: 'test-token',
}
let emulator: Emulator
let send: ReturnType<typeof createSender>

beforeAll(() => {
  emulator = createEmulator({ credentials: [KEY, temporary], buckets: [BUCKET, OTHER] })
  send = createSender(emulator)
})
afterAll(() => emulator.close())
beforeEach(() => emulator.updateBucket(BUCKET, { strictSignature: true }))

const PUT: Sent = { method: 'PUT', body: 'x' }
const LENGTH = { 'content-length': '1' }

describe('a bucket in strict signature mode', () => {
  it.each([
    ['content-type', 'text/plain'],
    ['content-md5', 'nUrEPTO/Zz9i+nS4U0lmTg=='],
    ['cache-control', 'no-store'],
    ['content-disposition', 'inline'],
    ['content-encoding', 'identity'],
    ['expires', 'Thu, 01 Jan 2032 00:00:00 GMT'],
    ['range', 'bytes=0-1'],
    ['origin', 'https://a.example'],
    ['if-match', '*'],
    ['if-none-match', '"a"'],
    ['if-modified-since', 'Thu, 01 Jan 2032 00:00:00 GMT'],
    ['if-unmodified-since', 'Thu, 01 Jan 2032 00:00:00 GMT'],
    ['x-cos-meta-a', 'b'],
    ['x-cos-storage-class', 'STANDARD'],
    ['x-ci-anything', '1'],
  ])('refuses a request whose %s is not signed, and names it; signed, it passes', async (name, value) => {
    const refused = await send({ ...PUT, headers: LENGTH, unsignedHeaders: { [name]: value } })
    expect(outcomeOf(refused)).toEqual([403, 'AccessDenied'])
    expect(elementsOf(refused).Message).toContain(` ${name} `)
    const passed = await send({ ...PUT, headers: { ...LENGTH, [name]: value } })
    expect(elementsOf(passed).Code ?? 'passed').not.toBe('AccessDenied')
  })

  it('refuses an unsigned host and an unsigned length', async () => {
    await send({ method: 'DELETE' })
    expect(elementsOf(await send(PUT)).Message).toContain(' content-length ')
    const host = `${BUCKET}.localhost`
    for (const signHost of [true, false]) {
      const request = { method: 'GET', scheme: 'http', host, path: '/o' } as const
      const target = presignUrl(request, KEY, { signHost })
      const answer = await emulator.inject({ method: 'GET', target })
      expect(elementsOf(answer).Code).toBe(signHost ? 'NoSuchKey' : 'AccessDenied')
      expect(elementsOf(answer).Message?.includes(' host ')).toBe(!signHost)
    }
  })

  it('does not mind headers of other kinds, nor a token that was added after signing', async () => {
    const unsignedHeaders = {
      'cache-control': '',
      'user-agent': 'test',
      accept: '*/*',
      date: new Date().toUTCString(),
    }
    expect((await send({ ...PUT, headers: LENGTH, unsignedHeaders })).statusCode).toBe(200)
    const withToken = { credential: temporary, unsignedHeaders: { 'x-cos-security-token': 'test-token' } }
    expect((await send(withToken)).statusCode).toBe(200)
  })

  it('is alone: other buckets take what is not signed', async () => {
    const host = `${OTHER}.localhost`
    expect((await send({ ...PUT, host, unsignedHeaders: { 'x-cos-meta-a': 'b' } })).statusCode).toBe(200)
  })

  it('leaves it again', async () => {
    expect(outcomeOf(await send(PUT))).toEqual([403, 'AccessDenied'])
    await emulator.updateBucket(BUCKET, { strictSignature: false })
    expect((await send(PUT)).statusCode).toBe(200)
  })

  it('says that the signature is wrong first', async () => {
    const credential = { secretId: KEY.secretId, secretKey: 'wrong' }
    expect(outcomeOf(await send({ ...PUT, credential }))).toEqual([403, 'SignatureDoesNotMatch'])
  })
})

describe('the option strictSignature', () => {
  it('is for all buckets, except those that say otherwise', async () => {
    const strict = createEmulator({ credentials: [KEY], buckets: [BUCKET, OTHER], strictSignature: true })
    const ask = createSender(strict)
    expect(outcomeOf(await ask(PUT))).toEqual([403, 'AccessDenied'])
    await strict.updateBucket(OTHER, { strictSignature: false })
    expect((await ask({ ...PUT, host: `${OTHER}.localhost` })).statusCode).toBe(200)
    await strict.updateBucket(OTHER, { strictSignature: undefined })
    expect(outcomeOf(await ask({ ...PUT, host: `${OTHER}.localhost` }))).toEqual([403, 'AccessDenied'])
    await strict.close()
  })
})

describe('updateBucket', () => {
  it('says whether there is such a bucket, and refuses what is no setting', async () => {
    expect(await emulator.updateBucket('missing-1250000000', {})).toBe(false)
    expect(await emulator.updateBucket(BUCKET, {})).toBe(true)
    await expect(emulator.updateBucket('x', {})).rejects.toThrow('"name"')
    await expect(emulator.updateBucket(BUCKET, { strict: true } as object)).rejects.toThrow('"strict"')
    await expect(emulator.updateBucket(BUCKET, { strictSignature: 1 } as object)).rejects.toThrow(TypeError)
  })
})
