import { setImmediate } from 'node:timers/promises'
import type { BadKey } from 'cos-presign/bulk'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { printable } from '../output.ts'
import type { Progress } from '../progress.ts'
import { unlessAborted } from '../until-aborted.ts'
import type { UnwrittenBlock } from './block-output.ts'
import { gunzipped, type RecordEnds, toBlocks } from './blocks.ts'
import type { SigningPool } from './signing-pool.ts'

/** What a run reads, and where things go. */
export interface BulkRun {
  /** Files, `-` for standard input. */
  readonly files: readonly string[]
  readonly ends: RecordEnds
  readonly pool: SigningPool
  readonly progress: Progress
  readonly signal: AbortSignal
  /** Told how many keys have been signed so far. */
  onSigned(keys: number): void
  /** Writes lines about bad keys; without it the first one ends the run. */
  readonly writeSkipped: ((lines: string) => Promise<void>) | undefined
}

/** How it went. */
export interface BulkCounts {
  readonly signed: number
  readonly skipped: number
}

/** A block on its way. */
interface Pending {
  readonly file: string
  readonly isFirst: boolean
  readonly signing: Promise<UnwrittenBlock>
  isSigned: boolean
}

/** Signs the keys of some files, in their order, with as many blocks under way as the pool wants. */
export async function runBulk(io: Io, run: BulkRun): Promise<BulkCounts> {
  const pending: Pending[] = []
  const counts = { signed: 0, skipped: 0 }
  let line = 0
  let writing: Promise<void> = Promise.resolve()

  function begin(file: string, isFirst: boolean, signing: Promise<UnwrittenBlock>): void {
    const block = { file, isFirst, signing, isSigned: false }
    const note = (): void => {
      block.isSigned = true
    }
    // A failure is heard of when it is the block's turn.
    signing.then(note, note)
    pending.push(block)
  }

  /** Begins to write the next block once the one before it is written. */
  async function writeNext(): Promise<void> {
    const { file, isFirst, signing } = pending.shift() as Pending
    const block = await signing
    const { badKeys, records } = block
    if (isFirst) line = 0
    await writing
    if (badKeys.length > 0) await skip(badKeys, file)
    writing = block.write()
    // Awaited in its turn; meanwhile a failure must not count as unhandled.
    writing.catch(() => undefined)
    line += records
    counts.signed += records - badKeys.length
    counts.skipped += badKeys.length
    run.onSigned(counts.signed)
  }

  async function skip(badKeys: readonly BadKey[], file: string): Promise<void> {
    const [first] = badKeys
    if (run.writeSkipped === undefined && first !== undefined) {
      const where = `${file === '-' ? 'Standard input' : file}, line ${line + first.line}`
      throw new CliError(
        'ERR_CLI_INPUT_INVALID',
        `${where}: ${first.message}. With --skip-errors FILE such keys are left out, and listed there`,
      )
    }
    const prefix = run.files.length > 1 ? `${file}:` : ''
    await run.writeSkipped?.(
      badKeys.map((badKey) => `${prefix}${line + badKey.line}\t${badKey.reason}\t${show(badKey)}\n`).join(''),
    )
  }

  try {
    for (const file of run.files) {
      let isFirst = true
      const input = gunzipped(counted(io, run, file), file)
      for await (const block of toBlocks(input, run.ends, run.pool)) {
        run.signal.throwIfAborted()
        begin(file, isFirst, run.pool.sign(block))
        isFirst = false
        // Lets in what other threads have signed meanwhile.
        await setImmediate()
        // What is signed is written, or gets its place, at once: its memory, still in the cache, is the next block's. New memory costs more than
        // to sign in it.
        while (pending[0]?.isSigned === true || pending.length >= run.pool.depth) await writeNext()
      }
    }
    while (pending.length > 0) {
      run.signal.throwIfAborted()
      await writeNext()
    }
    await writing
    await run.pool.end()
    return counts
  } finally {
    // A line that is half written must not stay so.
    await writing.catch(() => undefined)
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

function show({ bytes }: BadKey): string {
  return printable(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString())
}
