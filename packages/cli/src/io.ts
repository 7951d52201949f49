import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, fstat, write, writeSync } from 'node:fs'
import {
  constants,
  type FileHandle,
  mkdtemp,
  open,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  unlink,
} from 'node:fs/promises'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { homedir, tmpdir } from 'node:os'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { promisify, styleText } from 'node:util'
import { CliError, codeOf, fileError } from './errors.ts'

/** Everything a command does to the world. A test passes its own, in whole or in part. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly homeDirectory: string
  readonly stdin: AsyncIterable<Uint8Array>
  /** The result, and nothing else. */
  readonly stdout: Sink
  /** Everything for people. */
  readonly stderr: Sink
  readonly files: Files
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds since some moment; only goes forward. */
  elapsed(): number
  digest(algorithm: 'md5' | 'sha256'): Digest
  send(request: HttpRequest): Promise<HttpResponse>
  /** For services that speak JSON; COS itself is reached by {@link Io.send}. */
  readonly fetch: typeof globalThis.fetch
  /** Runs something with a signal that Ctrl-C aborts; a second Ctrl-C ends the process at once. */
  interruptible<T>(
    work: (interrupt: AbortSignal) => Promise<T>,
    options?: {
      /** What SIGHUP does instead. */
      readonly onHangup?: () => void
    },
  ): Promise<T>
}

/** Where text and bytes go. */
export interface Sink {
  /** Whether a person looks at it. */
  readonly isTerminal: boolean
  /** Whether it takes colour: a terminal, and `NO_COLOR` is not set. */
  readonly hasColor: boolean
  /** The stream itself, for a progress bar. */
  readonly stream: Writable
  /** Resolves when more may be written. */
  write(chunk: string | Uint8Array): Promise<void>
}

/** A digest of bytes as they pass. */
export interface Digest {
  update(chunk: Uint8Array): unknown
  digest(encoding: 'hex'): string
}

/** What a file is, as far as a command cares. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'other'
  readonly size: number
  /** Whether group or others may read it. */
  readonly isReadableByOthers: boolean
}

/** A file to be, at a temporary name until {@link FileWriter.commit}. */
export interface FileWriter {
  /** Whether a person looks at it, as at `/dev/stderr`. */
  readonly isTerminal: boolean
  write(chunk: Uint8Array): Promise<void>
  /** Makes it durable and gives it its name, in one step. */
  commit(): Promise<void>
  /** Removes it. Safe to call at any time; after a commit it does nothing. */
  discard(): Promise<void>
}

/** The file system. Failures are `CliError`s that name the file, but for {@link Files.facts}. */
export interface Files {
  /** `undefined` when there is no such file. */
  facts(path: string): Promise<FileFacts | undefined>
  /** A small text file. */
  readText(path: string, maxBytes: number): Promise<string>
  /** Bytes `start` (included) to `end` (not included). */
  read(path: string, start?: number, end?: number): AsyncIterable<Uint8Array>
  /** All of it, in memory that is used again: a chunk is overwritten by the next. */
  scan(path: string): AsyncIterable<Uint8Array>
  /** The name without symbolic links that two paths of one file share. The file need not be there yet. */
  realPath(path: string): Promise<string>
  /** Whether a writer to this path puts a new file in its place, and does not write to what is there: a device, a pipe, a descriptor. */
  isReplaced(path: string): Promise<boolean>
  createWriter(path: string): Promise<FileWriter>
  createTemporaryDirectory(): Promise<string>
  removeDirectory(path: string): Promise<void>
}

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

/** The real world, for as long as the process lives. */
export interface NodeIo extends Io {
  /** Gives up a read of standard input that nobody waits for any more: it would keep the process from ending. */
  release(): void
}

/** The real world. */
export function createNodeIo(): NodeIo {
  let stdin: typeof process.stdin | undefined
  const stdout = toSink(process.stdout, process.env)
  const stderr = toSink(process.stderr, process.env)
  return {
    env: process.env,
    homeDirectory: homedir(),
    // Opened on first use: touching process.stdin already changes how the process ends.
    get stdin() {
      stdin ??= process.stdin
      return stdin
    },
    release: () => stdin?.destroy(),
    stdout,
    stderr,
    files: {
      facts,
      readText,
      read,
      scan,
      realPath,
      isReplaced,
      createWriter: (path) => createWriter(path, [undefined, stdout, stderr]),
      createTemporaryDirectory,
      removeDirectory,
    },
    now: Date.now,
    elapsed: () => performance.now(),
    digest: (algorithm) => createHash(algorithm),
    send,
    fetch: (input, init) => globalThis.fetch(input, init),
    interruptible,
  }
}

// ---- terminal

