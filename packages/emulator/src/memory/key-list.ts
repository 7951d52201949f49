import { compareKeys } from '../store-key.ts'

/** Keys in the order of their UTF-8 bytes, each once. */
export interface KeyList {
  add(key: string): void
  remove(key: string): void
  /** The keys from the first that is not before `key`; strictly after it when `isExclusive`. */
  from(key: string, isExclusive: boolean): IterableIterator<string>
}

export function createKeyList(): KeyList {
  const keys: string[] = []

  return { add, remove, from }

  function add(key: string): void {
    const index = indexOf(key)
    if (keys[index] !== key) keys.splice(index, 0, key)
  }

  function remove(key: string): void {
    const index = indexOf(key)
    if (keys[index] === key) keys.splice(index, 1)
  }

  function* from(key: string, isExclusive: boolean): IterableIterator<string> {
    let index = indexOf(key)
    if (isExclusive && keys[index] === key) index++
    for (; index < keys.length; index++) yield keys[index] as string
  }

  /** Where the key is, or would be. */
  function indexOf(key: string): number {
    let low = 0
    let high = keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareKeys(keys[middle] as string, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
