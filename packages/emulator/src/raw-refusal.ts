import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type AccessLogEntry, createAccessLogDraft, writeAccessLog } from './access-log.ts'
import { Refusal } from './refusal.ts'
import { createRequestIds } from './request-id.ts'
import { completeReply, toErrorReply } from './respond.ts'

/** How long a client may take to read an answer whose request is not read any further. */
const LINGER_MS = 1000

/** What the refusal needs to know beside the socket. */
export interface RawRefusalContext {
  readonly now: () => number
  readonly onRequest?: ((entry: AccessLogEntry) => void) | undefined
}

/**
 * COS's error document on a socket for which there is no response object, because what came over it is no request that
 * Node's parser reads. The connection ends with it.
 */
export function refuseRaw(socket: Duplex, refusal: Refusal, context: RawRefusalContext): void {
  const { now } = context
  const ids = createRequestIds(now())
  const { status, headers, body } = completeReply(toErrorReply(refusal, '/', ids), '', ids, now())
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  if (socket.writable) {
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`, 'latin1')
    socket.end(body)
  }
  // What still comes is read and forgotten meanwhile: closing at once would reset the connection, answer and all.
  socket.resume()
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
  logRaw(refusal, context, status, ids.requestId)
}

/** An entry for what was no request. */
export function logRaw(
  { code, message }: Refusal,
  { now, onRequest }: RawRefusalContext,
  status = 0,
  requestId: string = createRequestIds(now()).requestId,
): void {
  const entry = createAccessLogDraft({ method: '', target: '' }, requestId)
  writeAccessLog(onRequest, { ...entry, status, code, message })
}

/** What to log of a handshake that failed. */
export function toHandshakeRefusal(error: NodeJS.ErrnoException): Refusal {
  const hints: Readonly<Record<string, string>> = {
    ERR_SSL_HTTP_REQUEST: 'this port speaks https, and the client http',
    ERR_SSL_TLSV1_ALERT_UNKNOWN_CA:
      'the client does not trust the authority; set NODE_EXTRA_CA_CERTS or the like',
    ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'the client does not accept the certificate',
    ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'the client does not trust the certificate',
  }
  const { code = '' } = error
  return new Refusal('InvalidRequest', { message: `The TLS handshake failed: ${hints[code] ?? code}.` })
}

/** Whether the bytes that are no HTTP are the beginning of a TLS handshake. */
function isTls(error: NodeJS.ErrnoException & { readonly rawPacket?: Buffer }): boolean {
  return error.rawPacket?.[0] === 0x16 && error.rawPacket[1] === 0x03
}

/** What to answer to an error of Node's parser or of its timers. */
export function toRawRefusal(error: NodeJS.ErrnoException): Refusal {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Refusal('InvalidRequest', { message: 'The header of the request is too large.' })
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Refusal('RequestTimeout')
    case 'HPE_INVALID_EOF_STATE':
      return new Refusal('IncompleteBody', { message: 'The connection ended in the middle of the request.' })
    case 'HPE_INVALID_URL':
      return new Refusal('InvalidURI')
    default:
      return new Refusal('InvalidRequest', {
        message: isTls(error)
          ? 'The request is TLS, and this port speaks http: use http: addresses, or the port for https.'
          : 'The request is not valid HTTP.',
      })
  }
}
