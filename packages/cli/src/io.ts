import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { createFiles, type Files } from './io/files.ts'
import { type HttpRequest, type HttpResponse, send } from './io/http.ts'
import { interruptible } from './io/interruptible.ts'
import { type Sink, toSink } from './io/sink.ts'

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

/** A digest of bytes as they pass. */
export interface Digest {
  update(chunk: Uint8Array): unknown
  digest(encoding: 'hex'): string
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
    files: createFiles([undefined, stdout, stderr]),
    now: Date.now,
    elapsed: () => performance.now(),
    digest: (algorithm) => createHash(algorithm),
    send,
    fetch: (input, init) => globalThis.fetch(input, init),
    interruptible,
  }
}
