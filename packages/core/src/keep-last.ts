/** Remembers the last answer: calls one after the other mostly ask for the same, as signatures of one second for their key time. */
export function keepLast<K, T>(make: (key: K) => T): (key: K) => T {
  let last: { readonly key: K; readonly made: T } | undefined
  return (key) => {
    if (last === undefined || last.key !== key) last = { key, made: make(key) }
    return last.made
  }
}
