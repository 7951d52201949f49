import { createBlockSigner, type SignBlock } from './block-signer.ts'
import type { BulkJob } from './job.ts'
import { createRecordReader, type ReadRecords } from './record-reader.ts'
import { createSpareLines, type SpareLines } from './spare-lines.ts'

/** What a thread signs with, and uses again for the next file. */
export interface SigningTools {
  readonly signBlock: SignBlock
  readonly readRecords: ReadRecords
  readonly spareLines: SpareLines
}

/**
 * Makes the tools of one thread.
 *
 * @param now - The clock, in milliseconds.
 */
export async function createSigningTools(job: BulkJob, now: () => number): Promise<SigningTools> {
  return {
    signBlock: await createBlockSigner(job, now),
    readRecords: createRecordReader(),
    spareLines: createSpareLines(),
  }
}
