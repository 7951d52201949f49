import { realpathSync, watch } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'

/** Editors and Kubernetes change a file in several steps. */
const SETTLE_MS = 200

/**
 * Calls back when a file has changed, also when it is replaced by another or by a link to another, as Kubernetes does, and when it is itself
 * a link and the file changes that it leads to.
 *
 * @param onTrouble - Hears that changes are not seen any more, and why.
 * @returns Ends it.
 */
export function watchConfig(
  path: string,
  onChange: () => void,
  onTrouble: (error: Error) => void = ignore,
): () => void {
  let timer: NodeJS.Timeout | undefined
  const stopName = watchName(path, changed, onTrouble)
  let target = resolve(path)
  let stopTarget = ignore
  followLink()
  return () => {
    clearTimeout(timer)
    stopName()
    stopTarget()
  }

  function changed(): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      followLink()
      onChange()
    }, SETTLE_MS)
  }

  /** Where the link leads may be in another directory, and tomorrow in yet another. */
  function followLink(): void {
    const found = realPathOf(path)
    if (found === undefined || found === target) return
    stopTarget()
    target = found
    // What a link leads to may be gone before the link is.
    stopTarget = watchIfThere(found, changed)
  }
}

function watchName(path: string, onChange: () => void, onTrouble: (error: Error) => void): () => void {
  const name = basename(path)
  const watcher = watch(dirname(path), (_event, changed) => {
    if (changed === null || changed === name || changed.startsWith('..')) onChange()
  })
  watcher.on('error', (error) => {
    watcher.close()
    onTrouble(error)
  })
  return () => watcher.close()
}

function watchIfThere(path: string, onChange: () => void): () => void {
  try {
    return watchName(path, onChange, ignore)
  } catch {
    return ignore
  }
}

/** `undefined` while there is none, as between two steps of an editor. */
function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

function ignore(): void {}
