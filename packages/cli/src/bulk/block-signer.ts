import { gzipSync } from 'node:zlib'
import { CosClient } from 'cos-presign'
import { type BadKey, createBulkSigner } from 'cos-presign/bulk'
import type { BulkJob } from './job.ts'

/** What became of a block of input. */
export interface SignedBlock {
  /** Whole lines, or a member of a gzip file. Its memory may be used again once it is written. */
  readonly output: Uint8Array
  readonly records: number
  /** With the number of each in its block. */
  readonly badKeys: readonly BadKey[]
}

/** Signs blocks of whole records, one after the other. */
export type SignBlock = (block: Uint8Array, memory: ArrayBuffer | undefined) => SignedBlock

/** Fits the output of a block of usual keys. */
const MEMORY_BYTES = 4 * 1024 * 1024

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
    let output = new Uint8Array(memory ?? new ArrayBuffer(MEMORY_BYTES))
    let length = 0
    const write = (lines: Uint8Array): void => {
      if (length + lines.length > output.length) {
        const larger = new Uint8Array(2 * (length + lines.length))
        larger.set(output.subarray(0, length))
        output = larger
      }
      output.set(lines, length)
      length += lines.length
    }
    badKeys = []
    before = signer.records
    signer.push(block, write)
    signer.end(write)
    const lines = output.subarray(0, length)
    return { output: job.gzip ? gzipSync(lines) : lines, records: signer.records - before, badKeys }
  }
}
