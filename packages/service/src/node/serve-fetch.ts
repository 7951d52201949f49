import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { serve } from '@hono/node-server'
import { createGate } from './create-gate.ts'

/** Something that answers requests, listening. */
export interface FetchListener {
  readonly url: string
  readonly port: number
  /** Takes no more requests, and resolves when those under way are answered, or after ten seconds. */
  close(): Promise<void>
}

const GRACE_MS = 10_000
const UNUSED_CHECK_MS = 50
const MAX_HEADER_BYTES = 16 * 1024
/** Longer than balancers keep connections, so that it is they who close them. */
const KEEP_ALIVE_MS = 75_000
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000

/**
 * Serves a function of the Fetch API on Node.js, with limits on headers and time. Requests that arrive together are worked on together, and
 * answered together.
 *
 * @param address - Port 0 is any free one.
 * @throws {Error} What the port says, such as `EADDRINUSE`.
 */
export async function serveFetch(
  fetch: (request: Request) => Response | Promise<Response>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<FetchListener> {
  const server = await new Promise<Server>((resolve, reject) => {
    const serverOptions = { maxHeaderSize: MAX_HEADER_BYTES }
    const options = { fetch: answerTogether(fetch), hostname: host, port, serverOptions }
    const starting = serve(options, () => resolve(starting)) as Server
    starting.headersTimeout = HEADERS_TIMEOUT_MS
    starting.requestTimeout = REQUEST_TIMEOUT_MS
    starting.keepAliveTimeout = KEEP_ALIVE_MS
    starting.once('error', reject)
  })
  const connections = watchConnections(server)
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    close: () => closeGently(server, connections),
  }
}

function answerTogether(
  fetch: (request: Request) => Response | Promise<Response>,
): (request: Request) => Promise<Response> {
  const arrived = createGate()
  const answered = createGate()
  return async function answer(request) {
    await arrived.pass()
    const response = await fetch(request)
    // What took no wait is answered in a row as it is.
    if (!arrived.isOpen) await answered.pass()
    return response
  }
}

interface Connections {
  /** Has the answers that are still to come say that they are the last on their connection. */
  announceEnd(): void
  /** Closes those on which nothing is under way. */
  closeUnused(): void
}

interface Connection {
  /** How many answers are not sent to their end, and the last of them. */
  unsent: number
  last: ServerResponse | undefined
  bytesWhenIdle: number
}

/**
 * For Node.js a connection is idle once its answer has been ended, though most of it may wait here for a slow client; and `close` destroys
 * such at once, with the requests that are on their way on them.
 */
function watchConnections(server: Server): Connections {
  const connections = new Map<Socket, Connection>()
  let isEnding = false
  server.on('connection', (socket: Socket) => {
    connections.set(socket, { unsent: 0, last: undefined, bytesWhenIdle: 0 })
    socket.once('close', () => connections.delete(socket))
  })
  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { socket } = incoming
    const connection = connections.get(socket)
    if (connection === undefined) return
    if (isEnding) announceEndIn(outgoing)
    connection.unsent += 1
    connection.last = outgoing
    const noteRead = (): void => {
      connection.bytesWhenIdle = socket.bytesRead
    }
    outgoing.on('close', () => {
      connection.unsent -= 1
      noteRead()
    })
    // The body may come after its answer, to whoever was refused.
    incoming.on('close', noteRead)
  })
  return {
    announceEnd() {
      isEnding = true
      for (const { unsent, last } of connections.values())
        if (unsent > 0 && last !== undefined) announceEndIn(last)
    },
    closeUnused() {
      for (const [socket, { unsent, bytesWhenIdle }] of connections) {
        // Where more has come since, a request is on its way.
        if (unsent === 0 && socket.bytesRead === bytesWhenIdle) socket.destroy()
      }
    },
  }
}

function announceEndIn(outgoing: ServerResponse): void {
  if (!outgoing.headersSent) outgoing.setHeader('Connection', 'close')
}

/** Connections that are in use are told to end with their next answer; after a moment for that, those that nobody uses are closed. */
async function closeGently(server: Server, connections: Connections): Promise<void> {
  connections.announceEnd()
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS)
    // A timer may be late, and then comes before what has arrived meanwhile: that is read first.
    const unused = setInterval(() => setImmediate(connections.closeUnused), UNUSED_CHECK_MS)
    // `close` would do this at once.
    server.closeIdleConnections = () => undefined
    server.close(() => {
      clearTimeout(timer)
      clearInterval(unused)
      resolve()
    })
  })
}
