// A server of your own that accepts only requests signed as for COS, and says why it does not.

import { createServer } from 'node:http'
import { CosClient, verifyRequest } from 'cos-presign'

const keys = new Map([['AKIDexample00000001', { secretKey: 'example-secret-key' }]])

const server = createServer((request, response) => {
  const { method, url: target, rawHeaders } = request
  // Name-value pairs as they came, so that a header sent twice is seen twice.
  const headers = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1]]] : []))
  const answer = verifyRequest({ method, target, headers }, (secretId) => keys.get(secretId))
  response.writeHead(answer.ok ? 200 : 403)
  response.end(answer.ok ? `${answer.secretId} may read ${answer.path}` : `${answer.code}: ${answer.message}`)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))

const client = new CosClient({
  Domain: `127.0.0.1:${server.address().port}`,
  Scheme: 'http',
  SecretId: 'AKIDexample00000001',
  SecretKey: 'example-secret-key',
})
const url = client.getPresignedDownloadUrl({ Bucket: 'examplebucket-1250000000', Key: 'a b/ü.txt' })
console.log('signed:', await (await fetch(url)).text())
console.log('changed:', await (await fetch(url.replace('%C3%BC', 'u'))).text())
console.log('unsigned:', await (await fetch(url.split('?')[0])).text())
server.close()
