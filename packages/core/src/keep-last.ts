/** Remembers the last answer: calls one after the other mostly ask for the same, as signatures of one second for their key time. */
export function keepLast<K, T>(make: (key: K) => T): (key: K) => T {
  // At first something that is no key.
  let lastKey: unknown = make
  let last: T
  return (key) => {
    if (key !== lastKey) {
      last = make(key)
      lastKey = key
    }
    return last
  }
}
