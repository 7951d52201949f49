import { setImmediate } from 'node:timers/promises'
import type { UnwrittenBlock } from './block-output.ts'
import { type RecordEnds, toBlocks } from './blocks.ts'
import type { SigningPool } from './signing-pool.ts'
import type { Tally } from './tally.ts'

/** Signs the keys of inputs, one after the other, as they come. */
export interface StreamSigner {
  /** Begins to sign all blocks of an input. The last ones may be on their way when it resolves: the next input need not wait for them. */
  sign(file: string, input: AsyncIterable<Uint8Array>): Promise<void>
  /** Resolves when all is written. */
  settle(): Promise<void>
  /** After a failure: resolves when nothing is being written any more. */
  giveUp(): Promise<void>
}

export interface StreamSignerOptions {
  readonly ends: RecordEnds
  readonly pool: SigningPool
  readonly tally: Tally
  readonly signal: AbortSignal
}

/** A block on its way. */
interface Pending {
  /** The file that begins with it. */
  readonly begins: string | undefined
  readonly signing: Promise<UnwrittenBlock>
  isSigned: boolean
}

export function createStreamSigner({ ends, pool, tally, signal }: StreamSignerOptions): StreamSigner {
  const pending: Pending[] = []
  let writing: Promise<void> = Promise.resolve()

  function begin(begins: string | undefined, signing: Promise<UnwrittenBlock>): void {
    const block = { begins, signing, isSigned: false }
    const note = (): void => {
      block.isSigned = true
    }
    // A failure is heard of when it is the block's turn.
    signing.then(note, note)
    pending.push(block)
  }

  /** Begins to write the next block once the one before it is written. */
  async function writeNext(): Promise<void> {
    const { begins, signing } = pending.shift() as Pending
    const block = await signing
    await writing
    if (begins !== undefined) tally.beginFile(begins)
    await tally.add(block)
    writing = block.write()
    // Awaited in its turn; meanwhile a failure must not count as unhandled.
    writing.catch(() => undefined)
  }

  return {
    async sign(file, input) {
      let begins: string | undefined = file
      for await (const block of toBlocks(input, ends, pool)) {
        signal.throwIfAborted()
        begin(begins, pool.sign(block))
        begins = undefined
        // Lets in what other threads have signed meanwhile.
        await setImmediate()
        // What is signed is written at once: its memory, still in the cache, is the next block's. New memory costs more than to sign in it.
        while (pending[0]?.isSigned === true || pending.length >= pool.depth) await writeNext()
      }
    },
    async settle() {
      while (pending.length > 0) {
        signal.throwIfAborted()
        await writeNext()
      }
      await writing
    },
    giveUp: () => writing.catch(() => undefined),
  }
}
