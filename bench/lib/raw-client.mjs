// An HTTP client that costs next to nothing, so that what is measured is the server: a request is written as it is, and of an
// answer only status and Content-Length are read.

import { once } from 'node:events'
import { connect } from 'node:net'

/** A request as it goes on the wire. */
export function toRequest(method, url, length) {
  const { host, pathname, search } = new URL(url)
  const body = length === undefined ? '' : `Content-Length: ${length}\r\n`
  return Buffer.from(`${method} ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n${body}\r\n`)
}

/** One connection, one request at a time. */
export async function openConnection(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let head = ''
  let missing
  let waiting
  socket.on('data', (chunk) => {
    if (missing === undefined) {
      const end = chunk.indexOf('\r\n\r\n')
      head += chunk.latin1Slice(0, end < 0 ? chunk.length : end)
      if (end < 0) return
      missing = Number(/content-length: (\d+)/i.exec(head)?.[1]) - (chunk.length - end - 4)
    } else {
      missing -= chunk.length
    }
    if (missing === 0) finish()
  })
  socket.on('close', () => waiting?.reject(new Error(`The connection ended: ${head}`)))
  return { send, close: () => socket.destroy() }

  /** @param block - Sent so many times as the body. */
  async function send(request, block, times = 0) {
    const answered = new Promise((resolve, reject) => {
      waiting = { resolve, reject }
    })
    socket.write(request)
    for (let sent = 0; sent < times; sent++) if (!socket.write(block)) await once(socket, 'drain')
    return await answered
  }

  function finish() {
    const [, status] = / (\d+) /.exec(head)
    const { resolve, reject } = waiting
    if (status === '200') resolve()
    else reject(new Error(head))
    head = ''
    missing = undefined
    waiting = undefined
  }
}
