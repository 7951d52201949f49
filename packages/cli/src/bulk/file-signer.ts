import type { BadKey } from 'cos-presign/bulk'
import { type PlainFile, writeAllSync } from '../io/plain-file.ts'
import { nextBlockBytes } from './block-size.ts'
import { type Entry, type Ledger, UNIT_BYTES } from './ledger.ts'
import type { RecordSource } from './record-reader.ts'
import type { SigningTools } from './signing-tools.ts'

/** One thread's part in signing a file into another. */
export interface FileSigner {
  /** Says where the lines of a block are to be written, if it is one of this thread's. All blocks are told, in their order. */
  place(entry: Entry, position: number): void
  /**
   * Signs or writes a block. `'waits'`: other threads must get on before; `'done'`: nothing is left to do for this one.
   *
   * @throws {CliError} `ERR_CLI_FILE`: a file cannot be read or written.
   * @throws {SignatureError} `ERR_CREDENTIAL_EXPIRED`: the temporary key died.
   */
  step(): 'worked' | 'waits' | 'done'
}

/** Is told which keys of a block are bad. */
export type OnBadKeys = (unit: number, badKeys: readonly BadKey[]) => void

export interface FileSignerOptions {
  readonly ledger: Ledger
  readonly source: RecordSource
  readonly target: PlainFile
  /** Called before the ledger knows of the block. */
  readonly onBadKeys: OnBadKeys
}

/** Lines that a thread keeps until they are written, in bytes: enough that a thread need not wait for one that the system stopped for a while. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024
/** A thread's bad keys of blocks that the first thread has not passed. */
const MAX_BAD_KEYS = 4000
/** When more blocks wait that have a place, two are written at a time. */
const MAX_PLACED = 2

/** Lines of a block. */
interface Kept {
  readonly unit: number
  readonly lines: Uint8Array
}

export function createFileSigner(
  { signBlock, readRecords, spareLines }: SigningTools,
  { ledger, source, target, onBadKeys }: FileSignerOptions,
): FileSigner {
  /** In their order: those that have a place, and those that have none yet. */
  const placed: { lines: Uint8Array; position: number }[] = []
  const kept: Kept[] = []
  const unpassed: { unit: number; badKeys: number }[] = []
  /** Of both. */
  let keptBytes = 0
  /** Of all that is not passed. */
  let badKeys = 0
  /** To claim next. */
  let nextUnits = 1
  let claimed: { unit: number; units: number } | undefined

  const writeNext = (): boolean => {
    const next = placed.shift()
    if (next === undefined) return false
    writeAllSync(target, next.lines, next.position)
    keptBytes -= next.lines.length
    spareLines.giveBack(next.lines.buffer as ArrayBuffer)
    return true
  }

  const forgetPassed = (): void => {
    while (unpassed[0] !== undefined && ledger.isPassed(unpassed[0].unit))
      badKeys -= unpassed.shift()?.badKeys ?? 0
  }

  function sign(unit: number, units: number): void {
    const start = unit * UNIT_BYTES
    const block = readRecords(source, start, start + units * UNIT_BYTES)
    const signed = signBlock(block, spareLines.take())
    const { lines } = signed.output
    if (signed.badKeys.length > 0) {
      onBadKeys(unit, signed.badKeys)
      unpassed.push({ unit, badKeys: signed.badKeys.length })
      badKeys += signed.badKeys.length
    }
    if (lines.length > 0) {
      kept.push({ unit, lines })
      keptBytes += lines.length
    } else spareLines.giveBack(lines.buffer as ArrayBuffer)
    ledger.add({
      unit,
      units,
      records: signed.records,
      badKeys: signed.badKeys.length,
      linesBytes: lines.length,
    })
    // A record of many units begins in one of them: nothing is learnt from the others.
    if (block.length > 0)
      nextUnits = Math.max(1, Math.floor(nextBlockBytes(block.length, signed) / UNIT_BYTES))
  }

  return {
    place({ unit }, position) {
      if (kept[0]?.unit !== unit) return
      const { lines } = kept.shift() as Kept
      placed.push({ lines, position })
    },
    step() {
      // One, and not all: the kernel lets one thread at a time write to a file. Where all take turns, one writes while another signs.
      const hasWritten = writeNext()
      if (placed.length > MAX_PLACED) writeNext()
      claimed ??= { unit: ledger.claim(nextUnits), units: nextUnits }
      if (claimed.unit * UNIT_BYTES >= source.size) {
        if (placed.length + kept.length === 0) return 'done'
        return hasWritten ? 'worked' : 'waits'
      }
      forgetPassed()
      if (keptBytes > MAX_KEPT_BYTES || badKeys > MAX_BAD_KEYS || ledger.isTooFar(claimed.unit))
        return hasWritten ? 'worked' : 'waits'
      sign(claimed.unit, claimed.units)
      claimed = undefined
      return 'worked'
    },
  }
}
