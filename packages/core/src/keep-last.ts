/** Remembers the last answer: calls one after the other mostly ask for the same, as signatures of one second for their key time. */
export function keepLast<K, T>(make: (key: K) => T): (key: K) => T {
  let lastKey: K | undefined
  let last: T
  return (key) => {
    // Of `undefined` nothing was made at first.
    if (key !== lastKey || key === undefined) {
      last = make(key)
      lastKey = key
    }
    return last
  }
}
