import { describe, expect, it } from 'vitest'
import { createLedger, type Entry, type Ledger, openLedger } from '../src/bulk/ledger.ts'

/* What threads tell each other of blocks. */

const entry = (unit: number, linesBytes = 0): Entry => ({
  unit,
  units: 16,
  records: 1,
  badKeys: 0,
  linesBytes,
})

/** Adds blocks from a ledger's cursor on, and passes them. */
function goOn(ledger: Ledger, blocks: number): void {
  for (let block = 0; block < blocks; block++) {
    ledger.add(entry(ledger.cursor.unit, 100))
    ledger.pass(ledger.next() as Entry)
  }
}

describe('a ledger', () => {
  it('gives each unit to one thread', () => {
    const first = createLedger(2, 0)
    const second = openLedger(first.admit(1))
    expect([first.claim(16), second.claim(1), first.claim(4), second.claim(16)]).toEqual([0, 16, 17, 21])
  })

  it('tells each thread of each block once, in their order, and where its lines begin', () => {
    const first = createLedger(2, 1000)
    const second = openLedger(first.admit(1))
    second.add(entry(16, 7))
    expect(first.next()).toBeUndefined()
    first.add(entry(0, 5))
    for (const ledger of [first, second]) {
      expect([ledger.next(), ledger.cursor.position]).toEqual([entry(0, 5), 1000])
      ledger.pass(entry(0, 5))
      expect([ledger.next(), ledger.cursor.position]).toEqual([entry(16, 7), 1005])
      ledger.pass(entry(16, 7))
      expect([ledger.next(), ledger.cursor]).toEqual([undefined, { unit: 32, position: 1012 }])
    }
  })

  it('keeps a block until all have passed it', () => {
    const first = createLedger(3, 0)
    const second = openLedger(first.admit(1))
    goOn(first, 100)
    expect([first, second].map((ledger) => [ledger.isTooFar(4095), ledger.isTooFar(4096)])).toEqual([
      [false, true],
      [false, true],
    ])
    second.pass(second.next() as Entry)
    expect([first.isTooFar(4096 + 15), first.isTooFar(4096 + 16)]).toEqual([false, true])
  })

  it('waits for no thread that has not come, or has gone', () => {
    const first = createLedger(3, 0)
    const second = openLedger(first.admit(1))
    goOn(first, 100)
    second.leave()
    expect([first.isTooFar(1600 + 4095), first.isTooFar(1600 + 4096)]).toEqual([false, true])
  })

  it('lets a thread in where the first is, and from then on waits for it', () => {
    const first = createLedger(2, 0)
    goOn(first, 1000)
    const second = openLedger(first.admit(1))
    expect(second.cursor).toEqual({ unit: 16_000, position: 100_000 })
    goOn(first, 10)
    expect([first.isTooFar(16_000 + 4095), first.isTooFar(16_000 + 4096)]).toEqual([false, true])
    expect(second.next()).toEqual(entry(16_000, 100))
  })

  it('says what the first has passed', () => {
    const first = createLedger(2, 0)
    const second = openLedger(first.admit(1))
    goOn(first, 1)
    expect([0, 15, 16].map(second.isPassed)).toEqual([true, true, false])
  })

  it('does not wait for what has happened since it was last looked at', () => {
    const first = createLedger(2, 0)
    const second = openLedger(first.admit(1))
    expect(second.next()).toBeUndefined()
    first.add(entry(0))
    const begun = performance.now()
    for (let waits = 0; waits < 20; waits++) second.wait()
    // Each would take a tenth of a second.
    expect(performance.now() - begun).toBeLessThan(1000)
  })
})
