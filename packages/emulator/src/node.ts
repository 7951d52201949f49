import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import { type Duplex, Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { TLSSocket } from 'node:tls'
import { type BindOptions, type BoundAddress, bind, unbind } from './bind.ts'
import type { Handler, Reply, WireClient, WireRequest } from './message.ts'
import { logRaw, type RawRefusalContext, refuseRaw, toHandshakeRefusal, toRawRefusal } from './raw-refusal.ts'
import { Refusal } from './refusal.ts'
import { createRequestBody, type RequestBody } from './request-body.ts'
import type { TlsSetup } from './tls/set-up-tls.ts'
import { type PaceLimits, watchPace } from './watch-pace.ts'

/** What the listener works with. */
export interface ListenerContext extends RawRefusalContext, PaceLimits {
  readonly handle: Handler
}

/** An HTTP server around a handler. */
export interface Listener {
  listen(options: BindOptions): Promise<BoundAddress>
  /** Resolves when no request is under way any more. */
  close(): Promise<void>
}

/** A token may have 4096 bytes, a key 850 (2550 encoded), metadata 2048. */
const MAX_HEADER_BYTES = 32 * 1024
const HEADERS_TIMEOUT_MS = 30_000
const HANDSHAKE_TIMEOUT_MS = 10_000
/** How long requests under way may go on after `close`. */
const CLOSE_GRACE_MS = 2000
/** How much of an unwanted body is read so that its sender comes to read the answer. */
const MAX_DRAIN_BYTES = 256 * 1024 ** 2
const MAX_DRAIN_MS = 5000

/** Serves HTTP/1.1 on a port, or HTTPS. */
export function createListener(context: ListenerContext, tls?: TlsSetup['options']): Listener {
  const connections = new Set<Socket>()
  const exchanges = new Set<Promise<void>>()
  const pending = new WeakMap<Duplex, ServerResponse>()
  const latest = new WeakMap<Duplex, Promise<void>>()
  const broken = new WeakSet<Duplex>()
  let closing = false
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    // Uploads may take as long as they like while bytes come: bodies are watched one by one.
    requestTimeout: 0,
    connectionsCheckingInterval: 5000,
    keepAliveTimeout: context.idleTimeoutSeconds * 1000,
    // Answered by the handler, in COS's own words.
    requireHostHeader: false,
  }
  const server =
    tls === undefined
      ? createServer(options)
      : createSecureServer({ ...options, ...tls, handshakeTimeout: HANDSHAKE_TIMEOUT_MS })
  // Who has sent all may end that half of the connection and still wait for the answer. The types do not know it, Node does:
  // without it an upload would be stored and nobody told.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  server.on('request', (request, response) => accept(request, response, false))
  server.on('checkContinue', (request, response) => accept(request, response, true))
  server.on('checkExpectation', (request, response) => accept(request, response, false))
  server.on('connect', (_request, socket) => refuseRaw(socket, noTunnel(), context))
  server.on('clientError', refuseMalformed)

  return {
    listen: (where) => bind(server, tls === undefined ? 'http' : 'https', where),
    async close() {
      closing = true
      await unbind(server, connections, CLOSE_GRACE_MS)
      await Promise.allSettled(exchanges)
    },
  }

  function accept(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void {
    pending.set(request.socket, response)
    response.once('close', () => {
      if (pending.get(request.socket) === response) pending.delete(request.socket)
    })
    // Requests that a client sends without waiting are answered one after the other, for a later one may ask for what an
    // earlier one stores (RFC 9112, section 9.3.2). Node would begin them all at once.
    const before = latest.get(request.socket)
    const exchange = (before ?? Promise.resolve())
      .then(() => serve(request, response, awaitsContinue))
      .finally(() => exchanges.delete(exchange))
    latest.set(request.socket, exchange)
    exchanges.add(exchange)
  }

  async function serve(
    request: IncomingMessage,
    response: ServerResponse,
    awaitsContinue: boolean,
  ): Promise<void> {
    const body = createRequestBody(request, context)
    const { reply, finish } = await context.handle(toWireRequest(request, response, body, awaitsContinue))
    try {
      if (reply === undefined) request.socket.destroy()
      else await sendWatched(reply, request, response, body)
    } catch {
      // The client is gone, or the bytes of the object are: what was sent so far must not look whole.
      if (reply?.body instanceof Readable) reply.body.destroy()
      response.destroy()
    }
    finish()
  }

  /** A client that does not take its answer loses its connection. */
  async function sendWatched(
    reply: Reply,
    request: IncomingMessage,
    response: ServerResponse,
    body: RequestBody,
  ): Promise<void> {
    const { socket } = request
    const endWatch = watchPace(context, {
      movedBytes: () => socket.bytesWritten - socket.writableLength,
      isClientsTurn: () => socket.writableLength > 0,
      giveUp: () => socket.destroy(),
    })
    try {
      await send(reply, request, response, body, closing)
    } finally {
      endWatch()
    }
  }

  function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (broken.has(socket)) return
    broken.add(socket)
    const response = pending.get(socket)
    if (error.code?.startsWith('ERR_SSL_')) {
      // Nothing that could be said would be understood; who wonders looks into the log.
      socket.destroy()
      logRaw(toHandshakeRefusal(error), context)
    } else if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy()
    } else if (response === undefined) {
      refuseRaw(socket, toRawRefusal(error), context)
    } else if (response.req.complete) {
      // Bytes beyond the announced length of a whole request: it gets its answer, and the rest is forgotten.
      response.once('close', () => socket.destroy())
    } else if (response.headersSent) {
      socket.destroy()
    } else {
      // The log entry is that of the request whose body broke.
      refuseRaw(socket, toRawRefusal(error), { now: context.now })
    }
  }
}

