/* What threads that sign one file tell each other, in memory that they share: a message takes as long as to sign a hundred keys. */

/** Parts of a file that threads claim, in bytes. A block is one of them, or some that follow each other. */
export const UNIT_BYTES: number = 4096

/** Units of a larger file, and those that are claimed after its end, might not be numbers of 31 bits. */
export const MAX_BYTES: number = 2 ** 30 * UNIT_BYTES

/** How far one thread may be ahead of another, in units, which is the length of the ring. */
const MAX_AHEAD = 4096

/** What became of a block. */
export interface Entry {
  /** Number of the block's first unit. */
  readonly unit: number
  readonly units: number
  readonly records: number
  readonly badKeys: number
  readonly linesBytes: number
}

/** Where all before a block ends. */
export interface Cursor {
  readonly unit: number
  /** Of the lines, in bytes from the output's beginning. */
  readonly position: number
}

/** One thread's view of what all have done. It goes over the blocks in their order, at its own pace. */
export interface Ledger {
  readonly cursor: Cursor
  /** Claims so many units, for nobody else to sign, and returns the number of the first. They may be after the end. */
  claim(units: number): number
  /** Whether a block would overwrite what another thread has not seen yet. */
  isTooFar(unit: number): boolean
  /** Tells all threads of a block. */
  add(entry: Entry): void
  /** The block at the cursor; `undefined` while nobody has signed it. */
  next(): Entry | undefined
  /** Moves the cursor behind the block at it. */
  pass(entry: Entry): void
  /** Whether the first thread, which gets all bad keys, has passed a block. */
  isPassed(unit: number): boolean
  /** Lets a thread in, which begins where this one is. */
  admit(thread: number): LedgerSeat
  /** Goes, so that nobody waits for this thread. */
  leave(): void
  /** Blocks this thread until something has happened since its last `next()`, or for a short while. */
  wait(): void
}

/** A thread's place at a ledger: nothing but data, for the thread to {@link openLedger}. */
export interface LedgerSeat {
  readonly memory: SharedArrayBuffer
  readonly threads: number
  readonly thread: number
  readonly cursor: Cursor
}

/** The memory is the number of the next unit, a count of events, where each thread is, and a ring of blocks. */
const NEXT_UNIT = 0
const EVENTS = 1
const CURSORS = 2
/** Of a block in the ring: its unit + 1, which is written last, and the other members of an entry. */
const FIELDS = 5
/** Where a thread is that nobody waits for. */
const GONE = 0x7fff_ffff
/** In milliseconds: should a thread be woken by nobody, it looks again. */
const LONGEST_WAIT = 100

/** A ledger of so many threads, for the first of them. */
export function createLedger(threads: number, position: number): Ledger {
  const memory = new SharedArrayBuffer(
    Int32Array.BYTES_PER_ELEMENT * (CURSORS + threads + FIELDS * MAX_AHEAD),
  )
  new Int32Array(memory).fill(GONE, CURSORS + 1, CURSORS + threads)
  return openLedger({ memory, threads, thread: 0, cursor: { unit: 0, position } })
}

export function openLedger({ memory, threads, thread, cursor: { unit, position } }: LedgerSeat): Ledger {
  const cells = new Int32Array(memory)
  const cellOf = (block: number): number => CURSORS + threads + FIELDS * (block % MAX_AHEAD)
  const cursorOf = (other: number): number => Atomics.load(cells, CURSORS + other)
  const moveTo = (block: number): void => {
    Atomics.store(cells, CURSORS + thread, block)
  }
  const tellOthers = (): void => {
    if (threads === 1) return
    Atomics.add(cells, EVENTS, 1)
    Atomics.notify(cells, EVENTS)
  }
  let events = 0
  return {
    get cursor() {
      return { unit, position }
    },
    claim: (units) => Atomics.add(cells, NEXT_UNIT, units),
    isTooFar(block) {
      // The first before the others: one that is found gone, and comes now, begins where the first is or after it.
      for (let other = 0; other < threads; other++) if (block - cursorOf(other) >= MAX_AHEAD) return true
      return false
    },
    add(entry) {
      const cell = cellOf(entry.unit)
      cells[cell + 1] = entry.units
      cells[cell + 2] = entry.records
      cells[cell + 3] = entry.badKeys
      cells[cell + 4] = entry.linesBytes
      Atomics.store(cells, cell, entry.unit + 1)
      tellOthers()
    },
    next() {
      const cell = cellOf(unit)
      events = Atomics.load(cells, EVENTS)
      if (Atomics.load(cells, cell) !== unit + 1) return undefined
      const [units = 0, records = 0, badKeys = 0, linesBytes = 0] = cells.subarray(cell + 1, cell + FIELDS)
      return { unit, units, records, badKeys, linesBytes }
    },
    pass({ units, linesBytes }) {
      unit += units
      position += linesBytes
      moveTo(unit)
      tellOthers()
    },
    isPassed: (block) => block < cursorOf(0),
    admit(other) {
      Atomics.store(cells, CURSORS + other, unit)
      return { memory, threads, thread: other, cursor: { unit, position } }
    },
    leave() {
      moveTo(GONE)
      tellOthers()
    },
    wait: () => void Atomics.wait(cells, EVENTS, events, LONGEST_WAIT),
  }
}
