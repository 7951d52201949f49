import { randomBytes } from 'node:crypto'
import { createEmulator } from '@cos-presign/emulator'
import { CosClient } from 'cos-presign'
import { expect, it } from 'vitest'
import { crc64Of } from '../../src/client/crc64.ts'
import { BUCKET, CREDENTIAL } from '../fixture.ts'

it('crc64Of gives the check value of the catalogue, and that of no bytes', async () => {
  // CRC-64/XZ: 0x995DC9BBDF1939FA.
  expect(await crc64Of(new Blob(['123456789']))).toBe('11051210869376104954')
  expect(await crc64Of(new Blob([]))).toBe('0')
})

it('crc64Of gives what the emulator tells of an object, over several chunks', async () => {
  const emulator = createEmulator({ credentials: [CREDENTIAL], buckets: [BUCKET], defaultBucket: BUCKET })
  const { port } = await emulator.listen()
  const { secretId, secretKey } = CREDENTIAL
  const client = new CosClient({
    Domain: `127.0.0.1:${port}`,
    Scheme: 'http',
    SecretId: secretId,
    SecretKey: secretKey,
  })
  const body = randomBytes(2.5 * 1024 ** 2)
  const url = client.getPresignedUrl({ Method: 'PUT', Bucket: BUCKET, Key: 'a' })
  const answer = await fetch(url, { method: 'PUT', body })
  expect(await crc64Of(new Blob([body]))).toBe(answer.headers.get('x-cos-hash-crc64ecma'))
  await emulator.close()
})
