import type { CosClientOptions } from 'cos-presign'
import type { BulkOptions, BulkParams } from 'cos-presign/bulk'

/** What a run is about, as it is given to worker threads: nothing but data. */
export interface BulkJob {
  /** With the secrets, which stay in the process's memory. */
  readonly client: CosClientOptions
  readonly params: BulkParams
  readonly options: Omit<BulkOptions, 'onBadKey'>
  /** Whether blocks are deflated, each by itself, for a gzip file. */
  readonly gzip: boolean
}

/** The byte that ends a record of a job. */
export function separatorOf({ options }: BulkJob): number {
  return options.input === 'nul' ? 0 : 0x0a
}
