import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Editors and Kubernetes change a file in several steps. */
const SETTLE_MS = 200

/**
 * Calls back when a file has changed, also when it is replaced by another or by a link to another, as Kubernetes does.
 *
 * @returns Ends it.
 */
export function watchConfig(path: string, onChange: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const name = basename(path)
  const watcher = watch(dirname(path), (_event, changed) => {
    if (changed !== null && changed !== name && !changed.startsWith('..')) return
    clearTimeout(timer)
    timer = setTimeout(onChange, SETTLE_MS)
  })
  watcher.on('error', () => watcher.close())
  return () => {
    clearTimeout(timer)
    watcher.close()
  }
}
