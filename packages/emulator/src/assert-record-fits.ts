import type { ObjectRecord, PartRecord } from './store.ts'

/** @throws {RangeError} When the record describes another object than the bytes that are there. */
export function assertRecordFits(record: ObjectRecord, key: string, bytes: number): void {
  if (record.key !== key) throw new RangeError('"record.key" must be the key of the object')
  if (record.size !== bytes) {
    throw new RangeError(`"record.size" must be the ${bytes} bytes that are there; got ${record.size}`)
  }
}

/** @throws {RangeError} When a changed record describes other bytes than the one before. */
export function assertSameBytes(before: ObjectRecord, after: ObjectRecord): void {
  assertRecordFits(after, before.key, before.size)
  if (after.etag !== before.etag || after.crc64 !== before.crc64) {
    throw new RangeError('"record.etag" and "record.crc64" must stay what they are')
  }
}

/** @throws {RangeError} When the record describes another part than the one that was uploaded. */
export function assertPartFits(part: PartRecord, number: number, bytes: number): void {
  if (part.number !== number) throw new RangeError('"part.number" must be the number of the upload')
  if (part.size !== bytes) {
    throw new RangeError(`"part.size" must be the ${bytes} bytes that are there; got ${part.size}`)
  }
}
