import { setTimeout } from 'node:timers'
import { setImmediate } from 'node:timers/promises'
import type { BadKey } from 'cos-presign/bulk'
import type { Progress } from '../progress.ts'
import type { PlainTarget } from './block-output.ts'
import { createFileSigner, type OnBadKeys } from './file-signer.ts'
import { createLedger, UNIT_BYTES } from './ledger.ts'
import type { RecordSource } from './record-reader.ts'
import type { Tally } from './tally.ts'
import type { Threads } from './threads.ts'

export interface PlainFileRun {
  readonly threads: Threads
  readonly tally: Tally
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** In milliseconds, before this thread looks again whether others got on, unless one has finished. */
const PAUSE = 1
/** Blocks between two looks at what others say, and at Ctrl-C: a look takes a sixtieth of the time of a block. */
const STEPS_BETWEEN_LOOKS = 4

/**
 * Signs the keys of one file into another. Each thread reads, signs and writes parts of them by itself; this one does so too, counts what all
 * have signed, and lists bad keys.
 */
export async function signPlainFile(
  source: RecordSource,
  target: PlainTarget,
  { threads, tally, progress, signal }: PlainFileRun,
): Promise<void> {
  const ledger = createLedger(threads.count, target.position)
  const badKeys = new Map<number, readonly BadKey[]>()
  const onBadKeys: OnBadKeys = (unit, ofBlock) => {
    badKeys.set(unit, ofBlock)
  }
  const signer = createFileSigner(threads.tools, { ledger, source, target: target.file, onBadKeys })
  const admitted = new Set<number>()
  let working = 0
  let failure: { readonly error: unknown } | undefined
  let wake = (): void => undefined
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
      setTimeout(resolve, PAUSE)
    })

  /** Those that have become ready meanwhile. */
  function admitOthers(): void {
    for (const [at, thread] of threads.others.entries()) {
      if (admitted.has(at) || !thread.isReady()) continue
      admitted.add(at)
      working++
      thread.signFile({ seat: ledger.admit(at + 1), source, target: target.file }, onBadKeys).then(
        () => {
          working--
          wake()
        },
        (error: unknown) => {
          failure ??= { error }
        },
      )
    }
  }

  /** Goes over what has been signed. */
  async function passSigned(): Promise<void> {
    for (;;) {
      const entry = ledger.next()
      if (entry === undefined) return
      const bad = entry.badKeys === 0 ? [] : badKeys.get(entry.unit)
      // Another thread's are on their way: it sends them before it tells of the block.
      if (bad === undefined) return
      badKeys.delete(entry.unit)
      await tally.add({ records: entry.records, badKeys: bad })
      signer.place(entry, ledger.cursor.position)
      const begin = entry.unit * UNIT_BYTES
      progress.add(Math.min(begin + entry.units * UNIT_BYTES, source.size) - begin)
      ledger.pass(entry)
    }
  }

  for (let steps = 1; ; steps++) {
    signal.throwIfAborted()
    if (failure !== undefined) throw failure.error
    await passSigned()
    const isAllPassed = ledger.cursor.unit * UNIT_BYTES >= source.size
    if (!isAllPassed) admitOthers()
    const state = signer.step()
    if (state === 'done' && isAllPassed && working === 0) break
    if (state !== 'worked') await pause()
    else if (steps % STEPS_BETWEEN_LOOKS === 0) await setImmediate()
  }
  target.position = ledger.cursor.position
}
