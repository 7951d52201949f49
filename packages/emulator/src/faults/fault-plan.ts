import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { assertFaultRule, type FaultRule } from './fault-rule.ts'

/** A rule of the plan, and how often it struck. */
export interface PlannedFault extends FaultRule {
  readonly id: string
  readonly struckCount: number
}

/** What goes wrong, for the people who test their own clients. */
export interface FaultPlan {
  /**
   * Adds a rule behind the others.
   *
   * @returns Its id.
   * @throws {TypeError|RangeError} Naming what is wrong with the rule.
   */
  add(rule: FaultRule): string
  /** All rules in their order, also those that are spent. */
  list(): PlannedFault[]
  /** Whether there was one of this id. */
  remove(id: string): boolean
  /** Removes all rules. */
  clear(): void
}

/** What a request is for, as far as rules ask. */
export interface FaultTarget {
  readonly operation: string
  readonly bucket?: string | undefined
  readonly key?: string | undefined
}

/** The plan as the handler sees it. */
export interface ActiveFaultPlan extends FaultPlan {
  /** The rules that strike a request; counts them. */
  strike(target: FaultTarget): FaultRule[]
  /** Resolves after the time, or when the plan is closed. */
  delay(milliseconds: number): Promise<void>
  /** Ends all delays. */
  close(): void
}

interface Entry {
  readonly rule: FaultRule
  metCount: number
  struckCount: number
}

/**
 * @param random - From 0 to below 1, for rules with a rate.
 */
export function createFaultPlan(random: () => number): ActiveFaultPlan {
  const entries = new Map<string, Entry>()
  const closing = new AbortController()
  return {
    add(rule) {
      assertFaultRule(rule)
      const id = randomUUID()
      entries.set(id, { rule: { ...rule }, metCount: 0, struckCount: 0 })
      return id
    },
    list: () => [...entries].map(([id, { rule, struckCount }]) => ({ id, ...rule, struckCount })),
    remove: (id) => entries.delete(id),
    clear: () => entries.clear(),
    strike(target) {
      const struck: FaultRule[] = []
      for (const entry of entries.values()) {
        if (meets(entry.rule, target) && strikes(entry, random)) struck.push(entry.rule)
      }
      return struck
    },
    async delay(milliseconds) {
      await wait(milliseconds, undefined, { signal: closing.signal }).catch(() => undefined)
    },
    close: () => closing.abort(),
  }
}

function meets({ operation, bucket, keyPrefix }: FaultRule, target: FaultTarget): boolean {
  const operations = typeof operation === 'string' ? [operation] : operation
  return (
    (operations?.includes(target.operation) ?? true) &&
    (bucket === undefined || bucket === target.bucket) &&
    (keyPrefix === undefined || target.key?.startsWith(keyPrefix) === true)
  )
}

function strikes(entry: Entry, random: () => number): boolean {
  const { skip = 0, count = Number.POSITIVE_INFINITY, rate = 1 } = entry.rule
  entry.metCount += 1
  if (entry.metCount <= skip || entry.struckCount >= count || random() >= rate) return false
  entry.struckCount += 1
  return true
}
