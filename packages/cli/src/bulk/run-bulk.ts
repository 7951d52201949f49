import { readAllSync } from '../io/plain-file.ts'
import type { PlainSource } from '../io/read-files.ts'
import type { Io } from '../io.ts'
import type { Progress } from '../progress.ts'
import { unlessAborted } from '../until-aborted.ts'
import type { BlockOutput, PlainTarget } from './block-output.ts'
import { gunzipped, isGzip, type RecordEnds } from './blocks.ts'
import { MAX_BYTES } from './ledger.ts'
import { signPlainFile } from './sign-plain-file.ts'
import { createStreamSigner } from './sign-stream.ts'
import type { SigningPool } from './signing-pool.ts'
import type { Tally } from './tally.ts'
import type { Threads } from './threads.ts'

/** A file to read. */
export interface InputFile {
  /** `-` for standard input. */
  readonly path: string
  /** In bytes; `undefined` where it is not known before all is read. */
  readonly size: number | undefined
}

/** What a run reads, and where things go. */
export interface BulkRun {
  readonly files: readonly InputFile[]
  readonly ends: RecordEnds
  readonly threads: Threads
  readonly pool: SigningPool
  readonly output: BlockOutput
  readonly tally: Tally
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** Smaller files are signed faster one into the other: each that is signed in place begins when all before are written. */
const LEAST_IN_PLACE = 4 * 1024 * 1024

/** Signs the keys of some files, in their order. */
export async function runBulk(io: Io, run: BulkRun): Promise<void> {
  const stream = createStreamSigner(run)
  try {
    for (const file of run.files) {
      const source = await openInPlace(io, run, file)
      if (source === undefined) {
        await stream.sign(file.path, gunzipped(counted(io, run, file.path), file.path))
      } else {
        await stream.settle()
        run.tally.beginFile(file.path)
        await signInPlace(source, run)
      }
    }
    await stream.settle()
    await run.output.end()
  } finally {
    // A line that is half written must not stay so.
    await stream.giveUp()
  }
}

/** A file whose records threads can find by themselves, if it is one and its lines have a place in another. */
async function openInPlace(
  io: Io,
  { ends, output }: BulkRun,
  { path, size = 0 }: InputFile,
): Promise<PlainSource | undefined> {
  // Within quotes a line end ends no record: only who has read all before knows.
  if (output.target === undefined || ends.hasQuotes || size < LEAST_IN_PLACE) return undefined
  const source = await io.files.openPlain(path)
  if (source.size <= MAX_BYTES && !isGzip(beginningOf(source))) return source
  await source.close()
  return undefined
}

async function signInPlace({ file, size, close }: PlainSource, run: BulkRun): Promise<void> {
  try {
    run.threads.expect(size)
    const source = { file, size, separator: run.ends.separator }
    await signPlainFile(source, run.output.target as PlainTarget, run)
  } catch (error) {
    // They read from what is closed next.
    await run.threads.close()
    throw error
  } finally {
    await close()
  }
}

/** The bytes of a file, counted as they come, until Ctrl-C: an input that says nothing does not hold it up. */
async function* counted(io: Io, { progress, signal }: BulkRun, file: string): AsyncGenerator<Uint8Array> {
  const chunks = (file === '-' ? io.stdin : io.files.scan(file))[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await unlessAborted(chunks.next(), signal)
      if (next.done) return
      progress.add(next.value.length)
      yield next.value
    }
  } finally {
    const closing = Promise.resolve(chunks.return?.()).catch(() => undefined)
    // One that still waits for bytes closes when they come.
    if (!signal.aborted) await closing
  }
}

/** As much of a file as tells whether it is compressed. */
function beginningOf({ file }: PlainSource): Uint8Array {
  const beginning = new Uint8Array(2)
  readAllSync(file, beginning, 0)
  return beginning
}
