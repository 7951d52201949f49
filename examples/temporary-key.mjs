// A temporary key: each URL carries its token, signed, and ends when the key does.

import { createEmulator } from '@cos-presign/emulator'
import { CosClient, createCredential } from 'cos-presign'

const Bucket = 'examplebucket-1250000000'
// What the STS call GetFederationToken returns, here registered with the emulator.
const key = createCredential({
  secretId: 'AKIDtemporary000001',
  secretKey: 'example-secret-key',
  securityToken: 'example-token',
  expiresAt: Math.floor(Date.now() / 1000) + 1800,
})
console.log('a credential prints as', `${key}`)

const emulator = createEmulator({ credentials: [key], buckets: [Bucket], defaultBucket: Bucket })
const { url: address } = await emulator.listen()
const client = new CosClient({
  Domain: address.replace('http://', ''),
  Scheme: 'http',
  SecretId: key.secretId,
  SecretKey: key.secretKey,
  Token: key.securityToken,
  TokenExpiresAt: key.expiresAt,
})

const { url, expiresAt } = client.presign({ Method: 'PUT', Bucket, Key: 'o', Expired: 7200 })
console.log('asked for 7200 s, ends with the key:', expiresAt === key.expiresAt)
console.log('with its token:', (await fetch(url, { method: 'PUT', body: 'x' })).status)
console.log(
  'without it:',
  (await fetch(url.replace(/&x-cos-security-token=.*/, ''), { method: 'PUT', body: 'x' })).status,
)

emulator.clock.advance(3600)
const late = await fetch(url, { method: 'PUT', body: 'x' })
console.log('an hour later:', late.status, /<Code>(\w+)/.exec(await late.text())?.[1])

await emulator.close()
