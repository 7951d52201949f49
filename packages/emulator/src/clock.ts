/** The emulator's clock: everything that depends on time asks it, so that a test can let an hour pass. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** How many seconds it is ahead of the clock it began with; negative when it is behind. */
  readonly offsetSeconds: number
  /** Moves the clock by so many seconds, back when negative. It goes on running from there. */
  advance(seconds: number): void
  /** Sets the clock to a moment, in milliseconds since the epoch. It goes on running from there. */
  set(milliseconds: number): void
  /** Back to the clock it began with. */
  reset(): void
}

/**
 * A clock that can be moved, on top of one that cannot.
 *
 * @param base - The clock below, in milliseconds.
 */
export function createClock(base: () => number): Clock {
  let offset = 0
  return {
    now: () => base() + offset,
    get offsetSeconds() {
      return offset / 1000
    },
    advance(seconds) {
      assertFinite(seconds, 'seconds')
      offset += seconds * 1000
    },
    set(milliseconds) {
      assertFinite(milliseconds, 'milliseconds')
      offset = milliseconds - base()
    },
    reset() {
      offset = 0
    },
  }
}

function assertFinite(value: number, name: string): void {
  if (typeof value !== 'number') throw new TypeError(`"${name}" must be a number; got a ${typeof value}`)
  if (!Number.isFinite(value)) throw new RangeError(`"${name}" must be a finite number`)
}
