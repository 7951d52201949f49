import type { BadKey } from 'cos-presign/bulk'
import { CliError } from '../errors.ts'
import { printable } from '../output.ts'

/** How a run went. */
export interface BulkCounts {
  readonly signed: number
  readonly skipped: number
}

/** Counts what was signed, and says which keys were not. */
export interface Tally {
  readonly counts: BulkCounts
  /** Begins to count lines again. */
  beginFile(file: string): void
  /** Counts a block, in the order of the input. */
  add(block: { readonly records: number; readonly badKeys: readonly BadKey[] }): Promise<void>
}

export interface TallyOptions {
  /** Whether a line in the list needs its file's name before it. */
  readonly hasManyFiles: boolean
  /** Told how many keys have been signed so far. */
  onSigned(keys: number): void
  /** Writes lines about bad keys; without it the first one ends the run. */
  readonly writeSkipped: ((lines: string) => Promise<void>) | undefined
}

export function createTally({ hasManyFiles, onSigned, writeSkipped }: TallyOptions): Tally {
  const counts = { signed: 0, skipped: 0 }
  let file = ''
  let line = 0

  async function skip(badKeys: readonly BadKey[]): Promise<void> {
    const [first] = badKeys
    if (writeSkipped === undefined && first !== undefined) {
      const where = `${file === '-' ? 'Standard input' : file}, line ${line + first.line}`
      throw new CliError(
        'ERR_CLI_INPUT_INVALID',
        `${where}: ${first.message}. With --skip-errors FILE such keys are left out, and listed there`,
      )
    }
    const prefix = hasManyFiles ? `${file}:` : ''
    await writeSkipped?.(
      badKeys.map((badKey) => `${prefix}${line + badKey.line}\t${badKey.reason}\t${show(badKey)}\n`).join(''),
    )
  }

  return {
    counts,
    beginFile(name) {
      file = name
      line = 0
    },
    async add({ records, badKeys }) {
      if (badKeys.length > 0) await skip(badKeys)
      line += records
      counts.signed += records - badKeys.length
      counts.skipped += badKeys.length
      onSigned(counts.signed)
    },
  }
}

function show({ bytes }: BadKey): string {
  return printable(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString())
}
