import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type BoundAddress, bind, unbind } from '../bind.ts'
import { AdminProblem } from './admin-problem.ts'
import { type AdminReply, type AdminServices, answerAdmin } from './answer-admin.ts'

/** How to listen for the people who run the emulator. */
export interface AdminListenOptions {
  /**
   * 0 takes a free one.
   * @default 0
   */
  readonly port?: number | undefined
  /** @default '127.0.0.1' */
  readonly host?: string | undefined
  /** What requests must carry, 16 characters or more. Without it one is made. */
  readonly token?: string | undefined
}

/** The admin endpoint of an emulator. */
export interface AdminListener {
  /** See {@link AdminListenOptions.token}. */
  readonly token: string
  listen(): Promise<BoundAddress>
  close(): Promise<void>
}

const MAX_BODY_BYTES = 64 * 1024
const REQUEST_TIMEOUT_MS = 10_000

/**
 * Faults and the clock over HTTP, on a port of its own: no object can be taken for it, and whoever may upload may not do this. A
 * page in a browser cannot use it either, since it does not know the token and is told nothing.
 */
export function createAdminListener(services: AdminServices, options: AdminListenOptions): AdminListener {
  const { token = randomBytes(24).toString('base64url') } = options
  if (typeof token !== 'string' || token.length < 16) {
    throw new RangeError('"admin.token" must have 16 characters or more')
  }
  const connections = new Set<Socket>()
  const server = createServer({
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: 1000,
  })
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  server.on('request', (request, response) => void serve(request, response))
  return {
    token,
    listen: () => bind(server, 'http', options),
    close: () => unbind(server, connections, 0),
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = await answer(request)
    const text = body === undefined ? '' : `${JSON.stringify(body)}\n`
    const type = status < 400 ? 'application/json' : 'application/problem+json'
    response.writeHead(status, {
      ...(text === '' ? {} : { 'Content-Type': type }),
      'Content-Length': Buffer.byteLength(text),
      'Cache-Control': 'no-store',
      ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      // What was not read of the request ends with it.
      ...(request.complete ? {} : { Connection: 'close' }),
    })
    response.end(text)
  }

  async function answer(request: IncomingMessage): Promise<AdminReply> {
    try {
      if (!isAllowed(request.headers.authorization)) {
        throw new AdminProblem(
          401,
          'The request needs the header Authorization: Bearer <token of the emulator>.',
        )
      }
      const { method = '', url = '' } = request
      return answerAdmin({ method, path: url, body: await readJson(request) }, services)
    } catch (error) {
      const problem = error instanceof AdminProblem ? error : new AdminProblem(500, 'Something went wrong.')
      return { status: problem.status, body: { status: problem.status, detail: problem.message } }
    }
  }

  function isAllowed(authorization = ''): boolean {
    const digest = (text: string) => createHash('sha256').update(text).digest()
    return timingSafeEqual(digest(authorization), digest(`Bearer ${token}`))
  }
}

/** The body, or undefined when there is none. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new AdminProblem(413, `The body has more than ${MAX_BODY_BYTES} bytes.`)
    chunks.push(chunk)
  }
  if (size === 0) return undefined
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new AdminProblem(400, 'The body is not JSON.')
  }
}
