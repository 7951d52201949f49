/** How slow a client may be while it is its turn. */
export interface PaceLimits {
  /** How long nothing may move. */
  readonly idleTimeoutSeconds: number
  /** How much must move on average, over that time. */
  readonly minBytesPerSecond: number
}

/** What is watched. */
export interface PaceSubject {
  /** How many bytes have moved by now. */
  movedBytes(): number
  /** Whether it is the client that is waited for. */
  isClientsTurn(): boolean
  /** Called once; `silent` when nothing moved at all. */
  giveUp(reason: 'silent' | 'slow'): void
}

/** How often the bytes are looked at within the time. */
const LOOKS = 4

/**
 * Watches a client that sends or takes a body. The time counts only as long as it is its turn: neither a delay on this side nor a
 * limit that is kept here is the client's fault.
 *
 * @returns Ends the watch.
 */
export function watchPace(
  { idleTimeoutSeconds, minBytesPerSecond }: PaceLimits,
  { movedBytes, isClientsTurn, giveUp }: PaceSubject,
): () => void {
  const seen: number[] = []
  const timer = setInterval(look, (idleTimeoutSeconds * 1000) / LOOKS).unref()
  return () => clearInterval(timer)

  function look(): void {
    if (!isClientsTurn()) {
      seen.length = 0
      return
    }
    seen.push(movedBytes())
    if (seen.length <= LOOKS) return
    const moved = (seen.at(-1) ?? 0) - (seen.shift() ?? 0)
    if (moved >= minBytesPerSecond * idleTimeoutSeconds) return
    clearInterval(timer)
    giveUp(moved === 0 ? 'silent' : 'slow')
  }
}
