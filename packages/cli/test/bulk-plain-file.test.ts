import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLedger } from '../src/bulk/ledger.ts'
import { signPlainFile } from '../src/bulk/sign-plain-file.ts'
import { createTally } from '../src/bulk/tally.ts'
import type { OtherThread } from '../src/bulk/thread.ts'
import { startThreads } from '../src/bulk/threads.ts'
import { NO_PROGRESS } from '../src/progress.ts'
import { pathsOf } from './bulk-process.ts'

/* What the main thread does where another one, which this test plays, is slow or fails. */

const job = {
  client: { Region: 'ap-guangzhou', SecretId: 'AKIDplain00000001', SecretKey: 'test-secret-of-files' },
  params: { Bucket: 'examplebucket-1250000000' },
  options: { input: 'lines', output: 'urls' },
  gzip: false,
} as const

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cos-presign-bulk-plain-file-'))
})
afterAll(() => rm(directory, { recursive: true }))

type SignFile = OtherThread['signFile']

/** Signs 2,000 keys of 16 bytes, of which the other thread may claim some first. Returns the paths that were signed, and the list. */
async function signWith(
  signFile: SignFile,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ paths: string[]; list: string }> {
  const path = (name: string): string => join(directory, name)
  const keys = Array.from({ length: 2000 }, (_, at) => `key-${`${at}`.padStart(11, '0')}\n`)
  writeFileSync(path('keys'), keys.join(''))
  const input = openSync(path('keys'), 'r')
  const output = openSync(path('urls'), 'w')
  const other = { isReady: () => true, signFile } as OtherThread
  const { tools } = await startThreads(job, { count: 1, inputBytes: undefined, now: Date.now })
  let list = ''
  const writeSkipped = (lines: string): Promise<void> => {
    list += lines
    return Promise.resolve()
  }
  const tally = createTally({ hasManyFiles: false, onSigned: () => undefined, writeSkipped })
  try {
    await signPlainFile(
      { file: { fd: input, path: 'keys' }, size: keys.length * 16, separator: 0x0a },
      { file: { fd: output, path: 'urls' }, position: 0 },
      {
        threads: { count: 2, tools, others: [other], next: never, expect: never, close: never },
        tally,
        progress: NO_PROGRESS,
        signal,
      },
    )
    return { paths: pathsOf(readFileSync(path('urls'), 'utf8')), list }
  } finally {
    closeSync(input)
    closeSync(output)
  }
}
const never = (): never => {
  throw new Error('not called')
}

/** Says of all keys of the first 4 KiB, which nobody has claimed, that they are bad. */
const refuseAll =
  (tell: () => void): SignFile =>
  (part) => {
    const ledger = openLedger(part.seat)
    const unit = ledger.claim(1)
    expect(unit).toBe(0)
    ledger.add({ unit, units: 1, records: 256, badKeys: 256, linesBytes: 0 })
    ledger.leave()
    tell()
    return Promise.resolve()
  }
const badKeys = Array.from({ length: 256 }, (_, at) => ({
  line: at + 1,
  reason: 'empty' as const,
  message: 'the key is empty',
  bytes: new Uint8Array(),
}))

describe('the main thread', () => {
  it('waits for the bad keys of another, which come later than that there are some', async () => {
    const signFile: SignFile = (part, onBadKeys) =>
      refuseAll(() => void setTimeout(50).then(() => onBadKeys(0, badKeys)))(part, onBadKeys)
    const { paths, list } = await signWith(signFile)
    expect(list.split('\n').slice(0, -1)).toEqual(badKeys.map(({ line }) => `${line}\tempty\t`))
    expect([paths.length, paths[0], paths.at(-1)]).toEqual([1744, 'key-00000000256', 'key-00000001999'])
  })

  it('does not end before another has written what it signed', async () => {
    let hasEnded = false
    const signFile: SignFile = async (part) => {
      openLedger(part.seat).leave()
      await setTimeout(100)
      hasEnded = true
    }
    const { paths } = await signWith(signFile)
    expect([hasEnded, paths.length]).toEqual([true, 2000])
  })

  it('fails with another that does, and does not wait for what that has claimed', async () => {
    const signFile: SignFile = async (part) => {
      openLedger(part.seat).claim(1)
      await setTimeout(50)
      throw new Error('the other thread has failed')
    }
    await expect(signWith(signFile)).rejects.toThrow('the other thread has failed')
  })

  it('gives up when it is told to, while it waits for another', async () => {
    const interrupt = new AbortController()
    const signFile: SignFile = (part) => {
      openLedger(part.seat).claim(1)
      void setTimeout(50).then(() => interrupt.abort(new Error('Ctrl-C')))
      return new Promise(() => undefined)
    }
    await expect(signWith(signFile, interrupt.signal)).rejects.toThrow('Ctrl-C')
  })
})
