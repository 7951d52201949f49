import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { Log } from '../observe/log.ts'

/** Counts what the log says, for Prometheus. */
export interface Metrics {
  /** To be given each entry of the log. */
  readonly observe: Log
  /** Of `text()`. */
  readonly contentType: string
  /** All numbers, as Prometheus reads them. */
  text(): Promise<string>
  /** Counts a change of the configuration, taken or not. */
  countReload(result: 'taken' | 'refused'): void
}

/** No label has a value of a client's choice: routes, grants, operations and codes are few. */
export function createMetrics(): Metrics {
  const register = new Registry()
  const registers = [register]
  collectDefaultMetrics({ register })
  const requests = tallyOf(
    'cos_presign_requests_total',
    'Requests answered',
    ['route', 'method', 'status'],
    registers,
  )
  const durations = new Histogram({
    name: 'cos_presign_request_duration_seconds',
    help: 'Time from a request to its answer',
    labelNames: ['route'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  })
  const issued = tallyOf(
    'cos_presign_issued_total',
    'Signatures, keys, links and tickets handed out',
    ['grant', 'operation'],
    registers,
  )
  const refused = new Counter({
    name: 'cos_presign_refused_total',
    help: 'Requests refused, by code',
    labelNames: ['code'],
    registers,
  })
  const failures = new Counter({
    name: 'cos_presign_failures_total',
    help: 'Unforeseen errors',
    registers,
  })
  const reloads = new Counter({
    name: 'cos_presign_config_reloads_total',
    help: 'Changes of the configuration, taken or refused',
    labelNames: ['result'],
    registers,
  })
  return {
    contentType: register.contentType,
    text: () => register.metrics(),
    countReload: (result) => reloads.inc({ result }),
    observe(entry) {
      switch (entry.event) {
        case 'request':
          requests(entry.route, entry.method, entry.status)
          durations.observe({ route: entry.route }, entry.durationMs / 1000)
          if (entry.code !== undefined) refused.inc({ code: entry.code })
          break
        case 'issued':
          issued(entry.grant, entry.operation)
          break
        case 'failure':
          failures.inc()
          break
      }
    },
  }
}

/** A counter that costs little to count with: the library, which looks its labels up each time, is told when Prometheus asks. */
function tallyOf(
  name: string,
  help: string,
  labelNames: readonly string[],
  registers: Registry[],
): (...values: readonly (string | number)[]) => void {
  const tally = new Map<string, { readonly labels: Record<string, string | number>; count: number }>()
  const counter = new Counter({
    name,
    help,
    labelNames,
    registers,
    collect() {
      counter.reset()
      for (const { labels, count } of tally.values()) counter.inc(labels, count)
    },
  })
  return function count(...values) {
    const key = values.join(' ')
    const known = tally.get(key)
    if (known !== undefined) known.count += 1
    else
      tally.set(key, {
        labels: Object.fromEntries(labelNames.map((label, at) => [label, values[at] ?? ''])),
        count: 1,
      })
  }
}
