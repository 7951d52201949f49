// The least that a file server on node:http can do, to be measured beside: GET streams a file, PUT writes a temporary one, flushes
// it and renames it. No checks, no hashes, no metadata. Usage: node bare-file-server.mjs <directory>; says its port on stdout.

import { open, rename } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

const [, , directory] = process.argv
let count = 0

const server = createServer((request, response) => {
  const path = join(directory, encodeURIComponent(request.url.slice(1)))
  const answer = request.method === 'PUT' ? put(path, request, response) : get(path, response)
  answer.catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))

async function get(path, response) {
  const handle = await open(path)
  const { size } = await handle.stat()
  response.writeHead(200, { 'Content-Length': size })
  await pipeline(handle.createReadStream(), response)
}

async function put(path, request, response) {
  const temporary = `${path}.${count++}`
  const handle = await open(temporary, 'w')
  await pipeline(request, handle.createWriteStream({ flush: true }))
  await rename(temporary, path)
  response.writeHead(200, { 'Content-Length': 0 })
  response.end()
}
