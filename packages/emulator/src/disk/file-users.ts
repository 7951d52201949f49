import { Buffer } from 'node:buffer'
import type { IndexDatabase } from './index-database.ts'
import type { Segment } from './segments.ts'

/**
 * Counts how many objects and parts have bytes in each file; to be called in a transaction.
 *
 * @param added - A file for each user that comes.
 * @param removed - A file for each user that goes. One that comes as well is left alone.
 * @returns Files that are nobody's now.
 */
export function moveFileUsers(
  { files }: IndexDatabase,
  added: readonly Segment[],
  removed: readonly Segment[],
): string[] {
  const changes = new Map<string, number>()
  for (const { file } of added) changes.set(file, (changes.get(file) ?? 0) + 1)
  for (const { file } of removed) changes.set(file, (changes.get(file) ?? 0) - 1)
  const unused: string[] = []
  for (const [file, change] of changes) {
    if (change === 0) continue
    const name = Buffer.from(file)
    const users = Number(files.get(name) ?? 0) + change
    if (users > 0) {
      files.put(name, users)
    } else {
      files.remove(name)
      unused.push(file)
    }
  }
  return unused
}
