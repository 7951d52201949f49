// A backend hands out two URLs, a client uses them with fetch: no key leaves the backend.

import { createEmulator } from '@cos-presign/emulator'
import { CosClient } from 'cos-presign'

const Bucket = 'examplebucket-1250000000'
const key = { secretId: 'AKIDexample00000001', secretKey: 'example-secret-key' }
const emulator = createEmulator({ credentials: [key], buckets: [Bucket], defaultBucket: Bucket })
const { url: address } = await emulator.listen()

// Against the real COS: { Region: 'ap-guangzhou', SecretId, SecretKey }.
const client = new CosClient({
  Domain: address.replace('http://', ''),
  Scheme: 'http',
  SecretId: key.secretId,
  SecretKey: key.secretKey,
})

const upload = client.presign({
  Method: 'PUT',
  Bucket,
  Key: 'notes/hello.txt',
  Headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  Expired: 600,
})
const stored = await fetch(upload.url, {
  method: upload.method,
  headers: upload.headers,
  body: 'Hello, COS!',
})
console.log('upload:', stored.status, 'ETag', stored.headers.get('etag'))

const download = client.getPresignedDownloadUrl({ Bucket, Key: 'notes/hello.txt' })
const back = await fetch(download)
console.log('download:', back.status, await back.text())

// Another type than the signed one is refused.
const refused = await fetch(upload.url, {
  method: 'PUT',
  headers: { 'Content-Type': 'text/html' },
  body: '<script>',
})
console.log('another type:', refused.status, /<Code>(\w+)/.exec(await refused.text())?.[1])

await emulator.close()
