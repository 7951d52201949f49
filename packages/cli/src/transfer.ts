import type { Credential, PresignedRequest } from 'cos-presign'
import { CliError, codeOf } from './errors.ts'
import type { HttpResponse } from './io/http.ts'
import type { Io } from './io.ts'
import { readRefusal, refusalError } from './refusal.ts'

/** What an upload takes. */
export interface UploadSource {
  readonly chunks: AsyncIterable<Uint8Array>
  /** Unknown for a pipe: then the body is sent in chunks. */
  readonly bytes: number | undefined
}

/** How a transfer went. */
export interface Transferred {
  readonly bytes: number
  /** MD5 of the bytes, in hex. */
  readonly md5: string
  readonly headers: HttpResponse['headers']
}

/** What both directions need. */
export interface TransferOptions {
  /** What is being tried, for messages: `upload to cos://…`. */
  readonly what: string
  readonly signal?: AbortSignal | undefined
  /** The key that signed, to say why its signature was refused. */
  readonly credential?: Credential | undefined
  /** Called with the number of bytes of each chunk. */
  readonly onProgress?: ((bytes: number) => void) | undefined
}

/** Uploads through a presigned URL, and checks that the server stored what was sent. */
export async function upload(
  io: Io,
  request: PresignedRequest,
  source: UploadSource,
  options: TransferOptions,
): Promise<Transferred> {
  const { url, headers } = request
  const md5 = io.digest('md5')
  let bytes = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source.chunks) {
      md5.update(chunk)
      bytes += chunk.length
      options.onProgress?.(chunk.length)
      yield chunk
    }
    if (source.bytes !== undefined && bytes < source.bytes) throw changedFile()
  }
  const response = await exchange(io, options, {
    method: 'PUT',
    url,
    headers,
    body: counted(),
    bodyBytes: source.bytes,
    signal: options.signal,
  })
  if (response.status !== 200)
    throw await refusalError(options.what, await readRefusal(response, io.now()), {
      request,
      credential: options.credential,
    })
  await drain(response)
  const digest = md5.digest('hex')
  // A success before the last byte would be a success for other bytes.
  if (source.bytes !== undefined && bytes !== source.bytes)
    throw corrupt(options.what, 'the server answered before it had all bytes')
  const etag = md5Of(response.headers)
  if (etag !== undefined && etag !== digest)
    throw corrupt(options.what, `the server stored other bytes (MD5 ${etag}, sent ${digest})`)
  return { bytes, md5: digest, headers: response.headers }
}

/** Where a download goes. */
export interface DownloadTarget {
  write(chunk: Uint8Array): Promise<void>
}

/** How a download is checked. */
export interface DownloadOptions extends TransferOptions {
  /** Whether the answer is the object as stored, so that its ETag is comparable. */
  readonly isWhole: boolean
  /** Called once, with the size if the server says it. */
  readonly onStart?: ((bytes: number | undefined) => Promise<void>) | undefined
}

/** Downloads through a presigned URL, and checks that what arrived is whole. */
export async function download(
  io: Io,
  request: PresignedRequest,
  target: DownloadTarget,
  options: DownloadOptions,
): Promise<Transferred> {
  const { url, headers } = request
  const isRange = Object.keys(headers).some((name) => name.toLowerCase() === 'range')
  const response = await exchange(io, options, {
    method: 'GET',
    url,
    headers: { 'accept-encoding': 'identity', ...headers },
    signal: options.signal,
  })
  if (response.status !== 200 && !(isRange && response.status === 206)) {
    throw await refusalError(options.what, await readRefusal(response, io.now()), {
      request,
      credential: options.credential,
    })
  }
  const announced = response.headers['content-length']
  const expected = announced === undefined ? undefined : Number(announced)
  await options.onStart?.(expected)
  const md5 = io.digest('md5')
  let bytes = 0
  try {
    for await (const chunk of response.body) {
      md5.update(chunk)
      bytes += chunk.length
      await target.write(chunk)
      options.onProgress?.(chunk.length)
    }
  } catch (error) {
    throw networkError(options.what, url, error)
  }
  if (expected !== undefined && bytes !== expected)
    throw corrupt(options.what, `${bytes} of ${expected} bytes arrived`)
  const digest = md5.digest('hex')
  const etag = options.isWhole && response.status === 200 ? md5Of(response.headers) : undefined
  if (etag !== undefined && etag !== digest)
    throw corrupt(options.what, `other bytes arrived (MD5 ${digest}, stored ${etag})`)
  return { bytes, md5: digest, headers: response.headers }
}

async function exchange(
  io: Io,
  { what }: TransferOptions,
  request: Parameters<Io['send']>[0],
): Promise<HttpResponse> {
  try {
    return await io.send(request)
  } catch (error) {
    throw networkError(what, request.url, error)
  }
}

async function drain({ body }: HttpResponse): Promise<void> {
  for await (const _ of body);
}

/** The MD5 that an ETag is, if it is one: not of multipart or appended objects, nor of those that the server or the caller encrypts. */
function md5Of(headers: HttpResponse['headers']): string | undefined {
  const isEncrypted =
    /kms/i.test(headers['x-cos-server-side-encryption'] ?? '') ||
    headers['x-cos-server-side-encryption-customer-algorithm'] !== undefined
  if (isEncrypted || headers['x-cos-object-type'] === 'appendable') return undefined
  return /^(?:W\/)?"?([0-9a-f]{32})"?$/i.exec(headers.etag ?? '')?.[1]?.toLowerCase()
}

function corrupt(what: string, how: string): CliError {
  return new CliError('ERR_CLI_CORRUPT', `The ${what} went wrong: ${how}. Try again`)
}

function changedFile(): CliError {
  return new CliError(
    'ERR_CLI_FILE',
    'The file became shorter while it was read, so the upload was broken off; try again when it is complete',
  )
}

/** A failure of the connection, said for a person. */
function networkError(what: string, url: string, error: unknown): CliError {
  if (error instanceof CliError) return error
  const host = /^[a-z]+:\/\/([^/?#]+)/i.exec(url)?.[1] ?? 'the server'
  const code = codeOf(error)
  return new CliError('ERR_CLI_NETWORK', `The ${what} failed: ${reasonOf(code, host, error)}`, {
    cause: error,
  })
}

function reasonOf(code: string | undefined, host: string, error: unknown): string {
  switch (code) {
    case 'ECONNREFUSED':
      return /localhost|127\.|\[::1\]/.test(host)
        ? `nothing listens at ${host}. Is the emulator running? Start it with: cos-presign emulator`
        : `${host} does not accept connections. Check --endpoint, --domain and --scheme`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name ${host} is not known. Check bucket, --region, --endpoint and the network`
    case 'ECONNRESET':
    case 'EPIPE':
      return `${host} closed the connection in the middle. Try again; if it always does, check --scheme and the size of the file`
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${host} cannot be reached. Check the network and --endpoint`
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `${host} does not speak https. For the emulator use --scheme http`
    case 'HPE_INVALID_CONSTANT':
      return `${host} does not speak http. Check --scheme and --endpoint`
    default:
      if (code?.startsWith('CERT_') || code?.includes('_CERT') || code?.startsWith('ERR_TLS_')) {
        return `the certificate of ${host} is not trusted (${code}). Check --endpoint and --domain`
      }
      return `${(error as Error).message || code || 'unknown reason'} (${host})`
  }
}
