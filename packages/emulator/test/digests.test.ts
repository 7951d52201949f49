import { createHash } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { createEmulator } from '../src/index.ts'
import { BUCKET, createSender, KEY, outcomeOf } from './sending.ts'

const emulator = createEmulator({ credentials: [KEY], buckets: [BUCKET] })
const send = createSender(emulator)
afterAll(() => emulator.close())

// The first two are from the documentation (436/7749, 436/7778), the third from the vendor's C++ SDK; MD5 of the rest by node:crypto.
const PUBLISHED = [
  [
    '[Object Content]',
    'ee8de918d05640145b18f70f4c3aa602',
    '7o3pGNBWQBRbGPcPTDqmAg==',
    '16749565679157681890',
  ],
  ['ObjectContent', md5Of('ObjectContent', 'hex'), 'mQ/fVh815F3k6TAUm8m0eg==', '2900061071848923409'],
  ['0123456789', md5Of('0123456789', 'hex'), md5Of('0123456789', 'base64'), '2838902930144391966'],
  ['', 'd41d8cd98f00b204e9800998ecf8427e', '1B2M2Y8AsgTpgAmY7PhCfg==', '0'],
] as const

describe('the digests of an object', () => {
  it.each(PUBLISHED)('%j are the published ones, in every answer', async (body, etag, contentMd5, crc64) => {
    const digests = { etag: `"${etag}"`, 'x-cos-hash-crc64ecma': crc64 }
    const stored = await send({ method: 'PUT', body, headers: { 'content-md5': contentMd5 } })
    expect(stored).toMatchObject({ statusCode: 200, headers: digests })
    expect(await send({ method: 'HEAD' })).toMatchObject({ statusCode: 200, headers: digests })
    expect((await send()).headers).toMatchObject(digests)
    // They are of the whole object, whatever part of it is sent.
    if (body !== '') {
      const part = await send({ headers: { range: 'bytes=0-0' } })
      expect(part).toMatchObject({ statusCode: 206, headers: digests })
    }
  })

  it.each([
    ['content-md5', md5Of('other', 'base64'), 'BadDigest'],
    ['content-md5', md5Of('body', 'hex'), 'InvalidDigest'],
    ['content-md5', '', 'InvalidDigest'],
    ['x-cos-content-sha1', createHash('sha1').update('other').digest('hex'), 'InvalidSHA1Digest'],
    ['x-cos-content-sha1', 'none', 'InvalidSHA1Digest'],
  ])('must be those that the upload announces: %s %s', async (name, value, code) => {
    const answer = await send({ method: 'PUT', path: '/wrong', body: 'body', headers: { [name]: value } })
    expect(outcomeOf(answer)).toEqual([400, code])
    expect((await send({ method: 'HEAD', path: '/wrong' })).statusCode).toBe(404)
  })
})

function md5Of(text: string, encoding: 'hex' | 'base64'): string {
  return createHash('md5').update(text).digest(encoding)
}
