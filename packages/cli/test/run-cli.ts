import { Writable } from 'node:stream'
import { toSink } from '../src/io/sink.ts'
import { createNodeIo, type Io, type NodeIo } from '../src/io.ts'
import { run } from '../src/run.ts'

/** What a command line came to. */
export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** What a command finds; everything else is the machine's. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string>>
  readonly home: string
  readonly stdin?: string | undefined
  readonly io?: Partial<Io> | undefined
}

/** This machine; made once, since each one listens to this process's standard streams. */
export const node: NodeIo = createNodeIo()

/** Runs a command line in this process, and keeps what it writes. */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<Outcome> {
  const { env, home, stdin = '', io = {} } = surroundings
  const texts = { stdout: '', stderr: '' }
  const sink = (name: keyof typeof texts) =>
    toSink(
      new Writable({
        write(chunk, _encoding, done) {
          texts[name] += chunk
          done()
        },
      }),
      {},
    )
  async function* input(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from(stdin))
  }
  const status = await run(argv, {
    ...node,
    env,
    homeDirectory: home,
    stdin: input(),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    ...io,
  })
  return { status, ...texts }
}
