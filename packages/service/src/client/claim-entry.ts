import type { ResumeEntry } from './resume-store.ts'
import { sleep } from './retry.ts'

/** An entry that nobody else uses for now. */
export interface ClaimedEntry extends ResumeEntry {
  /** Lets others go on with what it remembers. */
  release(): void
}

const BUSY_MS = 15_000
const RENEW_MS = 5000
/** An upload that was stopped a moment ago is about to let go. */
const PATIENCE_MS = 500
const LOOK_MS = 100

/**
 * Claims an entry, so that two tabs with the same file do not send their parts to one upload: by a lock of the browser (Web Locks), which ends with its page,
 * and where there is none by a time in the entry, which is renewed. Who left such a time behind and renews it no more is waited for, fifteen seconds at most.
 *
 * @returns Nothing when another is at it: then nothing is to be remembered.
 */
export async function claimEntry(
  entry: ResumeEntry,
  signal: AbortSignal | undefined,
): Promise<ClaimedEntry | undefined> {
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks
  if (locks === undefined) return await claimByTime(entry, signal)
  try {
    const release = await lock(locks, entry.name)
    return release && { ...entry, release }
  } catch {
    // A page of an opaque origin has locks and may not use them.
    return await claimByTime(entry, signal)
  }
}

/** Resolves with what lets the lock go; with nothing if another keeps it. */
function lock(locks: LockManager, name: string): Promise<(() => void) | undefined> {
  const patience = AbortSignal.timeout(PATIENCE_MS)
  return new Promise((resolve, reject) => {
    const hold = (): Promise<void> => new Promise((release) => resolve(release))
    locks
      .request(name, { signal: patience }, hold)
      .catch((error: unknown) => (patience.aborted ? resolve(undefined) : reject(error)))
  })
}

async function claimByTime(
  entry: ResumeEntry,
  signal: AbortSignal | undefined,
): Promise<ClaimedEntry | undefined> {
  const found = entry.read()?.busyUntil
  // A time that is further ahead was written by another clock.
  while (isAhead(found) && entry.read()?.busyUntil === found) await sleep(LOOK_MS, signal)
  if (isAhead(entry.read()?.busyUntil)) return undefined
  let own = entry.read()
  const renew = (): void => {
    const remembered = entry.read()
    if (own !== undefined && remembered?.uploadId === own.uploadId)
      entry.write({ ...own, busyUntil: Date.now() + BUSY_MS })
  }
  renew()
  const timer = setInterval(renew, RENEW_MS)
  return {
    ...entry,
    write(upload) {
      own = upload
      entry.write({ ...upload, busyUntil: Date.now() + BUSY_MS })
    },
    release() {
      clearInterval(timer)
      if (own !== undefined && entry.read()?.uploadId === own.uploadId)
        entry.write({ ...own, busyUntil: undefined })
    },
  }
}

function isAhead(busyUntil = 0): boolean {
  const left = busyUntil - Date.now()
  return left > 0 && left <= BUSY_MS
}
