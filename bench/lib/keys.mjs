// The keys that are signed in bulk: names as photos have them.

import { closeSync, openSync, writeSync } from 'node:fs'

/** Writes a file of so many keys, one a line. */
export function writeKeys(path, count) {
  const file = openSync(path, 'w')
  let lines = ''
  for (let key = 0; key < count; key++) {
    lines += `photos/2026/11/picture-${key}.jpg\n`
    if (lines.length > 1_000_000 || key === count - 1) {
      writeSync(file, lines)
      lines = ''
    }
  }
  closeSync(file)
}