/** Wraps a stream; a reader that went away becomes `ERR_CLI_OUTPUT_CLOSED`. */
export function toSink(stream: Writable & { isTTY?: boolean }, env: Io['env']): Sink {
  const isTerminal = stream.isTTY === true
  let failure: Error | undefined
  stream.on('error', (error) => {
    failure = error
  })
  return {
    stream,
    isTerminal,
    hasColor: isTerminal && !env.NO_COLOR && env.TERM !== 'dumb',
    write(chunk) {
      return new Promise((resolve, reject) => {
        if (failure) return reject(outputError(failure))
        stream.write(chunk, (error) => (error ? reject(outputError(error)) : resolve()))
      })
    },
  }
}

function outputError(error: Error): CliError {
  return codeOf(error) === 'EPIPE' || codeOf(error) === 'ERR_STREAM_DESTROYED'
    ? new CliError('ERR_CLI_OUTPUT_CLOSED', 'Whoever read the output went away', { cause: error })
    : fileError('write to', 'the output', error)
}

/** How a text may look. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Colours a text if the sink takes colour. */
export function style(sink: Sink, format: Style, text: string): string {
  return sink.hasColor ? styleText(format, text) : text
}

async function interruptible<T>(
  work: (interrupt: AbortSignal) => Promise<T>,
  { onHangup }: { readonly onHangup?: () => void } = {},
): Promise<T> {
  const controller = new AbortController()
  const names = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).filter(
    (name) => name !== 'SIGHUP' || onHangup === undefined,
  )
  const onSignal = (): void => {
    for (const name of names) process.off(name, onSignal)
    controller.abort(new CliError('ERR_CLI_INTERRUPTED', 'Interrupted; nothing half-done was kept'))
  }
  for (const name of names) process.on(name, onSignal)
  if (onHangup !== undefined) process.on('SIGHUP', onHangup)
  try {
    return await work(controller.signal)
  } finally {
    if (onHangup !== undefined) process.off('SIGHUP', onHangup)
    for (const name of names) process.off(name, onSignal)
  }
}

// ---- files

async function facts(path: string): Promise<FileFacts | undefined> {
  try {
    const found = await stat(path)
    return {
      kind: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other',
      size: found.size,
      // Windows has no such bits; there the mode says "everybody" of every file.
      isReadableByOthers: process.platform !== 'win32' && (found.mode & 0o077) !== 0,
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw fileError('look at', path, error)
  }
}

function readText(path: string, maxBytes: number): Promise<string> {
  return collectText(read(path), maxBytes, path)
}

/** All of a short text. */
export async function collectText(
  chunks: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
  name: string,
): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    size += bytes.length
    if (size > maxBytes)
      throw new CliError('ERR_CLI_FILE', `Cannot read ${name}: it is longer than ${maxBytes} bytes`)
    parts.push(bytes)
  }
  return Buffer.concat(parts).toString('utf8')
}

async function* read(path: string, start = 0, end = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
  if (end <= start) return
  try {
    yield* createReadStream(path, { start, end: end - 1, highWaterMark: 256 * 1024 })
  } catch (error) {
    throw fileError('read', path, error)
  }
}

const SCAN_BYTES = 1024 * 1024

async function* scan(path: string): AsyncGenerator<Uint8Array> {
  // While one is used, the other is read into.
  let [memory, other] = [new Uint8Array(SCAN_BYTES), new Uint8Array(SCAN_BYTES)]
  let file: FileHandle | undefined
  try {
    file = await open(path)
    let reading = file.read(memory)
    for (;;) {
      const { bytesRead } = await reading
      if (bytesRead === 0) return
      reading = file.read(other)
      // Awaited in its turn; meanwhile a failure must not count as unhandled.
      reading.catch(() => undefined)
      yield memory.subarray(0, bytesRead)
      ;[memory, other] = [other, memory]
    }
  } catch (error) {
    throw fileError('read', path, error)
  } finally {
    await file?.close()
  }
}

async function realPath(path: string): Promise<string> {
  // What is not there yet has no real path. Whatever else is wrong is said by whoever opens it.
  return await realpath(path).catch(() => followLinks(path))
}

async function isReplaced(path: string): Promise<boolean> {
  return descriptorOf(await followLinks(path)) === undefined && (await facts(path))?.kind !== 'other'
}

/** As many as Linux follows. */
const MAX_LINKS = 40

/** Where a path leads to by its symbolic links: a descriptor of this process, or a file, which need not be there. */
async function followLinks(path: string): Promise<string> {
  let end = resolve(path)
  for (let links = 0; links < MAX_LINKS && descriptorOf(end) === undefined; links++) {
    const directory = await realpath(dirname(end)).catch(() => dirname(end))
    end = join(directory, basename(end))
    const target = await readlink(end).catch(() => undefined)
    if (target === undefined) break
    end = resolve(directory, target)
  }
  return end
}

const STANDARD_STREAMS = ['/dev/stdin', '/dev/stdout', '/dev/stderr']

