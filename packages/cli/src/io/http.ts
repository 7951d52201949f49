import type { ClientRequest, IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { CliError } from '../errors.ts'

/** One request. */
export interface HttpRequest {
  readonly method: string
  /** Sent exactly as it stands: path and query are never normalised. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: AsyncIterable<Uint8Array> | undefined
  /** Length of the body; without it the body is sent in chunks. */
  readonly bodyBytes?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** @default 10000 */
  readonly connectTimeoutMs?: number | undefined
  /** How long the server may be silent while it is its turn. @default 60000 */
  readonly idleTimeoutMs?: number | undefined
}

/** Its answer. */
export interface HttpResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Throws when the connection ends before the body does. Leaving the loop early closes the connection. */
  readonly body: AsyncIterable<Uint8Array>
}

/** A URL in the pieces that `http.request` wants, path and query as they stand. */
function splitUrl(url: string): {
  scheme: string
  authority: string
  host: string
  port: number | undefined
  target: string
} {
  const found = /^(https?):\/\/((\[[0-9a-f:.]+\]|[^/?#:]+)(?::(\d+))?)([^#]*)$/i.exec(url)
  if (!found) throw new CliError('ERR_CLI_INTERNAL', 'A URL to be requested has no scheme or host')
  const [, scheme = '', authority = '', host = '', port, rest = ''] = found
  return {
    scheme,
    authority,
    host: host.replace(/^\[|\]$/g, ''),
    port: port === undefined ? undefined : Number(port),
    target: rest.startsWith('/') ? rest : `/${rest}`,
  }
}

/** Above this an upload asks first (`Expect: 100-continue`), so that a refused one is not sent at all. */
const EXPECT_FROM_BYTES = 1024 * 1024
/** How long to wait for that answer; a server that does not know the question simply gets the body (RFC 9110, 10.1.1). */
const EXPECT_WAIT_MS = 1000

/**
 * Sends one request.
 *
 * @throws {CliError} `ERR_CLI_NETWORK` or `ERR_CLI_TIMEOUT`; the reason of `signal` when it is aborted.
 */
export async function send(request: HttpRequest): Promise<HttpResponse> {
  const { method, body, bodyBytes, signal, connectTimeoutMs = 10_000, idleTimeoutMs = 60_000 } = request
  const { scheme, authority, host, port, target } = splitUrl(request.url)
  signal?.throwIfAborted()
  const http = scheme === 'https' ? await import('node:https') : await import('node:http')
  const headers: Record<string, string> = { host: authority, ...toBytes(request.headers) }
  if (body && bodyBytes !== undefined) headers['content-length'] = String(bodyBytes)
  if (body && bodyBytes === undefined) headers['transfer-encoding'] = 'chunked'
  const asksFirst = body !== undefined && (bodyBytes === undefined || bodyBytes > EXPECT_FROM_BYTES)
  if (asksFirst) headers.expect = '100-continue'

  const outgoing = http.request({
    method,
    host,
    port,
    path: target,
    headers,
    agent: false,
    lookup: await lookupWithLocalhost(),
  })
  const exchange = watch(outgoing, { host: authority, connectTimeoutMs, idleTimeoutMs, signal })
  try {
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve)
      outgoing.once('error', (error) => reject(exchange.failure() ?? error))
    })
    answer.catch(() => undefined) // awaited below; meanwhile a failure must not count as unhandled
    if (!body) outgoing.end()
    else {
      if (asksFirst) await leaveToContinue(outgoing, answer)
      feed(outgoing, body, answer, exchange)
    }
    const response = await answer
    return {
      status: response.statusCode ?? 0,
      headers: response.headers as Record<string, string | undefined>,
      body: readBody(outgoing, response, exchange),
    }
  } catch (error) {
    exchange.end()
    throw error
  }
}

/** Header values as Node.js sends them, one character a byte: what was signed is their UTF-8. */
function toBytes(headers: HttpRequest['headers'] = {}): Record<string, string> {
  const encode = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, encode(value)]))
}

interface Exchange {
  /** Whose turn it is: the server's unless said otherwise. A silence of ours is no timeout. */
  isOurTurn: () => boolean
  /** Why we broke it off, if it was us. */
  failure(): Error | undefined
  fail(error: Error): void
  end(): void
}

