import { constants, deflateRawSync } from 'node:zlib'
import { CosClient } from 'cos-presign'
import { type BadKey, createBulkSigner } from 'cos-presign/bulk'
import type { BulkJob } from './job.ts'

/** Memory that goes round: a block is read into it, signed in it, and written from it. */
export interface BlockMemory {
  readonly input: ArrayBuffer
  readonly lines: ArrayBuffer
}

/** What became of a block of input. */
export interface SignedBlock {
  /** Whole lines; with `gzip` deflated, as blocks of which none is the last. */
  readonly output: Uint8Array
  /** The lines, which are not deflated. */
  readonly lines: Uint8Array
  readonly records: number
  /** With the number of each in its block. */
  readonly badKeys: readonly BadKey[]
  /** May be used again once the output is written. */
  readonly memory: BlockMemory
}

/**
 * Signs blocks of whole records, one after the other.
 *
 * @param lines - Memory for the output, if there is any to be used again.
 */
export type SignBlock = (block: Uint8Array, lines: ArrayBuffer | undefined) => SignedBlock

/** Fits the output of a block of usual keys. What is not written to takes no memory. */
export const LINES_BYTES: number = 1024 * 1024

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

  return function signBlock(block, lines) {
    let output = new Uint8Array(lines ?? new ArrayBuffer(LINES_BYTES))
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
    const written = output.subarray(0, length)
    return {
      output: job.gzip ? deflate(written) : written,
      lines: written,
      records: signer.records - before,
      badKeys,
      memory: { input: block.buffer as ArrayBuffer, lines: output.buffer },
    }
  }
}

/** Ends on a whole byte, and not the stream, so that what is deflated may follow what was deflated elsewhere. */
function deflate(lines: Uint8Array): Uint8Array {
  return lines.length === 0 ? lines : deflateRawSync(lines, { finishFlush: constants.Z_SYNC_FLUSH })
}
