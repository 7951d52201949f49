import type { Writable } from 'node:stream'
import type { Log } from '../observe/log.ts'

/** A log that writes each entry as one line of JSON; the lines of one turn of the event loop go out together. */
export function createLineLog(stream: Writable): Log {
  let lines = ''
  return function logLine(entry) {
    if (lines === '') setImmediate(flush)
    lines += `${JSON.stringify(entry)}\n`
  }

  function flush(): void {
    stream.write(lines)
    lines = ''
  }
}
