// An upload is refused, since fetch sends another Content-Type than was signed. What COS answers says so, if one asks.

import { createEmulator } from '@cos-presign/emulator'
import { CosClient } from 'cos-presign'
import { diagnose } from 'cos-presign/diagnose'

const key = { secretId: 'AKIDexample00000001', secretKey: 'example-secret-key' }
const bucket = 'examplebucket-1250000000'
const emulator = createEmulator({ credentials: [key], buckets: [bucket], defaultBucket: bucket })
const { port } = await emulator.listen()

const client = new CosClient({
  Domain: `127.0.0.1:${port}`,
  Scheme: 'http',
  SecretId: key.secretId,
  SecretKey: key.secretKey,
})
const { url } = client.presign({
  Method: 'PUT',
  Bucket: bucket,
  Key: 'photo.png',
  Headers: { 'Content-Type': 'image/png' },
})
const answer = await fetch(url, { method: 'PUT', body: 'a string, so fetch says text/plain' })
const xml = await answer.text()

for (const [evidence, options] of [
  ['the answer alone', undefined],
  ['with the key', { credential: key }],
]) {
  const [first] = diagnose([{ method: 'PUT', url }, xml], options).findings
  console.log(`${evidence}: ${first.code} (${first.certainty}): ${first.summary}`)
  if (first.corrected) console.log('send these headers:', JSON.stringify(first.corrected.headers))
}
await emulator.close()
