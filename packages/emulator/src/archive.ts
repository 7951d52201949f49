import { Refusal } from './refusal.ts'
import type { ObjectRecord } from './store.ts'
import { storageClassOf } from './stored-headers.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/**
 * How long it takes until an archived object can be read, by storage class and `Tier`: the upper end of what 436/12633 says
 * (1 to 5 minutes, 3 to 5 hours, 5 to 12 hours; 12 to 24 and 24 to 48 hours). The emulator's clock can be moved.
 */
const RESTORE_MS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ARCHIVE: { Expedited: 5 * MINUTE_MS, Standard: 5 * HOUR_MS, Bulk: 12 * HOUR_MS },
  MAZ_ARCHIVE: { Expedited: 5 * MINUTE_MS, Standard: 5 * HOUR_MS, Bulk: 12 * HOUR_MS },
  DEEP_ARCHIVE: { Standard: 24 * HOUR_MS, Bulk: 48 * HOUR_MS },
}

/** @throws {Refusal} `InvalidObjectState` when the object is archived and has not been restored, or no longer. */
export function assertReadable(record: ObjectRecord, now: number): void {
  if (tiersOf(record) !== undefined && !isRestored(record, now)) throw new Refusal('InvalidObjectState')
}

/**
 * The record of an object that is being restored, or whose restored copy is to be kept for longer.
 *
 * @throws {Refusal} `RestoreNonArchiveObject`, `RestoreAlreadyInProgress`, `InvalidArgument` for a tier its class does not have.
 */
export function restore(record: ObjectRecord, days: number, tier: string, now: number): ObjectRecord {
  const tiers = tiersOf(record)
  if (tiers === undefined) throw new Refusal('RestoreNonArchiveObject')
  const duration = Object.hasOwn(tiers, tier) ? tiers[tier] : undefined
  if (duration === undefined) {
    throw new Refusal('InvalidArgument', {
      message: `Tier must be one of ${Object.keys(tiers).join(', ')} for an object of this storage class.`,
    })
  }
  if (record.restoration !== undefined && now < record.restoration.readyAt)
    throw new Refusal('RestoreAlreadyInProgress')
  const readyAt = isRestored(record, now) ? now : now + duration
  return { ...record, restoration: { readyAt, expiresAt: readyAt + days * DAY_MS } }
}

/** Whether there is a copy that can be read. */
export function isRestored({ restoration }: ObjectRecord, now: number): boolean {
  return restoration !== undefined && now >= restoration.readyAt && now < restoration.expiresAt
}

/** The header `x-cos-restore` of an archived object; `undefined` when nobody has asked for it, or its copy is gone. */
export function toRestoreHeader({ restoration }: ObjectRecord, now: number): string | undefined {
  if (restoration === undefined || now >= restoration.expiresAt) return undefined
  if (now < restoration.readyAt) return 'ongoing-request="true"'
  return `ongoing-request="false", expiry-date="${new Date(restoration.expiresAt).toUTCString()}"`
}

function tiersOf(record: ObjectRecord): Readonly<Record<string, number>> | undefined {
  const storageClass = storageClassOf(record)
  return Object.hasOwn(RESTORE_MS, storageClass) ? RESTORE_MS[storageClass] : undefined
}
