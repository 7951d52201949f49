import { writeUrl } from '../presign-url.ts'
import type { Engine, EngineOutput } from './engine.ts'
import type { BulkJob } from './job.ts'
import { lineFormatOf } from './output.ts'
import { createKeyReader } from './read-key.ts'
import { createRecordSplitter } from './record-splitter.ts'

/** How many characters of output are collected before they are written. */
const OUTPUT_LENGTH = 64 * 1024

/** The engine without WebAssembly: record by record, as `client.getPresignedUrl` signs them. */
export function createPlainEngine(job: BulkJob): Engine {
  const { lead, middle, end, escapeText } = lineFormatOf(job)
  const splitRecords = createRecordSplitter(job)
  const readKey = createKeyReader(job)
  const encoder = new TextEncoder()

  function sign(input: Uint8Array, isLast: boolean, to: EngineOutput): number {
    const keyTime = job.keyTime()
    let records = 0
    let lines = ''
    const write = (): void => {
      if (lines !== '') to.write(encoder.encode(lines))
      lines = ''
    }
    splitRecords(input, isLast, (record, isTooLong) => {
      const { bytes, fault, text, key } = readKey(record, isTooLong)
      if (fault === undefined) {
        const field = escapeText === undefined ? '' : lead + escapeText(text)
        lines += field + middle + writeUrl(job.url, key, keyTime) + end
      } else {
        write()
        to.refuse(records, fault, bytes)
      }
      records++
      if (lines.length > OUTPUT_LENGTH) write()
    })
    write()
    return records
  }

  return { kind: 'plain', sign }
}
