import type { BulkJob } from './job.ts'
import { createSigningTools, type SigningTools } from './signing-tools.ts'
import { createOwnThread, type OtherThread, startThread, type Thread } from './thread.ts'

/** So many threads. This one is the first at a ledger, and the last that is asked to sign a block. */
export interface Threads {
  readonly count: number
  /** What this one signs with. */
  readonly tools: SigningTools
  /** Those that have been started. */
  readonly others: readonly OtherThread[]
  /** Who signs the next block, of so many bytes. */
  next(bytes: number): Thread
  /** Starts the others if with so many bytes more there is enough for them. */
  expect(bytes: number): void
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
  const others: OtherThread[] = []
  const startOthers = (): void => {
    while (others.length < count - 1) others.push(startThread(job))
  }
  if (inputBytes !== undefined && inputBytes >= INPUT_FOR_THREADS) startOthers()
  const tools = await createSigningTools(job, now)
  const own = createOwnThread(tools)
  let bytes = 0
  const expect = (more: number): void => {
    bytes += more
    if (bytes >= INPUT_FOR_THREADS) startOthers()
  }
  return {
    count,
    tools,
    others,
    expect,
    next(more) {
      expect(more)
      return others.find((thread) => thread.hasRoom()) ?? own
    },
    async close() {
      await Promise.all(others.map((thread) => thread.close()))
    },
  }
}
