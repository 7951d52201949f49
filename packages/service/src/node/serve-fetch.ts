import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
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
const IDLE_CHECK_MS = 50
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
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    close: () => closeGently(server),
  }
}

function answerTogether(
  fetch: (request: Request) => Response | Promise<Response>,
): (request: Request) => Promise<Response> {
  const arrived = createGate()
  const answered = createGate()
  return async function answer(request) {
    await arrived()
    const response = await fetch(request)
    await answered()
    return response
  }
}

async function closeGently(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS)
    // A connection that was busy is idle when its answer is out, and then nobody else would close it.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
    server.close(() => {
      clearTimeout(timer)
      clearInterval(idle)
      resolve()
    })
  })
}
