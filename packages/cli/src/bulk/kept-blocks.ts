import { type PlainFile, writeAllSync } from '../io/plain-file.ts'
import type { SignBlock, SignedBlock } from './block-signer.ts'
import { createSpareLines } from './spare-lines.ts'

/** What became of a block whose lines stay with the thread that signed it. */
export type KeptBlock = Omit<SignedBlock, 'output'>

/** Where the lines of a block belong. */
export interface Place {
  readonly file: PlainFile
  /** In bytes from the file's beginning. */
  readonly position: number
}

/** Blocks of one thread, whose lines it keeps until it is told where they belong, and writes there itself. */
export interface KeptBlocks {
  /** Signs a block. Before that it writes one that has a place. */
  sign(block: Uint8Array): KeptBlock
  /** Says where the lines of the oldest block belong that has no place yet. */
  place(place: Place): void
  /** Writes all that have a place. */
  settle(): void
}

/** When more wait that have a place, two are written at a time. */
const MAX_WAITING = 2

export function createKeptBlocks(signBlock: SignBlock): KeptBlocks {
  const kept: Uint8Array[] = []
  const places: Place[] = []
  const spareLines = createSpareLines()
  const write = ({ file, position }: Place): void => {
    // A place is told for a block that was signed.
    const lines = kept.shift() as Uint8Array
    writeAllSync(file, lines, position)
    spareLines.giveBack(lines.buffer as ArrayBuffer)
  }
  const writeNext = (): void => {
    const place = places.shift()
    if (place !== undefined) write(place)
  }
  return {
    sign(block) {
      // One, and not all: the kernel lets one thread at a time write to a file. Where all take turns, one writes while another signs.
      writeNext()
      if (places.length > MAX_WAITING) writeNext()
      const { records, badKeys, input, output } = signBlock(block, spareLines.take())
      kept.push(output.lines)
      return { records, badKeys, input, linesBytes: output.lines.length }
    },
    place(place) {
      places.push(place)
    },
    settle() {
      for (const place of places.splice(0)) write(place)
    },
  }
}
