import { setImmediate } from 'node:timers/promises'
import type { UnwrittenBlock } from './block-output.ts'
import { type RecordEnds, toBlocks } from './blocks.ts'
import type { SigningPool } from './signing-pool.ts'
import type { Tally } from './tally.ts'

/** A block on its way. */
interface Pending {
  readonly signing: Promise<UnwrittenBlock>
  isSigned: boolean
}

export interface StreamRun {
  readonly ends: RecordEnds
  readonly pool: SigningPool
  readonly tally: Tally
  readonly signal: AbortSignal
}

/** Signs the keys of an input as they come, with as many blocks under way as the pool wants. */
export async function signStream(
  input: AsyncIterable<Uint8Array>,
  { ends, pool, tally, signal }: StreamRun,
): Promise<void> {
  const pending: Pending[] = []
  let writing: Promise<void> = Promise.resolve()

  function begin(signing: Promise<UnwrittenBlock>): void {
    const block = { signing, isSigned: false }
    const note = (): void => {
      block.isSigned = true
    }
    // A failure is heard of when it is the block's turn.
    signing.then(note, note)
    pending.push(block)
  }

  /** Begins to write the next block once the one before it is written. */
  async function writeNext(): Promise<void> {
    const block = await (pending.shift() as Pending).signing
    await writing
    await tally.add(block)
    writing = block.write()
    // Awaited in its turn; meanwhile a failure must not count as unhandled.
    writing.catch(() => undefined)
  }

  try {
    for await (const block of toBlocks(input, ends, pool)) {
      signal.throwIfAborted()
      begin(pool.sign(block))
      // Lets in what other threads have signed meanwhile.
      await setImmediate()
      // What is signed is written at once: its memory, still in the cache, is the next block's. New memory costs more than to sign in it.
      while (pending[0]?.isSigned === true || pending.length >= pool.depth) await writeNext()
    }
    while (pending.length > 0) {
      signal.throwIfAborted()
      await writeNext()
    }
    await writing
  } finally {
    // A line that is half written must not stay so.
    await writing.catch(() => undefined)
  }
}
