import { type PlainFile, readAllSync } from '../io/plain-file.ts'
import type { Io } from '../io.ts'
import type { Progress } from '../progress.ts'
import { unlessAborted } from '../until-aborted.ts'
import type { BlockOutput, PlainTarget } from './block-output.ts'
import { gunzipped, isGzip, type RecordEnds } from './blocks.ts'
import { MAX_BYTES } from './ledger.ts'
import { signPlainFile } from './sign-plain-file.ts'
import { createStreamSigner } from './sign-stream.ts'
import { createSigningPool } from './signing-pool.ts'
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
  readonly output: BlockOutput
  readonly tally: Tally
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** Smaller files are signed faster one into the other: each that is signed in place begins when all before are written. */
const LEAST_IN_PLACE = 4 * 1024 * 1024

/** Signs the keys of some files, in their order. */
export async function runBulk(io: Io, run: BulkRun): Promise<void> {
  const stream = createStreamSigner({ ...run, pool: createSigningPool(run.threads, run.output) })
  try {
    for (const file of run.files) {
      const target = placeFor(run, file)
      if (target === undefined || !(await signInPlace(io, run, file.path, target, () => stream.settle())))
        await stream.sign(file.path, gunzipped(counted(io, run, file.path), file.path))
    }
    await stream.settle()
    await run.output.end()
  } finally {
    // A line that is half written must not stay so.
    await stream.giveUp()
  }
}

/** Where lines of a file have their place, if threads can find its records by themselves. */
function placeFor({ ends, output }: BulkRun, { size = 0 }: InputFile): PlainTarget | undefined {
  // Within quotes a line end ends no record: only who has read all before knows.
  return !ends.hasQuotes && size >= LEAST_IN_PLACE ? output.target : undefined
}

/**
 * Signs a file in place, unless it is compressed.
 *
 * @param settle - Writes all that comes before.
 */
async function signInPlace(
  io: Io,
  run: BulkRun,
  path: string,
  target: PlainTarget,
  settle: () => Promise<void>,
): Promise<boolean> {
  const { file, size, close } = await io.files.openPlain(path)
  try {
    if (size > MAX_BYTES || isGzip(beginningOf(file))) return false
    await settle()
    run.tally.beginFile(path)
    run.threads.expect(size)
    const source = { file, size, separator: run.ends.separator }
    await signPlainFile(source, target, run)
    return true
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
function beginningOf(file: PlainFile): Uint8Array {
  const beginning = new Uint8Array(2)
  readAllSync(file, beginning, 0)
  return beginning
}
