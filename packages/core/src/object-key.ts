import { assertText, wrongValue } from './assert.ts'
import { utf8LengthOf } from './utf8.ts'

/** The longest key COS takes, in UTF-8 bytes (documentation 436/13324). */
export const MAX_KEY_BYTES = 850

/** Checks the length of an object key, or of another text. */
export function assertKeyLength(key: string, name: string, most: number = MAX_KEY_BYTES): void {
  // A key has at most three bytes for each UTF-16 unit, so the bytes of a short one need no counting.
  if (key.length * 3 <= most) return
  const bytes = utf8LengthOf(key)
  if (bytes > most) throw wrongValue(name, `has ${bytes} UTF-8 bytes, over ${most}`)
}

/** Refuses a key that no URL can carry. */
export function assertUrlKey(key: string, name: string): void {
  if (endsInDots(key)) throw wrongValue(name, 'ends in "." or "..", which clients drop')
}

/** Whether the last segment is `.` or `..`, which clients drop, even percent-encoded. */
export function endsInDots(key: string): boolean {
  // Without a look at the end first, the pattern stops at every slash.
  return key.endsWith('.') && /(?:^|\/)\.\.?$/.test(key)
}

/** Checks a decoded path for a signer: it starts with `/` and what follows is a key. */
export function assertPath(path: unknown): asserts path is string {
  assertText(path, 'path')
  if (!path.startsWith('/'))
    throw wrongValue('path', 'must start with "/"; pass the decoded path of the request')
  assertKeyLength(path.slice(1), 'path')
}
