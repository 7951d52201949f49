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
  const requests = new Counter({
    name: 'cos_presign_requests_total',
    help: 'Requests answered',
    labelNames: ['route', 'method', 'status'],
    registers,
  })
  const durations = new Histogram({
    name: 'cos_presign_request_duration_seconds',
    help: 'Time from a request to its answer',
    labelNames: ['route'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  })
  const issued = new Counter({
    name: 'cos_presign_issued_total',
    help: 'Signatures, keys, links and tickets handed out',
    labelNames: ['grant', 'operation'],
    registers,
  })
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
          requests.inc({ route: entry.route, method: entry.method, status: entry.status })
          durations.observe({ route: entry.route }, entry.durationMs / 1000)
          if (entry.code !== undefined) refused.inc({ code: entry.code })
          break
        case 'issued':
          issued.inc({ grant: entry.grant, operation: entry.operation })
          break
        case 'failure':
          failures.inc()
          break
      }
    },
  }
}
