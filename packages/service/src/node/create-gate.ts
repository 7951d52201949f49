/** A gate where many wait to go on together. */
export interface Gate {
  /** Whether those who were let through go on just now: nothing else has happened since. */
  readonly isOpen: boolean
  /** Waits until the events that are at hand have been read, and resolves together with all others that wait. */
  pass(): Promise<void>
}

/**
 * Makes a gate. Work that is done for many requests in a row finds its code and data in the processor's caches; done in turn with the kernel's
 * reading and writing of sockets it does not, and takes half as long again. One that comes alone waits for microseconds.
 */
export function createGate(): Gate {
  let waiting: (() => void)[] = []
  let isOpen = false
  return {
    get isOpen() {
      return isOpen
    },
    pass() {
      return new Promise((resolve) => {
        if (waiting.push(resolve) > 1) return
        setImmediate(open)
        // After all that follows from `open` without a wait, and before any other event.
        setImmediate(shut)
      })
    },
  }

  function open(): void {
    const together = waiting
    waiting = []
    isOpen = true
    for (const letThrough of together) letThrough()
  }

  function shut(): void {
    isOpen = false
  }
}
