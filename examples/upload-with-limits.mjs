// One declaration of what may be uploaded: a form for browsers, and presigned PUTs for what a sender announces.

import { createEmulator } from '@cos-presign/emulator'
import { CosClient, getPresignedPost, presignUpload } from 'cos-presign'

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
const avatar = { keyPrefix: 'users/42/', contentType: 'image/*', maxSizeBytes: 10 }

const form = getPresignedPost(client, { Bucket }, avatar)
console.log(`enforced: ${form.enforced.join(', ')}`)
console.log(`a picture: ${await post('image/png', 'picture')}`)
console.log(`a page: ${await post('text/html', 'page')}`)
console.log(`too much: ${await post('image/png', 'too many bytes')}`)

// A presigned PUT has one type and one size, so the sender says them first.
const announced = { 'Content-Type': 'image/png', 'Content-Length': 7 }
const upload = presignUpload(client, { Bucket, Key: 'users/42/a.png', Headers: announced }, avatar)
console.log(`an announced size: enforced ${upload.enforced.join(', ')}`)
const headers = { 'Content-Type': 'image/png' }
const other = await fetch(upload.url, { method: 'PUT', headers, body: 'another size' })
console.log(`another size: ${await outcome(other)}`)
try {
  const tooMuch = { ...announced, 'Content-Length': 11 }
  presignUpload(client, { Bucket, Key: 'users/42/a.png', Headers: tooMuch }, avatar)
} catch (error) {
  console.log(`announced too much: ${error.code}`)
}
await emulator.close()

async function post(type, text) {
  const data = new FormData()
  for (const [name, value] of Object.entries(form.fields)) data.append(name, value)
  data.append('Content-Type', type)
  data.append('file', new Blob([text]), 'photo.png')
  return await outcome(await fetch(form.url, { method: 'POST', body: data }))
}

async function outcome(response) {
  const code = /<Code>(.*?)<\/Code>/.exec(await response.text())?.[1]
  return code === undefined ? `${response.status}` : `${response.status} ${code}`
}
