import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BadKey } from 'cos-presign/bulk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SignBlock } from '../src/bulk/block-signer.ts'
import { createFileSigner, type FileSigner } from '../src/bulk/file-signer.ts'
import { createLedger, type Ledger, openLedger, UNIT_BYTES } from '../src/bulk/ledger.ts'
import { createRecordReader } from '../src/bulk/record-reader.ts'
import { createSpareLines } from '../src/bulk/spare-lines.ts'

/*
 * Threads that sign one file, in any order of their steps: here they are all in one, which a seed sends from one to another. What they sign
 * with is told from what it makes: `#` is a bad key, a number as many lines, and anything else one.
 */

const MIB = 1024 * 1024

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-bulk-file-signer-'))
})
afterAll(() => rm(directory, { recursive: true }))

const signBlock: SignBlock = (block, memory) => {
  const records = Buffer.from(block).toString().split('\n').slice(0, -1)
  const text = records.map(linesOf).join('')
  const output = Buffer.from(memory ?? new ArrayBuffer(1024 * 1024))
  const fits = output.length >= text.length ? output : Buffer.alloc(text.length)
  const lines = new Uint8Array(fits.buffer, fits.byteOffset, fits.write(text))
  const badKeys: BadKey[] = records.flatMap((record, at) =>
    record === '#' ? [{ line: at + 1, reason: 'empty', message: '', bytes: new Uint8Array() }] : [],
  )
  return {
    records: records.length,
    badKeys,
    linesBytes: lines.length,
    input: new ArrayBuffer(),
    output: { bytes: lines, lines },
  }
}
const linesOf = (record: string): string =>
  record === '#' ? '' : /^\d+$/.test(record) ? `${'n'.repeat(20)}\n`.repeat(Number(record)) : `${record}\n`

/** The same numbers from 0 to 1 for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

interface Run {
  readonly output: Buffer
  readonly records: number
  /** Their numbers in the file, from 0. */
  readonly badKeys: readonly number[]
}

interface Steps {
  /** How many threads there may be. */
  readonly threads: number
  /** Says which is next, of so many. One more than there are lets another in. */
  pick(seats: number): number
  /** Called while a thread signs a block of so many records: lets others do a step meanwhile. */
  during?(seat: number, step: (seat: number) => string, records: number): void
}

function signWith({ threads, pick, during }: Steps, records: readonly string[]): Run {
  const path = (name: string): string => join(directory, name)
  const content = records.map((record) => `${record}\n`).join('')
  writeFileSync(path('keys'), content)
  const input = openSync(path('keys'), 'r')
  const output = openSync(path('urls'), 'w')
  const source = { file: { fd: input, path: 'keys' }, size: Buffer.byteLength(content), separator: 0x0a }
  const badOfUnit = new Map<number, readonly BadKey[]>()
  const seats: { readonly ledger: Ledger; readonly signer: FileSigner; isDone: boolean }[] = []
  const takeSeat = (ledger: Ledger): void => {
    const at = seats.length
    const signWhile: SignBlock = (block, memory) => {
      const signed = signBlock(block, memory)
      during?.(at, stepOf, signed.records)
      return signed
    }
    const tools = { signBlock: signWhile, readRecords: createRecordReader(), spareLines: createSpareLines() }
    const onBadKeys = (unit: number, badKeys: readonly BadKey[]): void => void badOfUnit.set(unit, badKeys)
    const target = { fd: output, path: 'urls' }
    const signer = createFileSigner(tools, { ledger, source, target, onBadKeys })
    seats.push({ ledger, signer, isDone: false })
  }
  const badKeys: number[] = []
  let line = 0
  /** What a thread does between two looks at the others. */
  function stepOf(at: number): string {
    const seat = seats[at] as (typeof seats)[number]
    const { ledger, signer } = seat
    // The first goes on passing what others sign, for them.
    if (seat.isDone && at > 0) return 'done'
    for (let entry = ledger.next(); entry !== undefined; entry = ledger.next()) {
      signer.place(entry, ledger.cursor.position)
      if (at === 0) {
        badKeys.push(...(badOfUnit.get(entry.unit) ?? []).map((bad) => line + bad.line - 1))
        line += entry.records
      }
      ledger.pass(entry)
    }
    const state = signer.step()
    if (state === 'done') {
      if (at > 0) ledger.leave()
      seat.isDone = at > 0 || ledger.cursor.unit * UNIT_BYTES >= source.size
    }
    return state
  }
  const first = createLedger(threads, 0)
  takeSeat(first)
  for (let steps = 0; seats.some(({ isDone }) => !isDone); steps++) {
    if (steps > 1_000_000) throw new Error('Nothing comes to an end')
    const at = pick(Math.min(threads, seats.length + 1))
    if (at === seats.length) takeSeat(openLedger(first.admit(at)))
    else stepOf(at)
  }
  closeSync(input)
  closeSync(output)
  return { output: readFileSync(path('urls')), records: line, badKeys }
}

function expectAll(run: Run, records: readonly string[]): void {
  const expected = Buffer.from(records.map(linesOf).join(''))
  expect(run.output.length).toBe(expected.length)
  expect(run.output.equals(expected)).toBe(true)
  expect(run.records).toBe(records.length)
  const bad = records.flatMap((record, at) => (record === '#' ? [at] : []))
  expect(run.badKeys.join()).toBe(bad.join())
}

/** Stretches of one kind, so that blocks differ. */
function recordsOf(seed: number, stretches: number): string[] {
  const random = randomOf(seed)
  const kinds = [
    () => `key-${Math.floor(random() * 1e9)}`,
    () => '#',
    () => `${Math.floor(random() * 60)}`,
    () => 'x'.repeat(Math.floor(random() * 9000)),
    () => '',
  ]
  return Array.from({ length: stretches }, () => {
    const kind = kinds[Math.floor(random() * kinds.length)] as () => string
    return Array.from({ length: Math.floor(random() * 700) }, kind)
  }).flat()
}

describe('threads that sign one file', () => {
  it.each(Array.from({ length: 24 }, (_, seed) => seed))(
    'make it whole, in any order of steps (seed %d)',
    (seed) => {
      const random = randomOf(seed + 1000)
      const records = recordsOf(seed, 40)
      // Some threads are slower than others.
      const pick = (seats: number): number => Math.floor(random() ** (1 + (seed % 3)) * seats)
      expectAll(signWith({ threads: 1 + (seed % 5), pick }, records), records)
    },
  )

  it.each([
    { what: 'kept lines', record: '90'.padStart(50, '0'), count: 10_000, most: (4 * MIB) / (90 * 21) + 450 },
    { what: 'bad keys', record: '#', count: 40_000, most: 4000 + 2048 },
    { what: 'blocks', record: '0'.repeat(4095), count: 8000, most: 4096 + 16 },
  ])('wait for one that stands still in a block, once they have too many $what, and go on', (given) => {
    const records = Array.from({ length: given.count }, () => given.record)
    let turns = 0
    const pick = (): number => (turns++ < 2 ? 1 : turns % 2)
    let isStanding = false
    let signed = 0
    let state = ''
    const during: Steps['during'] = (seat, step, ofBlock) => {
      if (seat === 0 && isStanding) signed += ofBlock
      if (seat === 0 || state !== '') return
      isStanding = true
      for (let steps = 0; steps < 10_000 && state !== 'waits'; steps++) state = step(0)
      isStanding = false
    }
    expectAll(signWith({ threads: 2, pick, during }, records), records)
    expect(state).toBe('waits')
    expect(signed).toBeLessThanOrEqual(given.most)
    expect(signed).toBeGreaterThan(given.most / 2)
  })
})
