import type { BulkJob } from './job.ts'
import { createOwnThread, startThread, type Thread } from './thread.ts'

/** So many threads, of which this one is the last that is asked. */
export interface Threads {
  readonly count: number
  /** Who signs the next block, of so many bytes. */
  next(bytes: number): Thread
  /** Resolves when all that has a place is written. */
  settle(): Promise<void>
  close(): Promise<void>
}

export interface ThreadOptions {
  readonly count: number
  /** `undefined` when it is not known. */
  readonly inputBytes: number | undefined
  /** The clock, in milliseconds. */
  readonly now: () => number
}

/** Less input than this is signed before a thread would run. */
const INPUT_FOR_THREADS = 4 * 1024 * 1024

/**
 * Starts so many threads. This one is among them: it signs what comes while all the others are busy. They start while this one gets
 * ready, or, when it is not known how much there is to sign, once enough has come.
 */
export async function startThreads(
  job: BulkJob,
  { count, inputBytes, now }: ThreadOptions,
): Promise<Threads> {
  const others: Thread[] = []
  const startOthers = (): void => {
    while (others.length < count - 1) others.push(startThread(job))
  }
  if (inputBytes !== undefined && inputBytes >= INPUT_FOR_THREADS) startOthers()
  const own = await createOwnThread(job, now)
  let bytes = 0
  return {
    count,
    next(more) {
      bytes += more
      if (bytes >= INPUT_FOR_THREADS) startOthers()
      return others.find((thread) => thread.hasRoom()) ?? own
    },
    async settle() {
      await Promise.all([...others, own].map((thread) => thread.settle()))
    },
    async close() {
      await Promise.all(others.map((thread) => thread.close()))
    },
  }
}
