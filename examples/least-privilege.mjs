// A key for one user's pictures and nothing else: a policy from what the key is to be good for, a key from STS, and why it is refused.

import { createEmulator } from '@cos-presign/emulator'
import {
  byFolder,
  createCachedProvider,
  createPolicy,
  createStsClient,
  explainPolicy,
} from '@cos-presign/sts'
import { CosClient } from 'cos-presign'

const Bucket = 'examplebucket-1250000000'
const owner = { secretId: 'AKIDexample00000001', secretKey: 'example-secret-key' }
const emulator = createEmulator({ credentials: [owner], buckets: [Bucket], defaultBucket: Bucket })
const { url: address } = await emulator.listen()
const host = address.replace('http://', '')

// What may be uploaded, said once. Whatever a key cannot enforce would be in `grants[0].notEnforced`.
const constraints = { contentType: 'image/*', maxSizeBytes: 1_000_000 }
const policyFor = (keyPrefix) =>
  createPolicy({
    bucket: Bucket,
    region: 'ap-guangzhou',
    grants: [{ operations: ['upload'], keyPrefix, constraints }],
  })
console.log('enforced:', policyFor('users/42/').grants[0].enforced.join(', '))

// One key for all files of a folder, renewed in time. The real STS needs neither endpoint nor scheme.
const sts = createStsClient({ credential: owner, endpoint: host, scheme: 'http' })
const provider = createCachedProvider(
  async ({ key }) => (await sts.getFederationToken({ policy: policyFor(key).policy })).credential,
  { scopeOf: byFolder },
)

async function upload(Key, type) {
  const { secretId, secretKey, securityToken, expiresAt } = await provider({ key: 'users/42/a.png' })
  const client = new CosClient({
    Domain: host,
    Scheme: 'http',
    SecretId: secretId,
    SecretKey: secretKey,
    Token: securityToken,
    TokenExpiresAt: expiresAt,
  })
  const Headers = { 'Content-Type': type }
  const { url, headers } = client.presign({ Method: 'PUT', Bucket, Key, Headers })
  return (await fetch(url, { method: 'PUT', headers, body: 'a picture' })).status
}
console.log('a picture of this user:', await upload('users/42/a.png', 'image/png'))
console.log('a page:', await upload('users/42/a.html', 'text/html'))
console.log('a picture of another user:', await upload('users/43/a.png', 'image/png'))

const { message } = explainPolicy(policyFor('users/42/').policy, {
  action: 'PutObject',
  resource: { region: 'ap-guangzhou', bucket: Bucket, key: 'users/42/a.html' },
  headers: { 'content-type': 'text/html', 'content-length': '9' },
})
console.log(message)

await emulator.close()