function watch(
  outgoing: ClientRequest,
  limits: { host: string; connectTimeoutMs: number; idleTimeoutMs: number; signal: AbortSignal | undefined },
): Exchange {
  const { host, connectTimeoutMs, idleTimeoutMs, signal } = limits
  let failure: Error | undefined
  const fail = (error: Error): void => {
    failure ??= error
    outgoing.destroy(failure)
  }
  const onAbort = (): void => fail(signal?.reason as Error)
  signal?.addEventListener('abort', onAbort)
  const late = (what: string, ms: number): CliError =>
    new CliError('ERR_CLI_TIMEOUT', `${host} ${what} for ${ms / 1000} s. Check the network and try again`)
  const connecting = setTimeout(
    () => fail(late('could not be connected to', connectTimeoutMs)),
    connectTimeoutMs,
  )
  const exchange: Exchange = {
    isOurTurn: () => false,
    failure: () => failure,
    fail,
    end() {
      clearTimeout(connecting)
      signal?.removeEventListener('abort', onAbort)
      outgoing.destroy()
    },
  }
  outgoing.on('error', () => undefined) // errors after the answer are seen by whoever reads it
  outgoing.once('socket', (socket) => {
    const onConnected = (): void => {
      clearTimeout(connecting)
      socket.setTimeout(idleTimeoutMs)
    }
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', onConnected)
    socket.on('timeout', () => {
      if (exchange.isOurTurn()) socket.setTimeout(idleTimeoutMs)
      else fail(late('was silent', idleTimeoutMs))
    })
  })
  return exchange
}

/** Resolves when the body may be sent: the server said so, answered already, failed, or said nothing for a second. */
function leaveToContinue(outgoing: ClientRequest, answer: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, EXPECT_WAIT_MS)
    const done = (): void => {
      clearTimeout(timer)
      resolve()
    }
    outgoing.once('continue', done)
    answer.then(done, done)
    outgoing.flushHeaders()
  })
}

/** Sends the body until it ends or an answer comes: a server that refuses early does not read the rest. */
function feed(
  outgoing: ClientRequest,
  body: AsyncIterable<Uint8Array>,
  answer: Promise<unknown>,
  exchange: Exchange,
): void {
  const source = Readable.from(body, { objectMode: false, highWaterMark: 256 * 1024 })
  exchange.isOurTurn = () => !outgoing.writableEnded && !outgoing.writableNeedDrain
  source.on('error', (error) => exchange.fail(error))
  const stop = (): void => {
    exchange.isOurTurn = () => false
    source.unpipe(outgoing)
    source.destroy()
  }
  answer.then(stop, stop)
  source.pipe(outgoing)
}

async function* readBody(
  outgoing: ClientRequest,
  response: IncomingMessage,
  exchange: Exchange,
): AsyncGenerator<Uint8Array> {
  let isOurTurn = false
  exchange.isOurTurn = () => isOurTurn
  try {
    for await (const chunk of response) {
      isOurTurn = true
      yield chunk
      isOurTurn = false
    }
  } catch (error) {
    throw exchange.failure() ?? error
  } finally {
    exchange.end()
    outgoing.destroy()
  }
}

type Lookup = (
  hostname: string,
  options: { all?: boolean | undefined },
  callback: (
    error: NodeJS.ErrnoException | null,
    address: string | { address: string; family: number }[],
    family?: number,
  ) => void,
) => void

/**
 * Resolves names as the system does, but for `localhost` and `*.localhost`: those are this machine (RFC 6761, 6.3), which
 * browsers and curl know and Node.js leaves to a resolver that often does not.
 */
async function lookupWithLocalhost(): Promise<Lookup> {
  const { lookup } = await import('node:dns')
  return function lookupHost(hostname, options, callback) {
    if (!/(?:^|\.)localhost\.?$/i.test(hostname))
      return lookup(hostname, options as { all: true }, callback as never)
    if (!options.all) return callback(null, '127.0.0.1', 4)
    const addresses = [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]
    return callback(null, addresses)
  }
}