function toWireRequest(
  request: IncomingMessage,
  response: ServerResponse,
  body: RequestBody,
  awaitsContinue: boolean,
): WireRequest {
  const { method = '', url = '', httpVersion, rawHeaders } = request
  const headers: [string, string][] = []
  for (let at = 0; at < rawHeaders.length; at += 2)
    headers.push([rawHeaders[at] as string, rawHeaders[at + 1] as string])
  return {
    method,
    target: url,
    httpVersion,
    headers,
    client: toWireClient(request.socket),
    openBody() {
      if (awaitsContinue) response.writeContinue()
      return body.read()
    },
  }
}

function toWireClient(socket: Socket): WireClient {
  // An IPv4 client of an IPv6 listener has an IPv6 address for it.
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=[\d.]+$)/i, '')
  const protocol = socket instanceof TLSSocket ? socket.getProtocol() : null
  return protocol === null ? { address } : { address, tlsVersion: protocol.replace(/^TLSv/, '') }
}

/**
 * Sends an answer. When the request's body has not been read to its end, the answer goes out at once and the connection is
 * closed after it, but not before the sender had time to stop: a connection closed on unread bytes is reset, and then many
 * clients report the reset instead of the answer.
 */
async function send(
  reply: Reply,
  request: IncomingMessage,
  response: ServerResponse,
  body: RequestBody,
  isLast: boolean,
): Promise<void> {
  const unread = !request.complete
  const headers = { ...reply.headers, ...(unread || isLast ? { Connection: 'close' } : {}) }
  response.writeHead(reply.status, Object.entries(headers).flat())
  if (reply.cutAfterBytes !== undefined) return await sendPart(reply.body, response, reply.cutAfterBytes)
  const drain = () => (unread ? body.drain(MAX_DRAIN_BYTES, MAX_DRAIN_MS) : undefined)
  if (reply.body instanceof Readable) {
    await drain()
    await pipeline(reply.body, response)
    return
  }
  // Always as bytes: Node would join a text with the header and write both as UTF-8.
  if (reply.body !== undefined) response.write(reply.body)
  else if (unread) response.flushHeaders()
  await drain()
  response.end()
  await finished(response)
}

/** The first bytes of a body, and then the end of the connection. */
async function sendPart(body: Reply['body'], response: ServerResponse, bytes: number): Promise<void> {
  const chunks = body instanceof Readable ? (body as AsyncIterable<Uint8Array>) : [body ?? new Uint8Array()]
  let rest = bytes
  response.flushHeaders()
  for await (const chunk of chunks) {
    const part = chunk.subarray(0, rest)
    rest -= part.length
    // Until it is on its way: what waits in this process dies with the connection.
    await new Promise<void>((resolve, reject) => {
      response.write(part, (error) => (error ? reject(error) : resolve()))
    })
    if (rest === 0) break
  }
  response.destroy()
}

function noTunnel(): Refusal {
  return new Refusal('MethodNotAllowed', {
    message:
      'CONNECT asks for a tunnel to an https: address, and the emulator is an HTTP proxy only: use http: addresses.',
  })
}
