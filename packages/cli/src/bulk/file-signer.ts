import type { BadKey } from 'cos-presign/bulk'
import { type PlainFile, writeAllSync } from '../io/plain-file.ts'
import type { SignBlock } from './block-signer.ts'
import { BAD_KEY_BYTES, OUTPUT_BYTES, PIECE_BYTES } from './block-size.ts'
import { type Entry, type Ledger, UNIT_BYTES } from './ledger.ts'
import type { ReadRecords, RecordSource } from './record-reader.ts'
import type { SpareLines } from './spare-lines.ts'

/** One thread's part in signing a file into another. */
export interface FileSigner {
  /** Says where the lines of a block are to be written, if it is one of this thread. All blocks are told, in their order. */
  place(entry: Entry, position: number): void
  /** Signs or writes a block. `'waits'`: other threads must get on before; `'done'`: nothing is left to do for this one. */
  step(): 'worked' | 'waits' | 'done'
}

/** What a thread signs with, and uses again for the next file. */
export interface SigningTools {
  readonly signBlock: SignBlock
  readonly readRecords: ReadRecords
  readonly spareLines: SpareLines
}

export interface FileSignerOptions {
  readonly ledger: Ledger
  readonly source: RecordSource
  readonly target: PlainFile
  /** Gets the bad keys of a block before the ledger does. */
  onBadKeys(unit: number, badKeys: readonly BadKey[]): void
}

/** Lines that are kept until they are written, in bytes: enough that a thread need not wait for one that the system stopped for a while. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024
/** Bad keys of blocks that the first thread has not passed. */
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
  const bad: { unit: number; count: number }[] = []
  let keptBytes = 0
  let badKeys = 0
  let units = 1
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
    while (bad[0] !== undefined && ledger.isPassed(bad[0].unit)) badKeys -= bad.shift()?.count ?? 0
  }

  function sign(unit: number, ofUnits: number): void {
    const start = unit * UNIT_BYTES
    const block = readRecords(source, start, start + ofUnits * UNIT_BYTES)
    const signed = signBlock(block, spareLines.take())
    const { lines } = signed.output
    if (signed.badKeys.length > 0) {
      onBadKeys(unit, signed.badKeys)
      bad.push({ unit, count: signed.badKeys.length })
      badKeys += signed.badKeys.length
    }
    if (lines.length > 0) {
      kept.push({ unit, lines })
      keptBytes += lines.length
    } else spareLines.giveBack(lines.buffer as ArrayBuffer)
    ledger.add({
      unit,
      units: ofUnits,
      records: signed.records,
      badKeys: signed.badKeys.length,
      linesBytes: lines.length,
    })
    if (block.length === 0) return
    const growth = (lines.length + signed.badKeys.length * BAD_KEY_BYTES) / block.length
    units = Math.max(1, Math.min(PIECE_BYTES, OUTPUT_BYTES / growth) / UNIT_BYTES) | 0
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
      claimed ??= { unit: ledger.claim(units), units }
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
