/** How often something may happen within a time. A short window is a rate, a long one a quota. */
export interface LimitWindow {
  /** For the answer's headers, and for the place where it is counted. */
  readonly name: string
  readonly requests: number
  readonly seconds: number
}

/** A count in a window that is under way. */
export interface WindowCount {
  /** Including this one. */
  readonly used: number
  /** Until the window ends. */
  readonly resetMs: number
}

/**
 * Where requests are counted: in memory, or in a place that replicas share. Each method rejects, or throws, when that place cannot be
 * reached.
 */
export interface LimitStore {
  /** Counts one more for whom the key names; the window begins with the first. A place in memory answers at once, without a promise. */
  count(window: LimitWindow, key: string): WindowCount | Promise<WindowCount>
  /** Takes one back. */
  forgive(window: LimitWindow, key: string): Promise<void>
  /** Resolves when it can be reached. */
  check(): Promise<void>
}
