import { readAllSync } from '../io/plain-file.ts'
import type { PlainSource } from '../io/read-files.ts'
import type { Io } from '../io.ts'
import type { Progress } from '../progress.ts'
import { unlessAborted } from '../until-aborted.ts'
import type { BlockOutput } from './block-output.ts'
import { gunzipped, isGzip, type RecordEnds } from './blocks.ts'
import { MAX_BYTES } from './ledger.ts'
import { signPlainFile } from './sign-plain-file.ts'
import { signStream } from './sign-stream.ts'
import type { SigningPool } from './signing-pool.ts'
import type { Tally } from './tally.ts'
import type { Threads } from './threads.ts'

/** What a run reads, and where things go. */
export interface BulkRun {
  /** Files, `-` for standard input. */
  readonly files: readonly string[]
  readonly ends: RecordEnds
  readonly threads: Threads
  readonly pool: SigningPool
  readonly output: BlockOutput
  readonly tally: Tally
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** Signs the keys of some files, in their order. */
export async function runBulk(io: Io, run: BulkRun): Promise<void> {
  for (const file of run.files) {
    run.tally.beginFile(file)
    if (!(await signInPlace(io, run, file))) await signStream(gunzipped(counted(io, run, file), file), run)
  }
  await run.output.end()
}

/** Signs a file whose records threads can find by themselves, if it is one and its lines have a place in another. */
async function signInPlace(io: Io, run: BulkRun, path: string): Promise<boolean> {
  const { target } = run.output
  // Within quotes a line end ends no record: only who has read all before knows.
  if (target === undefined || run.ends.hasQuotes || path === '-') return false
  const source = await io.files.openPlain(path)
  if (source === undefined) return false
  try {
    if (source.size > MAX_BYTES || isGzip(beginningOf(source))) return false
    run.threads.expect(source.size)
    await signPlainFile({ file: source.file, size: source.size, separator: run.ends.separator }, target, run)
    return true
  } catch (error) {
    // They read from what is closed next.
    await run.threads.close()
    throw error
  } finally {
    await source.close()
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
function beginningOf({ file, size }: PlainSource): Uint8Array {
  const beginning = new Uint8Array(Math.min(2, size))
  readAllSync(file, beginning, 0)
  return beginning
}