/**
 * The descriptor of this process that a whole path names. On Linux such a path is a link to the file behind the descriptor; to replace that,
 * or to open it anew, at its beginning, is not what a shell means by `2>log`.
 */
function descriptorOf(path: string): number | undefined {
  const [, number] = /^\/(?:dev|proc\/self)\/fd\/(\d{1,9})$/.exec(path) ?? []
  const descriptor = number === undefined ? STANDARD_STREAMS.indexOf(path) : Number(number)
  return descriptor < 0 ? undefined : descriptor
}

/**
 * Opens a new file beside the target. A target that is no plain file (`/dev/null`, a pipe) is written as it stands: renaming
 * over it would replace a device by a file.
 *
 * @param sinks - The writers of the first descriptors, which share them with the rest of the process.
 */
async function createWriter(path: string, sinks: readonly (Sink | undefined)[]): Promise<FileWriter> {
  const end = await followLinks(path)
  const descriptor = descriptorOf(end)
  if (descriptor !== undefined) return descriptorWriter(path, descriptor, sinks[descriptor])
  const found = await facts(path)
  if (found?.kind === 'directory' || path.endsWith('/') || path.endsWith(sep))
    throw fileError('write', path, { code: 'EISDIR' })
  if (path === '') throw new CliError('ERR_CLI_FILE', 'Cannot write a file with an empty name')
  try {
    if (found?.kind === 'other') return directWriter(path, await open(path, 'w'))
    // Beside what symbolic links point at, so that they stay links.
    const temporary = join(dirname(end), `.cos-presign-${randomBytes(8).toString('hex')}.part`)
    const mode = found && (await stat(end)).mode & 0o777
    return temporaryWriter({ path, target: end, temporary, mode }, await open(temporary, 'wx', mode))
  } catch (error) {
    throw fileError('write', path, error)
  }
}

/** `mode` is that of the file that was there: who may read it stays as it is. */
function temporaryWriter(
  {
    path,
    target,
    temporary,
    mode,
  }: { path: string; target: string; temporary: string; mode: number | undefined },
  file: FileHandle,
): FileWriter {
  let state: 'open' | 'done' = 'open'
  return {
    isTerminal: false,
    // Here, not in another thread: it goes to the page cache, which takes no longer than to hand it over.
    write: async (chunk) => writeAllSync(file.fd, chunk, path),
    async commit() {
      try {
        if (mode !== undefined) await file.chmod(mode)
        await file.sync()
        await file.close()
        await rename(temporary, target)
        state = 'done'
        await syncDirectory(dirname(target))
      } catch (error) {
        throw fileError('write', path, error)
      }
    },
    async discard() {
      if (state === 'done') return
      state = 'done'
      await file.close().catch(() => undefined)
      await unlink(temporary).catch(() => undefined)
    },
  }
}

function directWriter(path: string, file: FileHandle): FileWriter {
  return {
    isTerminal: isatty(file.fd),
    write: (chunk) => writeAll(file.fd, chunk, path),
    commit: () => file.close(),
    discard: () => file.close().catch(() => undefined),
  }
}

/** Leaves the descriptor open: it was there before. */
async function descriptorWriter(
  path: string,
  descriptor: number,
  sink: Sink | undefined,
): Promise<FileWriter> {
  await promisify(fstat)(descriptor).catch((error: unknown) => {
    throw fileError('write', path, error)
  })
  return {
    isTerminal: isatty(descriptor),
    write: (chunk) => (sink ? sink.write(chunk) : writeAll(descriptor, chunk, path)),
    commit: async () => undefined,
    discard: async () => undefined,
  }
}

const FULL_PIPE_WAIT_MS = 1

async function writeAll(fd: number, chunk: Uint8Array, path: string): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    try {
      offset += (await promisify(write)(fd, chunk, offset)).bytesWritten
    } catch (error) {
      // Of a pipe that does not block: one that is also standard output never does, as Node.js opens that.
      if (codeOf(error) === 'EAGAIN') await wait(FULL_PIPE_WAIT_MS)
      else throw codeOf(error) === 'EPIPE' ? outputError(error as Error) : fileError('write', path, error)
    }
  }
}

function writeAllSync(fd: number, chunk: Uint8Array, path: string): void {
  try {
    for (let offset = 0; offset < chunk.length; ) offset += writeSync(fd, chunk, offset)
  } catch (error) {
    throw fileError('write', path, error)
  }
}

// The rename itself is only durable with its directory. Not every platform lets a directory be opened; then that is all.
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY).catch(() => undefined)
  await directory?.sync().catch(() => undefined)
  await directory?.close()
}

function createTemporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'cos-presign-'))
}

async function removeDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true })
}

// ---- http

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

async function send(request: HttpRequest): Promise<HttpResponse> {
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
