import { isAscii } from 'node:buffer'
import type { Writable } from 'node:stream'
import { type Log, toPlain } from '../observe/log.ts'

const WAIT_MS = 10
const FULL_CHARACTERS = 32 * 1024

/**
 * A log that writes each entry as one line of JSON. The lines of ten milliseconds go out together, because to write costs more than to
 * make one. What waits when the process ends goes out then, unless it is killed.
 */
export function createLineLog(stream: Writable): Log {
  let lines = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  return function logLine(entry) {
    lines += `${JSON.stringify(entry)}\n`
    if (lines.length >= FULL_CHARACTERS) flush()
    else if (timer === undefined) wait()
  }

  function wait(): void {
    timer = setTimeout(flush, WAIT_MS)
    // Only while something waits: whoever starts many servers in one process would leave a listener of each.
    process.once('exit', flush)
  }

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    process.off('exit', flush)
    if (lines !== '') stream.write(toBytes(lines))
    lines = ''
  }
}

function toBytes(lines: string): Uint8Array {
  const bytes = Buffer.from(lines)
  // To look at bytes costs next to nothing, to look at characters as much as to make a fifth of the lines.
  return isAscii(bytes) ? bytes : Buffer.from(toPlain(lines))
}
