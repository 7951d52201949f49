import type { LimitWindow } from './limit-store.ts'

/**
 * Makes something for each window, once. Windows are the same whose name and length are: a changed number of requests goes on with what was
 * counted, another length begins anew.
 */
export function oncePerWindow<T>(create: (window: LimitWindow) => T): (window: LimitWindow) => T {
  const made = new Map<string, T>()
  // The same again, found without making a text of the window for each request.
  const byWindow = new WeakMap<LimitWindow, T>()
  return function forWindow(window) {
    const known = byWindow.get(window)
    if (known !== undefined) return known
    const id = `${window.name}:${window.seconds}`
    const found = made.get(id) ?? create(window)
    made.set(id, found)
    byWindow.set(window, found)
    return found
  }
}
