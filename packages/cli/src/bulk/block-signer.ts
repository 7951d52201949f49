import { constants, deflateRawSync } from 'node:zlib'
import { CosClient } from 'cos-presign'
import { type BadKey, createBulkSigner } from 'cos-presign/bulk'
import type { BulkJob } from './job.ts'
import { LINES_BYTES } from './spare-lines.ts'

/** What became of a block of input. */
export interface SignedBlock {
  readonly records: number
  /** With the number of each in its block. */
  readonly badKeys: readonly BadKey[]
  /** How long the lines are that were signed. */
  readonly linesBytes: number
  /** The memory of the block, which may be used again. */
  readonly input: ArrayBuffer
  readonly output: {
    /** Whole lines; with `gzip` deflated, as blocks of which none is the last. */
    readonly bytes: Uint8Array
    /** The lines, which are not deflated, in memory that may be used again once the output is written. */
    readonly lines: Uint8Array
  }
}

/**
 * Signs blocks of whole records, one after the other.
 *
 * @param memory - For the lines, if there is any to be used again.
 */
export type SignBlock = (block: Uint8Array, memory: ArrayBuffer | undefined) => SignedBlock

/**
 * Makes a signer of blocks.
 *
 * @param now - The clock, in milliseconds.
 */
export async function createBlockSigner(job: BulkJob, now: () => number): Promise<SignBlock> {
  let badKeys: BadKey[] = []
  let before = 0
  const signer = await createBulkSigner(new CosClient({ ...job.client, Now: now }), job.params, {
    ...job.options,
    onBadKey: (badKey) => badKeys.push({ ...badKey, line: badKey.line - before }),
  })

  return function signBlock(block, memory) {
    let output = new Uint8Array(memory ?? new ArrayBuffer(LINES_BYTES))
    let length = 0
    const write = (more: Uint8Array): void => {
      if (length + more.length > output.length) {
        const larger = new Uint8Array(2 * (length + more.length))
        larger.set(output.subarray(0, length))
        output = larger
      }
      output.set(more, length)
      length += more.length
    }
    badKeys = []
    before = signer.records
    signer.push(block, write)
    signer.end(write)
    const lines = output.subarray(0, length)
    return {
      records: signer.records - before,
      badKeys,
      linesBytes: length,
      input: block.buffer as ArrayBuffer,
      output: { bytes: job.gzip ? deflate(lines) : lines, lines },
    }
  }
}

/** Ends on a whole byte, and not the stream, so that what is deflated may follow what was deflated elsewhere. */
function deflate(lines: Uint8Array): Uint8Array {
  return lines.length === 0 ? lines : deflateRawSync(lines, { finishFlush: constants.Z_SYNC_FLUSH })
}
