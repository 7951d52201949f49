import type { ObjectRecord } from './store.ts'

/** @throws {RangeError} When the record describes another object than the one that was uploaded. */
export function assertRecordFits(record: ObjectRecord, key: string, writtenBytes: number): void {
  if (record.key !== key) throw new RangeError('"record.key" must be the key of the upload')
  if (record.size !== writtenBytes) {
    throw new RangeError(`"record.size" must be the ${writtenBytes} bytes written; got ${record.size}`)
  }
}
